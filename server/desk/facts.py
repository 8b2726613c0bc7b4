"""Facts that change: what is new is put into the newest snapshot, which makes the next one.

A snapshot never changes: the next one shares the parts in which nothing did, and what was known before stays to be
read. What is new is read as strictly as a book, together with what it joins, so that no fact stands in a snapshot that
could not have been sealed with it. The row of `Reached` is locked from the look at the newest snapshot on, so that no
two changes are made of the same one.
"""

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from math import isfinite
from typing import Any

from sqlmodel import Session

from policy.book import wire
from policy.book.amount import Bare
from policy.book.document import document
from policy.book.facts import Book, ListEntry
from policy.book.parts import joined, parted
from policy.book.problem import Place, Problem, pointer
from policy.canonical import Json
from policy.ir.core import Library
from policy.judge import redact
from policy.judge.depends import lists_of
from server.desk import ingest, manifest
from server.desk.ingest import Received
from server.desk.manifest import Manifest
from server.log.events import Event, apart
from server.store.tables import Reached, Snapshot

Rows = Sequence[Any]

KEYS: Mapping[str, tuple[str, ...]] = {
    "prices": ("instrument", "day", "known"),
    "rates": ("currency", "day"),
    "lists": ("list", "kind", "subject", "start"),
    "instruments": ("id",),
    "issuers": ("id",),
}
"""What makes two rows of a table one, so that the new one takes the place of the old."""


@dataclass(frozen=True, slots=True)
class Position:
    """What an account holds now: `cash` and `lots`, each whole where it is given. `place`: in the request."""

    household: str
    account: str
    cash: Any
    lots: Rows | None
    place: int


@dataclass(frozen=True, slots=True)
class New:
    """`tables`: raw rows by table; `day`, `known_at`: to which the book is brought, None where it stays."""

    tables: Mapping[str, Rows] = field(default_factory=dict)
    positions: tuple[Position, ...] = ()
    as_of: str | None = None
    known_at: str | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """The book to be sealed, `base`: the snapshot whose other parts it shares."""

    base: str
    received: Received


def newest(session: Session) -> Snapshot | None:
    """The newest snapshot, which nobody else puts facts into before this transaction ends."""
    session.get(Reached, 1, with_for_update=True)
    return ingest.latest(session)


def put(session: Session, base: Snapshot, new: New) -> Next | tuple[Problem, ...]:
    """The book with what is new; or everything that is wrong with it."""
    before = manifest.read(session, base.manifest)
    shared = manifest.shared_rows(session, before)
    after = {**shared, **{name: _merged(name, shared, rows) for name, rows in new.tables.items()}}
    after |= {name: day for name, day in (("as_of", new.as_of), ("known_at", new.known_at)) if day is not None}
    found = wire.from_json(_text(after), "body")
    if not isinstance(found, Book):
        return tuple(_placed(problem, new, after) for problem in found)
    moved = _moved(session, before, found, new)
    if not isinstance(moved, Book):
        return moved
    others = {name: part for name, part in before.parts.items() if name not in _homes(new)}
    wrong = tuple(ingest.clashes(session, moved, others)) if new.positions else ()
    return wrong or Next(base.id, Received(moved, others))


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, default=_bare)


def _bare(number: Bare) -> float:
    """A number that stood bare in the request: refused wherever it stands, so that its size does not matter."""
    found = float(number.text)
    return found if isfinite(found) else 0.5


def _merged(table: str, shared: Mapping[str, Any], rows: Rows) -> list[Json]:
    """The rows, the new ones last."""
    keys = {_key(table, row) for row in rows}
    return [*(row for row in shared.get(table, ()) if _key(table, row) not in keys), *rows]


def _key(table: str, row: Any) -> tuple[object, ...]:
    """Of what is no row, or has no text where the key has one, nothing: the reader will say what is wrong."""
    if not isinstance(row, dict):
        return ()
    return tuple(str(row.get(name)) if row.get(name) is not None else None for name in KEYS[table])


def _placed(problem: Problem, new: New, after: Mapping[str, Any]) -> Problem:
    """Where in the request it is; what was wrong with rows that were there is wrong with the request as a whole."""
    parts = (problem.place.pointer or "").split("/")
    if len(parts) > 2 and parts[1] in new.tables and parts[2].isdigit():
        row = int(parts[2]) - len(after[parts[1]]) + len(new.tables[parts[1]])
        if row >= 0:
            return replace(problem, place=Place("body", None, "/".join(["", parts[1], str(row), *parts[3:]])))
    return replace(problem, place=Place("body"))


# --- what is on a list no longer -----------------------------------------------------------------


def without_end(session: Session, base: Snapshot, name: str, subject: str) -> tuple[ListEntry, ...]:
    """Entries of the list that are about the subject and have no end."""
    shared = manifest.shared_of(session, manifest.read(session, base.manifest))
    return tuple(e for e in shared.entries if (e.list, e.subject) == (name, subject) and e.end is None)


def ended(entries: Sequence[ListEntry], base: Snapshot, last: str | None) -> Rows:
    """Rows in which they end on that day; the day before the snapshot's, and not before they began, without one."""
    before = date.fromisoformat(base.as_of) - timedelta(days=1)
    return [_row(entry, last or max(before, entry.start).isoformat()) for entry in entries]


def _row(entry: ListEntry, end: str) -> dict[str, Json]:
    known: dict[str, Json] = {} if entry.known is None else {"known": entry.known.isoformat()}
    whom: dict[str, Json] = {"list": entry.list, "kind": entry.kind, "subject": entry.subject}
    return {**whom, **known, "start": entry.start.isoformat(), "end": end, "derivatives": entry.derivatives}


