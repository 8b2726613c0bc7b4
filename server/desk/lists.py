"""Who is on a list: what a book states, and beside it what somebody said of the list itself, which no book takes back.

What is said is kept (`Entered`) and joined with the book's own rows in every snapshot that is sealed afterwards,
wherever it comes from. Rows are one where list, kind, subject and first day are the same, and what was said last of
one is what was said:

| said     | the book states it | in the snapshot                                                                   |
| -------- | ------------------ | --------------------------------------------------------------------------------- |
| it is on | no                 | as it was said                                                                    |
| it is on | yes                | the stricter of both: the later end (none is the latest), the earlier day on which |
|          |                    | it was known (none is the earliest), and derivatives where one of them reaches them |
| it ended | yes or no          | as it was, to the last day that was said                                          |
| nothing  | yes                | as the book states it                                                             |

So a book that goes on stating what was ended changes nothing; one that states it from another first day puts it on
anew. A subject that the book does not have cannot be held or ordered: such a row waits until a book has it again.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from policy.book.changes import of_entry
from policy.book.facts import Book, ListEntry
from policy.canonical import Json, encode
from policy.ir.core import Library
from policy.judge import redact
from policy.judge.depends import lists_of
from server import clock
from server.desk import manifest
from server.log.events import Event, apart
from server.store.tables import Entered, Snapshot, Stated

STREAM = "data"
Key = tuple[str, str, str, date]
"""List, kind, subject and first day."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one request says of entries: that they are on, or that they `end`."""

    entries: tuple[ListEntry, ...]
    ends: bool
    source: str
    reason: str | None
    author: str


# --- what is said, beside what is stated ---------------------------------------------------------


def enter(session: Session, said: Said, now: str) -> None:
    """Kept for every snapshot that is sealed from now on. Whoever seals is alone (`Gate.NEWEST`), so that ids are in
    the order in which it was said."""
    last = session.exec(select(func.max(Entered.id))).one()
    for entry in said.entries:
        last = clock.fresh("entry", last)
        session.add(
            Entered(
                id=last,
                list=entry.list,
                kind=entry.kind,
                subject=entry.subject,
                start=entry.start.isoformat(),
                end=_text(entry.end),
                known=_text(entry.known),
                derivatives=entry.derivatives,
                ends=said.ends,
                source=said.source,
                reason=said.reason,
                author=said.author,
                made=now,
            )
        )
    session.flush()


def said(session: Session, until: str | None = None) -> dict[Key, Entered]:
    """What was said last of each row, of all that was said until then."""
    wanted = select(Entered).order_by(col(Entered.id))
    rows = session.exec(wanted if until is None else wanted.where(col(Entered.id) <= until)).all()
    return {of_entry(entry(row)): row for row in rows}


def joined(book: Book, said: Mapping[Key, Entered]) -> Book:
    """With what is said beside what it states itself."""
    own = {of_entry(each): each for each in book.entries}
    there = {"issuer": book.issuers.keys(), "security": book.instruments.keys()}
    heard = {key: _both(own.get(key), row) for key, row in said.items() if row.subject in there[row.kind]}
    return replace(book, entries=tuple({**own, **heard}.values())) if heard else book


def _both(own: ListEntry | None, row: Entered) -> ListEntry:
    word = entry(row)
    if own is None or row.ends:
        return word
    end = None if own.end is None or word.end is None else max(own.end, word.end)
    known = None if own.known is None or word.known is None else min(own.known, word.known)
    return replace(word, end=end, known=known, derivatives=own.derivatives or word.derivatives)


def beneath(book: Book, said: Mapping[Key, Entered]) -> str:
    """What a snapshot of this book does not show of its own rows, because others stand in their place."""
    return encode([row(each) for each in book.entries if of_entry(each) in said]).decode()


def own(session: Session, base: Snapshot, shown: Iterable[ListEntry]) -> tuple[ListEntry, ...]:
    """What the book of a snapshot states itself. `shown`: its entries."""
    row = session.get_one(Stated, base.id)
    heard = {} if row.heard is None else said(session, row.heard)
    return (*(each for each in shown if of_entry(each) not in heard), *entries(json.loads(row.lists)))


def entries(rows: Iterable[Mapping[str, Any]]) -> tuple[ListEntry, ...]:
    """Of rows as a snapshot has them."""
    return tuple(
        ListEntry(
            row["list"],
            row["kind"],
            row["subject"],
            date.fromisoformat(row["start"]),
            _day(row.get("end")),
            _day(row.get("known")),
            row.get("derivatives", True),
        )
        for row in rows
    )


