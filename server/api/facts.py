"""Facts that change, put into the newest snapshot: prices, rates, list entries, what accounts hold, what things are."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, RawBody
from pydantic import Field
from sqlmodel import Session

from server import clock
from server.api import chosen, days
from server.api.once import Answer, Write, once
from server.api.problem import ProblemError, several
from server.api.wire import LARGE, Asked, answer, asked, flaws
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import facts, ingest
from server.desk.facts import New, Next, Position
from server.desk.jumps import Jumps
from server.desk.lists import Said
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


@dataclass(frozen=True, slots=True)
class FactsAnswer:
    """The next snapshot, and the one that it was made of. `jumps`: of prices, null where there is none."""

    id: str
    base: str
    manifest: str
    as_of: str
    known_at: str
    made: str
    log: Receipt
    jumps: Jumps | None = None


PROBLEMS = ("malformed-json", "invalid", "no-snapshot")
CHANGE = {
    "act": Act.CHANGE_FACTS,
    "asks": FactsAsked,
    "says": FactsAnswer,
    "problems": (*PROBLEMS, "state-conflict"),
}
TABLES = ("prices", "rates", "lists", "instruments", "issuers")


@post("/facts", opt=CHANGE, sync_to_thread=True, status_code=201, request_max_body_size=LARGE)
def add(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    body: RawBody,
    older: FromQuery[bool] = False,
) -> Response[bytes]:
    """Say which facts changed.

    What is new takes the place of what has the same name and day; everything else stays as it is. `older`: `as_of`
    may be an older day than the newest snapshot's."""
    wanted = asked(FactsAsked, body)
    given = ((name, getattr(wanted, name)) for name in TABLES)
    positions = tuple(
        Position(each.household, each.account, each.cash, each.lots, at) for at, each in enumerate(wanted.positions)
    )
    mine = request.user.households
    strange = tuple(facts.unknown(each) for each in positions if mine is not None and each.household not in mine)
    if strange:
        raise several("the facts", flaws(strange))
    new = New({name: rows for name, rows in given if rows}, positions, wanted.as_of, wanted.known_at)
    word = Said((), ends=False, source=wanted.source or request.user.name, reason=None, author=request.user.name)

    def work() -> Write:
        def write(session: Session) -> Answer:
            said = sealed(service, session, base_of(session), new, word, older=older)
            return answer(201, said, location=f"/v1/snapshots/{said.id}")

        return write

    return once(service.store, request, body, work)


def base_of(session: Session) -> Snapshot:
    """The newest snapshot is looked up and the next one made under one lock: what two say at once is both said."""
    base = ingest.newest(session)
    if base is None:
        raise ProblemError("no-snapshot", "no snapshot was sealed yet, which facts could be put into")
    return base


def sealed(
    service: Service, session: Session, base: Snapshot, new: New, word: Said, *, older: bool = False
) -> FactsAnswer:
    """`word`: whose doing it is, and what they say of lists beside `new.entry`."""
    if new == New() and not word.entries:
        raise ProblemError("invalid", "the request says nothing that is new")
    found = facts.put(session, base, new)
    if not isinstance(found, Next):
        raise several("the facts", flaws(found))
    days.required(found.received.book.as_of, found.received.book.known_at, base, older=older)
    now = clock.now()
    libraries = chosen.libraries(service, session, now)
    word = replace(word, entries=(*word.entries, *found.said))
    row, events = facts.sealed(session, found, new, word, now, libraries)
    receipt = journal.append(session, events, now)[0]
    return FactsAnswer(row.id, found.base, row.manifest, row.as_of, row.known_at, row.made, receipt, found.jumps)


ROUTES = Router("/", route_handlers=[add], tags=["data"])
