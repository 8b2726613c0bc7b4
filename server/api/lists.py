"""Who is on a list: said and ended here beside what books state, and read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, RawBody
from pydantic import Field
from sqlmodel import Session

from policy.book.changes import of_entry
from policy.book.facts import ListEntry
from policy.book.lists import in_effect
from policy.book.problem import did_you_mean
from policy.ir.core import Library
from policy.judge.redact import sees_all
from server import clock
from server.api import chosen, facts
from server.api.facts import PROBLEMS, FactsAnswer, Source, Word
from server.api.listing import LONGEST as LONGEST_PAGE
from server.api.listing import USUAL
from server.api.once import Answer, Write, once
from server.api.problem import Flaw, ProblemError
from server.api.wire import Asked, answer, asked
from server.api.writing import writing_for
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import ingest, lists, loaded, origins
from server.desk.facts import New
from server.desk.lists import Said
from server.desk.origins import Origins
from server.running import Service
from server.store.tables import Entered

LONGEST = 1_000  # characters of a reason


class EntryAsked(Asked):
    kind: Word
    """`security` or `issuer`"""
    subject: Word
    """its id"""
    start: Word | None = None
    """the first day in effect; the day of the snapshot without it"""
    end: Word | None = None
    known: Word | None = None
    derivatives: bool = True
    source: Source = None
    reason: Annotated[str | None, Field(min_length=1, max_length=LONGEST)] = None
    """for whom the list may be read"""


ENTER = {"act": Act.EDIT_LIST, "asks": EntryAsked, "says": FactsAnswer, "problems": (*PROBLEMS, "not-found")}
END = {"act": Act.EDIT_LIST, "says": FactsAnswer, "problems": ("not-found", "no-snapshot", "bad-parameter")}


@post("/lists/{list_id:str}/entries", opt=ENTER, sync_to_thread=True, status_code=201)
def enter(
    request: Request[Principal, None, Any], service: NamedDependency[Service], list_id: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Put a subject on a list.

    Whom the list names from a day on, whatever books state: the newest snapshot with that, and all that follow."""
    wanted = asked(EntryAsked, body)
    _required(service, request.user, list_id)
    entry = {"list": list_id, "kind": wanted.kind, "subject": wanted.subject, "derivatives": wanted.derivatives}
    entry |= {name: day for name, day in (("end", wanted.end), ("known", wanted.known)) if day is not None}
    word = _word(request, wanted.source, wanted.reason, ends=False)

    def work() -> Write:
        def write(session: Session) -> Answer:
            base = facts.base_of(session)
            new = New(entry={**entry, "start": wanted.start or base.as_of})
            said = facts.sealed(service, session, base, new, word)
            return answer(201, said, location=f"/v1/snapshots/{said.id}")

        return write

    return once(service.store, request, body, work)


@delete("/lists/{list_id:str}/entries/{subject:str}", opt=END, sync_to_thread=True, status_code=200)
def end(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    list_id: FromPath[str],
    subject: FromPath[str],
    last: FromQuery[str | None] = None,
    reason: FromQuery[str | None] = None,
) -> FactsAnswer:
    """Take a subject off a list.

    The list names it no longer: its entries that go on get an end, the day before the snapshot's unless `last` says
    another. What was so stays known."""
    day = None if last is None else clock.day(last)
    if last is not None and day is None:
        raise ProblemError("bad-parameter", f"`last` is `{last[:80]}`; a day is year-month-day, such as 2026-11-22")
    if reason is not None and not 1 <= len(reason) <= LONGEST:
        raise ProblemError("bad-parameter", f"`reason` has {len(reason)} characters; it may have 1 to {LONGEST}")
    _there(service, request.user, list_id)
    with writing_for(service.store, request.user) as session:
        base = facts.base_of(session)
        found = lists.ending(session, base, list_id, subject, day)
        if not found:
            detail = f"no entry of `{subject[:80]}` on `{list_id[:80]}` goes on after that day"
            raise ProblemError("not-found", detail)
        return facts.sealed(service, session, base, New(), _word(request, None, reason, found, ends=True))


def _word(
    request: Request[Principal, None, Any],
    source: str | None,
    reason: str | None,
    entries: tuple[ListEntry, ...] = (),
    *,
    ends: bool,
) -> Said:
    return Said(entries, ends, source or request.user.name, reason, request.user.name)


# --- whose a list is -----------------------------------------------------------------------------


def _required(service: Service, who: Principal, name: str) -> None:
    """A list that rules speak of, so that an entry counts: 422 where there is none of the name. To whom rules are kept
    from it is 404, as is a list that is for other eyes."""
    libraries = _libraries(service)
    mine = lists.named(libraries, who.roles)
    if name in mine:
        return
    do = did_you_mean(name, mine, "see /v1/lists")
    if not all(sees_all(library, who.roles) for library in libraries):
        raise ProblemError("not-found", f"there is no list `{name[:80]}` of which you may say who is on it; {do}")
    what = f"no rule that is in force, or to come, speaks of a list `{name[:80]}`: nobody on it would be stopped"
    raise ProblemError("invalid", what, [Flaw(None, what, do)])


def _there(service: Service, who: Principal, name: str) -> None:
    """404 where rules do not speak of it, as far as they may see."""
    mine = lists.named(_libraries(service), who.roles)
    if name not in mine:
        do = did_you_mean(name, mine, "see /v1/lists")
        raise ProblemError("not-found", f"there is no list `{name[:80]}` of yours to see; {do}")