def entry(row: Entered) -> ListEntry:
    start = date.fromisoformat(row.start)
    return ListEntry(row.list, row.kind, row.subject, start, _day(row.end), _day(row.known), row.derivatives)


def row(entry: ListEntry) -> dict[str, Json]:
    """As a snapshot has it."""
    found: dict[str, Json] = {"list": entry.list, "kind": entry.kind, "subject": entry.subject}
    days = {"start": entry.start, "end": entry.end, "known": entry.known}
    return {**found, **{name: day.isoformat() for name, day in days.items() if day}, "derivatives": entry.derivatives}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# --- what ends -----------------------------------------------------------------------------------


def ending(session: Session, base: Snapshot, name: str, subject: str, last: date | None) -> tuple[ListEntry, ...]:
    """The rows about the subject that go on after the last day (the one before the snapshot's, without one), as they
    end; those that wait for their subject, too. Nothing is taken back: what has not begun by then ends as it begins."""
    before = last or date.fromisoformat(base.as_of) - timedelta(days=1)
    there = {key: entry(row) for key, row in said(session).items()}
    there |= {of_entry(each): each for each in entries(manifest.rows(session, base.manifest).get("lists", ()))}
    open_ = (each for each in there.values() if (each.list, each.subject) == (name, subject))
    found = ((each, max(before, each.start)) for each in open_)
    return tuple(replace(each, end=end) for each, end in found if each.end is None or end < each.end)


# --- for whom it is ------------------------------------------------------------------------------


def named(libraries: Iterable[Library], roles: Collection[str]) -> frozenset[str]:
    """The lists that rules speak of which these roles may read."""
    mine = [redact.readable(library, roles) for library in libraries]
    ids = {found.id for library in mine for found in library.lists}
    return frozenset(ids).union(*(lists_of(rule) for library in mine for rule in library.rules))


def speaking(name: str, libraries: Iterable[Library], roles: Collection[str]) -> frozenset[str]:
    """The rules that speak of it, and the list of this id that a rule book has itself, as far as these roles may read
    them."""
    mine = [redact.readable(library, roles) for library in libraries]
    ids = {rule.id for library in mine for rule in library.rules if name in lists_of(rule)}
    return frozenset(ids | {found.id for library in mine for found in library.lists if found.id == name})


def eyes(name: str, libraries: Collection[Library]) -> str | None:
    """The roles that may know who is on a list, by commas: those of the rules that speak of it, where all of them are
    for some eyes only; of what no rule speaks, all that something is kept for."""
    told = {rule.visible_to for library in libraries for rule in library.rules if name in lists_of(rule)}
    told |= {found.visible_to for library in libraries for found in library.lists if found.id == name}
    kept: Set[str | None] = told or {role for library in libraries for role in redact.eyes(library)}
    return None if None in kept else ",".join(sorted(filter(None, kept))) or None


# --- told ----------------------------------------------------------------------------------------


def told(
    snapshot: Snapshot,
    before: Iterable[ListEntry],
    after: Iterable[ListEntry],
    word: Said,
    libraries: Collection[Library],
) -> Iterator[Event]:
    """An event for each list that is another one than before, or of which something was said: for whoever may read it.
    `word`: whose doing it is, and the rows that they named."""
    old, new = ({of_entry(each): each for each in entries} for entries in (before, after))
    mine = {of_entry(each): each for each in word.entries}
    keys = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)} | mine.keys()
    by_list: dict[str, list[Json]] = {}
    for key in sorted(keys):
        change = _change(old.get(key), new.get(key) or mine.get(key), ends=word.ends and key in mine)
        by_list.setdefault(key[0], []).append(change)
    for name, changes in by_list.items():
        role = eyes(name, libraries)
        data: dict[str, Json] = {"snapshot": snapshot.id, "list": name, "by": word.author, "source": word.source}
        data |= {"reason": word.reason, "changes": changes}
        subject, stream = f"facts as of {snapshot.as_of}", apart(STREAM, role)
        yield Event("list.changed", stream, subject, word.author, data, snapshot=snapshot.manifest, role=role)


def _change(old: ListEntry | None, new: ListEntry | None, *, ends: bool) -> Json:
    """`put`, `ended`, or `dropped`: the book no longer states it, as if it had never been."""
    row = new or old
    assert row is not None, "it was there, or is"
    sooner = old is not None and row.end is not None and (old.end is None or row.end < old.end)
    what = "dropped" if new is None else "ended" if ends or sooner else "put"
    days: dict[str, Json] = {"from": row.start.isoformat(), "to": _text(row.end)}
    return {"change": what, "kind": row.kind, "subject": row.subject, **days, "derivatives": row.derivatives}
