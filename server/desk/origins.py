"""Whose word a fact of a snapshot is, and since when: by kind and by name, for a snapshot is made of what many said.

A whole book is one word for all of it. What is put into a snapshot afterwards (facts, more households) is a word for
what it names, and for nothing else: so one new price makes nothing else newer.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlmodel import Session

from policy.book.changes import of_entry
from policy.book.facts import ListEntry
from policy.canonical import decode, encode
from server.store.tables import Stated

POSITIONS, PRICES, RATES, LISTS = "positions", "prices", "rates", "lists"
"""The kinds: what a household's accounts are and hold, by household; prices by instrument; rates by currency; the
book's own entries of lists (`of_list`)."""

Named = Mapping[str, Collection[str]]
"""What somebody says something of: names by kind."""


@dataclass(frozen=True, slots=True)
class Origin:
    """`made`: when it was sealed; `known_at`: the last day that it knows anything of."""

    source: str
    by: str
    made: str
    known_at: str


@dataclass(frozen=True, slots=True)
class Origins:
    """`words`: the whole book's first; `others`: which of them is the word for a name, where it is not the first."""

    words: tuple[Origin, ...]
    others: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def of(found: Origins, kind: str, name: str) -> Origin:
    return found.words[found.others.get(kind, {}).get(name, 0)]


def said(found: Origins | None, word: Origin, named: Named) -> Origins:
    """After a word for these names; for everything, where there was none. What is no longer anybody's is forgotten."""
    if found is None:
        return Origins((word,))
    last = len(found.words)
    others = {kind: {**each} for kind, each in found.others.items()}
    for kind, names in named.items():
        others.setdefault(kind, {}).update(dict.fromkeys(names, last))
    used = sorted({0}.union(*(each.values() for each in others.values())))
    place = {old: new for new, old in enumerate(used)}
    words = (*found.words, word)
    return Origins(
        tuple(words[old] for old in used),
        {kind: {name: place[old] for name, old in each.items()} for kind, each in others.items()},
    )


def of_list(entry: ListEntry) -> str:
    """The name of one of the book's own entries."""
    *whom, start = of_entry(entry)
    return encode([*whom, start.isoformat()]).decode()


def written(found: Origins) -> str:
    others: dict[str, Any] = {kind: dict(each) for kind, each in found.others.items() if each}
    return encode({"words": [asdict(word) for word in found.words], "others": others}).decode()


def read(session: Session, snapshot: str) -> Origins:
    found: Any = decode(session.get_one(Stated, snapshot).origins.encode())
    return Origins(tuple(Origin(**word) for word in found["words"]), found["others"])