# --- what accounts hold --------------------------------------------------------------------------


def _homes(new: New) -> set[str]:
    return {position.household for position in new.positions}


def _moved(session: Session, before: Manifest, shared: Book, new: New) -> Book | tuple[Problem, ...]:
    """What is shared, and the households whose accounts hold something else now."""
    missing = tuple(unknown(position) for position in new.positions if position.household not in before.parts)
    if missing or not new.positions:
        return missing or shared
    wanted = {name: before.parts[name] for name in _homes(new)}
    parts: list[Book] = []
    for name, rows in manifest.rows_of(session, wanted):
        mine = [position for position in new.positions if position.household == name]
        strange = tuple(unknown(p) for p in mine if p.account not in {row["id"] for row in rows.get("accounts", ())})
        if strange:
            return strange
        found = wire.from_json(_text(_held(rows, mine)), "body", document(shared))
        if not isinstance(found, Book):
            return tuple(replace(p, place=Place("body", None, pointer(("positions", mine[0].place)))) for p in found)
        parts += parted(found)[1].values()
    return joined(shared, parts)


def unknown(position: Position) -> Problem:
    """It is not there, or not theirs to see who say it."""
    what = f"the snapshot has no account `{position.account}` in household `{position.household}`"
    return Problem(Place("body", None, pointer(("positions", position.place))), what, "name an account as it is there")


def _held(rows: Mapping[str, list[Any]], mine: Sequence[Position]) -> dict[str, list[Any]]:
    """The household's rows, with what these accounts hold."""
    cash = {position.account: position.cash for position in mine if position.cash is not None}
    lots = {position.account: position.lots for position in mine if position.lots is not None}
    accounts = [{**row, "cash": cash[row["id"]]} if row["id"] in cash else row for row in rows.get("accounts", ())]
    kept = [row for row in rows.get("lots", ()) if row["account"] not in lots]
    new = [{**lot, "account": name} if isinstance(lot, dict) else lot for name, own in lots.items() for lot in own]
    return {**rows, "accounts": accounts, "lots": [*kept, *new]}


# --- told ----------------------------------------------------------------------------------------


def sealed(
    session: Session, found: Next, new: New, source: str, actor: str, now: str, library: Library | None
) -> tuple[Snapshot, list[Event]]:
    """The next snapshot, and what the feed says of it: what everybody may know first, then what is on a list to those
    who may know what the list is for, and what a household holds to who may see it. Where nothing is new but entries of
    lists that are for some eyes, all of it is for these. `library`: the rules in force."""
    row, event = ingest.sealed(session, found.received, source, actor, now)
    row.role, base = _eyes(new, library), session.get_one(Snapshot, found.base)
    if row.role is not None:  # whose data that is says the event alone
        row.source = base.source
    if new.tables.keys() == {"prices"} and new == New(new.tables):
        row.since = base.since
    session.add(row)
    told: dict[str, Json] = {"id": row.id, "base": found.base, "source": source, "as_of": row.as_of}
    told |= {"known_at": row.known_at, "changed": list[Json](sorted(_changed(new)))}
    for name, column in (("prices", "instrument"), ("rates", "currency"), ("instruments", "id"), ("issuers", "id")):
        if name in new.tables:
            told[name] = list[Json](sorted({str(each[column]) for each in new.tables[name]}))
    whole = replace(event, type="fact.changed", subject=f"facts as of {row.as_of}", data=told)
    said = [(told, row.role, None), *_apart(row.id, new, library)]
    return row, [
        replace(whole, data=data, stream=apart(whole.stream, role), role=role, household=home)
        for data, role, home in said
    ]


def _changed(new: New) -> Iterator[str]:
    yield from (name for name in new.tables if name != "lists")
    if (new.as_of, new.known_at) != (None, None):
        yield "day"


def _eyes(new: New, library: Library | None) -> str | None:
    """The roles that it is all for, by commas; None where something of it is for everybody."""
    found = {eyes(str(row["list"]), library) for row in new.tables.get("lists", ())}
    return None if None in found or new.positions or any(_changed(new)) else ",".join(sorted(filter(None, found)))


def _apart(
    snapshot: str, new: New, library: Library | None
) -> Iterator[tuple[dict[str, Json], str | None, str | None]]:
    """What the feed says, for which roles and whose household."""
    by_list: dict[str, list[Any]] = {}
    for row in new.tables.get("lists", ()):
        by_list.setdefault(row["list"], []).append(row)
    for name, rows in sorted(by_list.items()):
        subjects = list[Json](sorted({str(row["subject"]) for row in rows}))
        yield {"snapshot": snapshot, "list": name, "subjects": subjects}, eyes(name, library), None
    for position in new.positions:
        data: dict[str, Json] = {"snapshot": snapshot, "account": position.account}
        yield data, None, position.household


def eyes(name: str, library: Library | None) -> str | None:
    """The roles that may know who is on a list, by commas: those of the rules that speak of it, where all of them are
    for some eyes only; of what no rule speaks, all that something is kept for."""
    if library is None:
        return None
    told = {rule.visible_to for rule in library.rules if name in lists_of(rule)}
    told |= {found.visible_to for found in library.lists if found.id == name}
    return None if None in told else ",".join(sorted(filter(None, told or redact.eyes(library)))) or None


def may_edit(name: str, library: Library | None, roles: Set[str]) -> bool:
    """Whether somebody may put entries on a list and take them off: of what they may not know there is nothing."""
    role = eyes(name, library)
    return role is None or not roles.isdisjoint(role.split(","))
