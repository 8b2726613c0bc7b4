"""Facts that change: what is new is put into the newest snapshot, which makes the next one.

A snapshot never changes: the next one shares the parts in which nothing did, and what was known before stays to be
read. What is new is read as strictly as a book, together with what it joins, so that no fact stands in a snapshot that
could not have been sealed with it. `Gate.NEWEST` is held from the look at the newest snapshot on, so that no
two changes are made of the same one.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from server.desk import ingest, jumps, lists, manifest, origins
from server.desk.ingest import Received
from server.desk.jumps import Jumps
from server.desk.lists import Said
from server.desk.manifest import Manifest
from server.log.events import Event, apart
from server.store.tables import Snapshot

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
    """`tables`: raw rows by table; `day`, `known_at`: to which the book is brought, None where it stays. `entry`: a row
    that is said of a list, beside what the book states."""

    tables: Mapping[str, Rows] = field(default_factory=dict)
    positions: tuple[Position, ...] = ()
    as_of: str | None = None
    known_at: str | None = None
    entry: Any = None


@dataclass(frozen=True, slots=True)
class Next:
    """The book to be sealed, `base`: the snapshot whose other parts it shares, `shown`: all entries of lists in that.
    `said`: of the lists, beside the book's own; `jumps`: of the prices that are new."""

    base: str
    received: Received
    shown: tuple[ListEntry, ...]
    said: tuple[ListEntry, ...] = ()
    jumps: Jumps | None = None


def put(session: Session, base: Snapshot, new: New) -> Next | tuple[Problem, ...]:
    """The book with what is new; or everything that is wrong with it."""
    before = manifest.read(session, base.manifest)
    shared = manifest.shared_rows(session, before)
    shown = lists.entries(shared.get("lists", ()))
    own = lists.own(session, base, shown)
    shared["lists"] = [*map(lists.row, own)]
    after = {**shared, **{name: _merged(name, shared, rows) for name, rows in new.tables.items()}}
    after |= {name: day for name, day in (("as_of", new.as_of), ("known_at", new.known_at)) if day is not None}
    if new.entry is not None:
        after["lists"] = _merged("lists", shared, [new.entry])
    found = wire.from_json(_text(after), "body")
    if not isinstance(found, Book):
        return tuple(_placed(problem, new, after) for problem in found)
    said = found.entries[-1:] if new.entry is not None else ()
    found = replace(found, entries=own) if said else found
    moved = _moved(session, before, found, new)
    if not isinstance(moved, Book):
        return moved
    others = {name: part for name, part in before.parts.items() if name not in _homes(new)}
    wrong = tuple(ingest.clashes(session, moved, others)) if new.positions else ()
    priced = (named := _named(new))[origins.PRICES]
    received = Received(moved, others, origins.read(session, base.id), named)
    far = jumps.jumps(shared["prices"], found.prices, priced) if priced else None
    return wrong or Next(base.id, received, shown, said, far)


def _named(new: New) -> origins.Named:
    """Of what somebody says something, by kind; of prices and rates alone, not of what things are."""
    listed = lists.entries(new.tables.get("lists", ()))
    return {
        origins.PRICES: {str(row["instrument"]) for row in new.tables.get("prices", ())},
        origins.RATES: {str(row["currency"]) for row in new.tables.get("rates", ())},
        origins.LISTS: {origins.of_list(entry) for entry in listed},
        origins.POSITIONS: _homes(new),
    }


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
    if new.entry is not None and parts[1:3] == ["lists", str(len(after["lists"]) - 1)]:
        return replace(problem, place=Place("body", None, "/".join(["", *parts[3:]])))
    if len(parts) > 2 and parts[1] in new.tables and parts[2].isdigit():
        row = int(parts[2]) - len(after[parts[1]]) + len(new.tables[parts[1]])
        if row >= 0:
            return replace(problem, place=Place("body", None, "/".join(["", parts[1], str(row), *parts[3:]])))
    return replace(problem, place=Place("body"))


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
    session: Session, found: Next, new: New, word: Said, now: str, libraries: Collection[Library]
) -> tuple[Snapshot, list[Event]]:
    """The next snapshot, and what the feed says of it: what everybody may know first, then what is on a list to those
    who may know what the list is for, and what a household holds to who may see it. Where nothing is new but entries of
    lists that are for some eyes, all of it is for these. `word`: whose doing it is, and what they say of lists.
    `libraries`: the rules that may speak of lists."""
    lists.enter(session, word, now)
    secret = any(not redact.sees_all(library, ()) for library in libraries)
    row, event = ingest.sealed(session, found.received, word.source, word.author, now, secret=secret)
    named = (*word.entries, *_entries(found.received.book, new))
    row.role, base = _eyes(new, named, libraries), session.get_one(Snapshot, found.base)
    row.source = base.source  # whose word what is new is says the event
    if new.tables.keys() == {"prices"} and new == New(new.tables):
        row.since = base.since
    session.add(row)
    told: dict[str, Json] = {"id": row.id, "base": found.base, "source": word.source, "as_of": row.as_of}
    told |= {"known_at": row.known_at, "changed": list[Json](sorted(_changed(new)))}
    told |= jumps.told(found.jumps)
    for name, column in (("prices", "instrument"), ("rates", "currency"), ("instruments", "id"), ("issuers", "id")):
        if name in new.tables:
            told[name] = list[Json](sorted({str(each[column]) for each in new.tables[name]}))
    whole = replace(event, type="fact.changed", subject=f"facts as of {row.as_of}", data=told)
    whole = replace(whole, stream=apart(whole.stream, row.role), role=row.role)
    after = lists.joined(found.received.book, lists.said(session)).entries
    listed = lists.told(row, found.shown, after, replace(word, entries=named), libraries)
    return row, [whole, *listed, *(_held_by(whole, row, each) for each in new.positions)]


def _changed(new: New) -> Iterator[str]:
    yield from (name for name in new.tables if name != "lists")
    if (new.as_of, new.known_at) != (None, None):
        yield "day"


def _entries(book: Book, new: New) -> Iterator[ListEntry]:
    """Those that are new among the book's own."""
    keys = {_key("lists", row) for row in new.tables.get("lists", ())}
    yield from (each for each in book.entries if _key("lists", lists.row(each)) in keys)


def _eyes(new: New, named: Sequence[ListEntry], libraries: Collection[Library]) -> str | None:
    """The roles that it is all for, by commas; None where something of it is for everybody."""
    found = {lists.eyes(name, libraries) for name in {each.list for each in named}}
    return None if None in found or new.positions or any(_changed(new)) else ",".join(sorted(filter(None, found)))


def _held_by(whole: Event, row: Snapshot, position: Position) -> Event:
    data: dict[str, Json] = {"snapshot": row.id, "account": position.account}
    return replace(whole, data=data, household=position.household)
