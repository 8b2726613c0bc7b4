"""Rule books and snapshots of the store, read and compiled: from the memory of the process where they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from dsl.source import Source
from policy.book import wire
from policy.book.facts import Book
from policy.book.read import Index, index
from policy.ir.core import Library
from policy.ir.observed import split, with_observed
from policy.proof.archive import listed
from server.desk import kept
from server.desk.rules import read
from server.running import Service
from server.store import blobs
from server.store.store import Store
from server.store.tables import Rulebook, Snapshot


@dataclass(frozen=True, slots=True)
class Rules:
    """A rule book. `manifest`: the SHA-256 that the log and proofs know it by; `sources`: texts by path, as they lie
    below `rules/` in a bundle."""

    id: str
    manifest: str
    sources: Mapping[str, str]
    library: Library


@dataclass(frozen=True, slots=True)
class Facts:
    """A snapshot. `document`: SHA-256 of `content`, the canonical document of `index.book`."""

    id: str
    document: str
    content: bytes
    index: Index


@dataclass(frozen=True, slots=True)
class Loaded:
    rules: Rules
    facts: Facts


def loaded(service: Service, rulebook: str, snapshot: str) -> Loaded:
    """The rule book `loaded.rules` (`.sources` by path, `.library`, `.manifest`) and the snapshot `loaded.facts`
    (`.index`, `.index.book`, `.content`, `.document`) of these ids. LookupError where there is none of the id."""
    known, facts = rules_of(service, rulebook), facts_of(service, snapshot)
    if known is None or facts is None:
        raise LookupError(f"there is no rule book `{rulebook}`" if known is None else f"no snapshot `{snapshot}`")
    return Loaded(known, facts)


def rules_of(service: Service, name: str) -> Rules | None:
    """None where there is no rule book of this id."""
    with service.store.reading() as session:
        row = session.get(Rulebook, name)
    return None if row is None else rules_in(service, row)


def facts_of(service: Service, name: str) -> Facts | None:
    """None where there is no snapshot of this id."""
    with service.store.reading() as session:
        row = session.get(Snapshot, name)
    return None if row is None else facts_in(service, row)


def rules_in(service: Service, row: Rulebook) -> Rules:
    sources, library = kept.of(service.memory.rules, row.manifest, lambda: _compiled(service.store, row.manifest))
    return Rules(row.id, row.manifest, sources, library)


def facts_in(service: Service, row: Snapshot) -> Facts:
    content, known = kept.of(service.memory.books, row.document, lambda: _indexed(service.store, row.document))
    return Facts(row.id, row.document, content, known)


def sources_of(store: Store, manifest: str) -> Mapping[str, str]:
    """The texts of a rule book, by path."""
    with store.reading() as session:
        paths = listed(blobs.get(session, [manifest])[manifest])
        contents = blobs.get(session, set(paths.values()))
    return {path: contents[name].decode() for path, name in paths.items()}


def _compiled(store: Store, manifest: str) -> tuple[Mapping[str, str], Library]:
    sources = sources_of(store, manifest)
    files, observed = split(sources)
    library = read([Source(path, text) for path, text in files.items()]).library
    assert library is not None, "only rules without errors are published"
    return sources, with_observed(library, observed)


def _indexed(store: Store, document: str) -> tuple[bytes, Index]:
    with store.reading() as session:
        content = blobs.get(session, [document])[document]
    book = wire.from_json(content.decode())
    assert isinstance(book, Book), "only books that were read are sealed"
    return content, index(book)
