"""Households and accounts of a snapshot as its parts have them, without the book being put together."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlmodel import Session

from policy.canonical import encode
from server.desk import manifest
from server.desk.manifest import Manifest
from server.store import blobs

AT_ONCE = 500  # parts in memory together
Row = Mapping[str, Any]
"""As in a book's document: what is not known is left out."""
TABLES = ("households", "accounts")


def there(session: Session, known: Manifest, homes: Iterable[str]) -> list[str]:
    """Those of the households whose part was not erased, in order."""
    names = sorted(homes)
    kept = set(blobs.kept(session, [known.parts[name].hash for name in names]))
    return [name for name in names if known.parts[name].hash in kept]


def rows(session: Session, known: Manifest, homes: Iterable[str]) -> dict[str, Mapping[str, list[Row]]]:
    """The tables of each household. ErasedError."""
    return dict(manifest.rows_of(session, {name: known.parts[name] for name in homes}))


def called(session: Session, known: Manifest, homes: Iterable[str], table: str, system: str, its: str) -> set[str]:
    """The ids of those rows of a table that another system calls so: one, where the book was read as it should be.
    Parts are looked through as they lie, and only those read that have the words."""
    words = encode({system: its})[1:-1]
    found = set(_containing(session, known, there(session, known, homes), words))
    return {
        row["id"]
        for tables in rows(session, known, found).values()
        for row in tables.get(table, ())
        if row.get("external_ids", {}).get(system) == its
    }


def _containing(session: Session, known: Manifest, names: list[str], words: bytes) -> Iterator[str]:
    for begin in range(0, len(names), AT_ONCE):
        some = {known.parts[name].hash: name for name in names[begin : begin + AT_ONCE]}
        yield from (some[hash] for hash, content in blobs.get(session, some).items() if words in content)