def _libraries(service: Service) -> tuple[Library, ...]:
    with service.store.reading() as session:
        return chosen.libraries(service, session, clock.now())


# --- read ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """`rules`: the ids of those that speak of it, the list's own included where the rule book has its text; `complete`:
    the first day from which the newest snapshot has every entry, null where it does not say so."""

    id: str
    rules: tuple[str, ...]
    complete: str | None


@dataclass(frozen=True, slots=True)
class ListsAnswer:
    """By id. `next`: always null."""

    data: tuple[ListAnswer, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class EntryAnswer:
    """`since` and `until`: the first and the last day in effect, null until lifted; `known`: the day on which it became
    known, null always. `said`: whether somebody said it of the list, else a book states it. `source`, `by`, `made`:
    whose word it is and since when; `reason`: as it was given with it."""

    kind: str
    subject: str
    since: str
    until: str | None
    known: str | None
    derivatives: bool
    said: bool
    source: str
    by: str
    made: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class EntriesAnswer:
    """Who is on the list on the day `as_of`, by the newest snapshot: by subject. `next`: the cursor of the next page,
    null after the last."""

    list: str
    snapshot: str
    as_of: str
    data: tuple[EntryAnswer, ...]
    next: str | None


LIST = {"act": Act.READ_SNAPSHOT, "says": ListsAnswer, "problems": ()}
ENTRIES = {
    "act": Act.READ_SNAPSHOT,
    "says": EntriesAnswer,
    "problems": ("not-found", "no-snapshot", "bad-parameter", "bad-cursor"),
}


@get("/lists", opt=LIST, sync_to_thread=True)
def listed(request: Request[Principal, None, Any], service: NamedDependency[Service]) -> ListsAnswer:
    """List the lists.

    The lists that rules speak of which are in force, or to come, and which the caller may read."""
    roles = request.user.roles
    with service.store.reading() as session:
        libraries = chosen.libraries(service, session, clock.now())
        row = ingest.latest(session)
    complete = {} if row is None else loaded.shared_in(service, loaded.manifest_in(service, row)).book.complete
    found = (_list(name, lists.speaking(name, libraries, roles), complete) for name in lists.named(libraries, roles))
    return ListsAnswer(tuple(sorted(found, key=lambda each: each.id)))


def _list(name: str, rules: Collection[str], complete: Mapping[str, date]) -> ListAnswer:
    day = complete.get(f"list {name}")
    return ListAnswer(name, tuple(sorted(rules)), None if day is None else day.isoformat())


@get("/lists/{list_id:str}/entries", opt=ENTRIES, sync_to_thread=True)
def entries(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    list_id: FromPath[str],
    as_of: FromQuery[str | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = USUAL,
) -> EntriesAnswer:
    """List the entries of a list.

    Who is on a list on a day, the snapshot's without one, and whose word that is."""
    _there(service, request.user, list_id)
    if not 1 <= limit <= LONGEST_PAGE:
        raise ProblemError("bad-parameter", f"`limit` is {limit}; it may be 1 to {LONGEST_PAGE}")
    wanted = None if as_of is None else clock.day(as_of)
    if as_of is not None and wanted is None:
        raise ProblemError("bad-parameter", f"`as_of` is `{as_of[:80]}`; a day is year-month-day, such as 2026-11-22")
    pinned, begin = (None, 0) if cursor is None else _pinned(cursor)
    with service.store.reading() as session:
        row = chosen.data(session, pinned)
        shared = loaded.shared_in(service, loaded.manifest_in(service, row))
        day = wanted or shared.book.as_of
        found = in_effect(shared, list_id, day, max(day, shared.book.known_at))
        found = tuple(sorted(found, key=of_entry))
        said, known = lists.said(session), origins.read(session, row.id)
    data = tuple(_entry(each, said.get(of_entry(each)), known) for each in found[begin : begin + limit])
    following = f"{row.id}.{begin + limit}" if begin + limit < len(found) else None
    return EntriesAnswer(list_id, row.id, day.isoformat(), data, following)


def _pinned(cursor: str) -> tuple[str, int]:
    """The snapshot in which somebody walks, and how far they came."""
    snapshot, _, begin = cursor.partition(".")
    if not begin.isascii() or not begin.isdigit() or len(begin) > 9 or not snapshot.startswith("snap_"):
        raise ProblemError("bad-cursor", "this cursor was never given")
    return snapshot, int(begin)


def _entry(entry: ListEntry, row: Entered | None, known: Origins) -> EntryAnswer:
    """`row`: what was said of it, if anything was."""
    word = origins.of(known, origins.LISTS, origins.of_list(entry))
    return EntryAnswer(
        kind=entry.kind,
        subject=entry.subject,
        since=entry.start.isoformat(),
        until=None if entry.end is None else entry.end.isoformat(),
        known=None if entry.known is None else entry.known.isoformat(),
        derivatives=entry.derivatives,
        said=row is not None,
        source=word.source if row is None else row.source,
        by=word.by if row is None else row.author,
        made=word.made if row is None else row.made,
        reason=None if row is None else row.reason,
    )


ROUTES = Router("/", route_handlers=[enter, end, listed, entries], tags=["data"])
