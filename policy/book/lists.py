"""Whether an instrument stands on a dated list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from policy.book.facts import Instrument, ListEntry
from policy.book.groups import is_derivative
from policy.book.ownership import line_of

if TYPE_CHECKING:
    from policy.book.read import Index


def listed(
    index: Index,
    name: str,
    instrument: str,
    day: date | None = None,
    known_at: date | None = None,
    before: date | None = None,
) -> bool | None:
    """Whether the instrument, its issuer, an issuer that controls it, or, for entries that reach derivatives, what
    it derives from, is on the list on `day` (the book's unless said), as known on `known_at`;
    with `before`, by an entry that was in effect before that day.

    False is said of a complete list only, and only where everything that an entry could catch is known: an instrument
    without an underlying, of which no fact says that it is no derivative, may be one of anything."""
    day, known_at = day or index.book.as_of, known_at or index.book.known_at
    entries = [e for e in in_effect(index, name, day, known_at) if before is None or e.start < before]
    found = _caught(index, index.subjects[instrument], entries, frozenset())
    return found if found is not False or is_complete(index, name, day) else None


def in_effect(index: Index, name: str, day: date, known_at: date) -> tuple[ListEntry, ...]:
    """The entries that hold on `day`, as known on `known_at`."""
    return tuple(
        entry
        for entry in index.entries.get(name, ())
        if entry.start <= day
        and (entry.end is None or day <= entry.end)
        and (entry.known is None or entry.known <= known_at)
    )


def is_complete(index: Index, name: str, day: date) -> bool:
    """Whether the book says that it has every entry of the list on `day`."""
    first = index.book.complete.get(f"list {name}")
    return first is not None and first <= day


def _caught(index: Index, subject: Instrument, entries: Iterable[ListEntry], seen: frozenset[str]) -> bool | None:
    entries = tuple(entries)
    securities = {entry.subject for entry in entries if entry.kind == "security"}
    issuers = {entry.subject for entry in entries if entry.kind == "issuer"}
    if subject.id in securities:
        return True
    by_issuer = _caught_by_issuer(index, subject, issuers)
    reaching = tuple(entry for entry in entries if entry.derivatives)
    by_underlying = _caught_by_underlying(index, subject, reaching, seen) if reaching else False
    unsure = (subject.id in index.undisclosed and bool(securities)) or None in (by_issuer, by_underlying)
    return True if by_issuer or by_underlying else None if unsure else False


def _caught_by_issuer(index: Index, subject: Instrument, issuers: set[str]) -> bool | None:
    if not issuers:
        return False
    if subject.issuer is None:
        return None
    if not issuers.isdisjoint(line_of(index.book.issuers, subject.issuer)):
        return True
    return None if index.ultimate.get(subject.issuer) is None else False


def _caught_by_underlying(
    index: Index, subject: Instrument, entries: tuple[ListEntry, ...], seen: frozenset[str]
) -> bool | None:
    below = subject.underlying
    if below is None:
        return False if subject.id in index.undisclosed or is_derivative(subject) is False else None
    if below in seen or below not in index.subjects:
        return None
    return _caught(index, index.subjects[below], entries, seen | {below})
