"""Rule books and snapshots of the store, read and compiled: from the memory of the process where they are kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from dsl.source import Source
from policy.book.document import document
from policy.book.facts import Book
from policy.book.parts import elsewhere, joined, left_out, part_of
from policy.book.portions import Portion, whole
from policy.book.read import Index, index, narrowed
from policy.canonical import digest, encode
from policy.ir.core import Library
from policy.ir.observed import split, with_observed
from policy.judge.current import Firm
from policy.proof.archive import listed
from server.desk import kept, manifest
from server.desk.manifest import Manifest, salt_of
from server.desk.rules import read
from server.running import Service
from server.store import blobs
from server.store.store import Store
from server.store.tables import Rulebook, Snapshot

AT_ONCE = 50  # households whose rows are in memory together


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
    """A snapshot, or what is some households' in it: `homes`, None for all. `document`: SHA-256 of `content`, the
    canonical document of `index.book`. `manifest`: SHA-256 of the snapshot's own, which the log names."""

    id: str
    manifest: str
    homes: frozenset[str] | None
    document: str
    content: bytes
    index: Index

    @property
    def household(self) -> str | None:
        """The one, where it is one."""
        return None if self.homes is None or len(self.homes) > 1 else next(iter(self.homes))


@dataclass(frozen=True, slots=True)
class Loaded:
    rules: Rules
    facts: Facts


def loaded(service: Service, rulebook: str, snapshot: str, household: str | None = None) -> Loaded:
    """The rule book `loaded.rules` (`.sources` by path, `.library`, `.manifest`) and the snapshot `loaded.facts`
    (`.index`, `.index.book`, `.content`, `.document`) of these ids; of one `household` alone where it is named.
    LookupError where there is none of the id."""
    known, facts = rules_of(service, rulebook), facts_of(service, snapshot, household)
    if known is None or facts is None:
        raise LookupError(f"there is no rule book `{rulebook}`" if known is None else f"no snapshot `{snapshot}`")
    return Loaded(known, facts)


def rules_of(service: Service, name: str) -> Rules | None:
    """None where there is no rule book of this id."""
    with service.store.reading() as session:
        row = session.get(Rulebook, name)
    return None if row is None else rules_in(service, row)


def facts_of(service: Service, name: str, household: str | None = None) -> Facts | None:
    """The whole book, or the one of a `household` (`NOBODY` for the accounts that state none): what is shared, and what
    is its own. None where there is no snapshot of this id, or no such household in it."""
    with service.store.reading() as session:
        row = session.get(Snapshot, name)
    if row is None or (household is not None and household not in manifest_in(service, row).parts):
        return None
    return facts_in(service, row, household)


def manifest_in(service: Service, row: Snapshot) -> Manifest:
    """What the snapshot consists of."""
    return kept.of(service.memory.manifests, row.manifest, lambda: _manifest(service.store, row.manifest))


def rules_in(service: Service, row: Rulebook) -> Rules:
    sources, library = kept.of(service.memory.rules, row.manifest, lambda: _compiled(service.store, row.manifest))
    return Rules(row.id, row.manifest, sources, library)


def facts_in(service: Service, row: Snapshot, household: str | None = None) -> Facts:
    """`household`: one of the manifest's."""
    return facts_among(service, row, None if household is None else frozenset({household}))


def facts_among(service: Service, row: Snapshot, homes: frozenset[str] | None) -> Facts:
    """`homes`: some of the manifest's, None for all."""
    books = service.memory.books if homes is None else service.memory.households
    key = row.manifest, homes, row.erased  # what was erased is not answered from memory
    found = kept.of(books, key, lambda: _known(service, manifest_in(service, row), homes))
    return Facts(row.id, row.manifest, homes, *found)


def required(service: Service, row: Snapshot, homes: Iterable[str]) -> None:
    """ErasedError where the part of one of these was erased: before something begins that would come to it later."""
    if row.erased:
        parts = manifest_in(service, row).parts
        with service.store.reading() as session:
            blobs.get(session, {parts[name].hash for name in homes})


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


def _manifest(store: Store, hash: str) -> Manifest:
    with store.reading() as session:
        return manifest.read(session, hash)


def _known(service: Service, found: Manifest, homes: frozenset[str] | None) -> tuple[str, bytes, Index]:
    shared, those = shared_in(service, found), found.parts.keys() if homes is None else homes
    with service.store.reading() as session:
        parts = list(manifest.parts_of(session, {name: found.parts[name] for name in those}))
    known, salts = _among(shared, found, those, [rows for *_, rows in parts]), {name: salt for name, salt, _ in parts}
    book = _salted(known.book, found, salts) if homes is None else replace(known.book, salt=salt_of(found, salts))
    content = encode(document(book))
    return digest(content), content, replace(known, book=book)


def _salted(book: Book, found: Manifest, salts: Mapping[str, str]) -> Book:
    """The whole book, as its manifest is made of it."""
    households = {name: replace(row, salt=salts[name]) for name, row in book.households.items()}
    return replace(book, salt=found.salt, households=households)


def index_in(service: Service, row: Snapshot, household: str | None) -> Index:
    """The same as in `facts_in`, but for salts: without the document, which takes longer than all the rest."""
    if household is None:
        return facts_in(service, row).index
    return next(_apart(service, manifest_in(service, row), [household]))


def _among(shared: Index, found: Manifest, homes: Set[str], rows: Iterable[Mapping[str, list[object]]]) -> Index:
    """Of the book of some households, of which these are the rows."""
    book = joined(shared.book, [part_of(shared.book, each) for each in rows])
    return narrowed(shared, left_out(book, elsewhere(homes, found.homes)))


def _apart(service: Service, found: Manifest, households: Sequence[str]) -> Iterator[Index]:
    """Of each household's own book, in this order; a few of them in memory at once."""
    shared = shared_in(service, found)
    for begin in range(0, len(households), AT_ONCE):
        names = households[begin : begin + AT_ONCE]
        with service.store.reading() as session:
            rows = dict(manifest.rows_of(session, {name: found.parts[name] for name in names}))
        for name in names:
            yield _among(shared, found, {name}, [rows.pop(name)])


def firm_in(service: Service, row: Snapshot) -> Firm:
    """The facts that standing verdicts are about, of which only what is shared stays in memory; where rules add up the
    firm, all of it."""
    found = manifest_in(service, row)

    def portions(names: Iterable[str | None]) -> Iterator[tuple[str | None, Portion]]:
        wanted = list(names)
        own = [name for name in wanted if name is not None]
        for name, known in zip(own, _apart(service, found, own), strict=True):
            yield name, whole(known)
        if None in wanted:
            yield None, whole(facts_in(service, row).index)

    return Firm(shared_in(service, found), found.homes, portions)


def shared_in(service: Service, found: Manifest) -> Index:
    """Of what is no household's."""
    return kept.of(service.memory.shared, found.shared.hash, lambda: _shared(service.store, found))


def _shared(store: Store, found: Manifest) -> Index:
    with store.reading() as session:
        return index(manifest.shared_of(session, found))
