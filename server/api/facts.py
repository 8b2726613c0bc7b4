"""Facts that change, put into the newest snapshot: prices, rates, list entries, what accounts hold, what things are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Response, Router, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, RawBody
from pydantic import Field
from sqlmodel import Session

from server import clock
from server.api import chosen
from server.api.once import Answer, Write, once
from server.api.problem import ProblemError
from server.api.wire import Asked, answer, asked, flaws
from server.api.writing import writing_for
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import facts
from server.desk.facts import New, Next, Position
from server.log import journal
from server.log.journal import Receipt
from server.running import Service
from server.store.tables import Snapshot

MOST = 10_000  # rows of a table in one request
Rows = Annotated[tuple[Any, ...] | None, Field(max_length=MOST)]
Source = Annotated[str | None, Field(min_length=1, max_length=200)]
Word = Annotated[str, Field(min_length=1, max_length=200)]


class PositionAsked(Asked):
    household: Annotated[str, Field(max_length=200)] = ""
    """whose account it is; left out for an account that states no household"""
    account: Word
    cash: Any = None
    """by currency, as in the account's row of a book: all that it has"""
    lots: Rows = None
    """rows as in a book, without the account: all that it holds"""


class FactsAsked(Asked):
    source: Source = None
    """whose data it is; the caller's own name without it"""
    as_of: Word | None = None
    """the day to which the book is brought"""
    known_at: Word | None = None
    prices: Rows = None
    """rows as in docs/book.schema.json, here and below"""
    rates: Rows = None
    lists: Rows = None
    instruments: Rows = None
    issuers: Rows = None
    positions: Annotated[tuple[PositionAsked, ...], Field(max_length=1_000)] = ()


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


@dataclass(frozen=True, slots=True)
class FactsAnswer:
    """The next snapshot, and the one that it was made of."""

    id: str
    base: str
    manifest: str
    as_of: str
    known_at: str
    made: str
    log: Receipt


PROBLEMS = ("malformed-json", "invalid", "no-snapshot")
CHANGE = {"act": Act.CHANGE_FACTS, "asks": FactsAsked, "says": FactsAnswer, "problems": PROBLEMS}
ENTER = {"act": Act.EDIT_LIST, "asks": EntryAsked, "says": FactsAnswer, "problems": (*PROBLEMS, "not-found")}
END = {"act": Act.EDIT_LIST, "says": FactsAnswer, "problems": ("not-found", "no-snapshot")}
TABLES = ("prices", "rates", "lists", "instruments", "issuers")

Says = Callable[[Snapshot], New]
"""What is new, put into a snapshot."""


@post("/facts", opt=CHANGE, sync_to_thread=True, status_code=201)
def add(request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody) -> Response[bytes]:
    """Say which facts changed.

    What is new takes the place of what has the same name and day; everything else stays as it is."""
    wanted = asked(FactsAsked, body)
    given = ((name, getattr(wanted, name)) for name in TABLES)
    positions = tuple(
        Position(each.household, each.account, each.cash, each.lots, at) for at, each in enumerate(wanted.positions)
    )
    mine = request.user.households
    strange = tuple(facts.unknown(each) for each in positions if mine is not None and each.household not in mine)
    if strange:
        raise ProblemError("invalid", f"{len(strange)} things are wrong with the facts", flaws(strange))
    new = New({name: rows for name, rows in given if rows}, positions, wanted.as_of, wanted.known_at)
    return _put(request, service, body, lambda _: new, wanted.source)


@post("/lists/{list_id:str}/entries", opt=ENTER, sync_to_thread=True, status_code=201)
def enter(
    request: Request[Principal, None, Any], service: NamedDependency[Service], list_id: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Put a subject on a list.

    Whom the list names from a day on."""
    wanted = asked(EntryAsked, body)
    _may_edit(request, service, list_id)
    row = {"list": list_id, "kind": wanted.kind, "subject": wanted.subject, "derivatives": wanted.derivatives}
    row |= {name: day for name, day in (("end", wanted.end), ("known", wanted.known)) if day is not None}

    def new(base: Snapshot) -> New:
        return New({"lists": ({**row, "start": wanted.start or base.as_of},)})

    return _put(request, service, body, new, wanted.source)


@delete("/lists/{list_id:str}/entries/{subject:str}", opt=END, sync_to_thread=True, status_code=200)
def end(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    list_id: FromPath[str],
    subject: FromPath[str],
    last: FromQuery[str | None] = None,
) -> FactsAnswer:
    """Take a subject off a list.

    The list names it no longer: its entries that have no end get one, the day before the snapshot's unless `last`
    says another. What was so stays known."""
    _may_edit(request, service, list_id)

    def new(base: Snapshot) -> New:
        with service.store.reading() as session:
            found = facts.without_end(session, base, list_id, subject)
        if not found:
            raise ProblemError("not-found", f"no entry of `{subject[:80]}` on `{list_id[:80]}` is without an end")
        return New({"lists": facts.ended(found, base, last)})

    with writing_for(service.store, request.user) as session:
        said = _next(service, session, new, request.user.name, request.user.name)
    return said


def _put(
    request: Request[Principal, None, Any], service: Service, body: bytes, new: Says, source: str | None
) -> Response[bytes]:
    def work() -> Write:
        def write(session: Session) -> Answer:
            said = _next(service, session, new, source or request.user.name, request.user.name)
            return answer(201, said, location=f"/v1/snapshots/{said.id}")

        return write

    return once(service.store, request, body, work)


def _next(service: Service, session: Session, new: Says, source: str, actor: str) -> FactsAnswer:
    """The newest snapshot is looked up and the next one made under one lock: what two say at once is both said."""
    base = facts.newest(session)
    if base is None:
        raise ProblemError("no-snapshot", "no snapshot was sealed yet, which facts could be put into")
    wanted = new(base)
    if not wanted.tables and not wanted.positions and (wanted.as_of, wanted.known_at) == (None, None):
        raise ProblemError("invalid", "the request says nothing that is new")
    found = facts.put(session, base, wanted)
    if not isinstance(found, Next):
        raise ProblemError("invalid", f"{len(found)} things are wrong with the facts", flaws(found))
    now = clock.now()
    library = chosen.library_in_force(service, session, now)
    row, events = facts.sealed(session, found, wanted, source, actor, now, library)
    receipt = journal.append(session, events, now)[0]
    return FactsAnswer(row.id, found.base, row.manifest, row.as_of, row.known_at, row.made, receipt)


def _may_edit(request: Request[Principal, None, Any], service: Service, name: str) -> None:
    """Of a list that is for other eyes nothing is said, whether there is one or not."""
    with service.store.reading() as session:
        library = chosen.library_in_force(service, session, clock.now())
    if not facts.may_edit(name, library, request.user.roles):
        raise ProblemError("not-found", f"there is no list `{name[:80]}` of which you may say who is on it")


ROUTES = Router("/", route_handlers=[add, enter, end], tags=["data"])
