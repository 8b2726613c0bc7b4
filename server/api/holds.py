"""Holds on households and accounts, as `server.desk.holds` says."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, RawBody
from pydantic import Field
from sqlmodel import Session, col

from server import clock
from server.api import chosen
from server.api.listing import USUAL, page
from server.api.once import Answer, Write, once
from server.api.problem import ProblemError
from server.api.reads import about
from server.api.version import version
from server.api.wire import Asked, answer, asked
from server.api.writing import writing_for
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import holds, loaded
from server.desk.holds import State
from server.desk.proposals import may_see
from server.log import feed, journal
from server.log.journal import Receipt
from server.running import Service
from server.store.tables import Hold


class HoldAsked(Asked):
    household: str
    account: str | None = None
    """one account of the household; all of them without it"""
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    since: Annotated[str | None, Field(alias="from", max_length=40)] = None
    """from this instant on; from now on without it"""
    until: Annotated[str, Field(max_length=40)] | None = None
    """until this instant; until somebody ends it without it"""


@dataclass(frozen=True, slots=True)
class HoldAnswer:
    """`state`: scheduled, standing or ended; `ender`: who ended it before its time, or without one."""

    id: str
    state: str
    version: int
    household: str
    account: str | None
    reason: str
    since: str
    until: str | None
    author: str
    made: str
    ender: str | None
    log: Receipt | None = None


@dataclass(frozen=True, slots=True)
class HoldsAnswer:
    """Newest first; what is not the reader's to see is passed over. `next`: the cursor of the next page."""

    data: tuple[HoldAnswer, ...]
    next: str | None


ADD = {"act": Act.HOLD, "asks": HoldAsked, "says": HoldAnswer, "problems": ("no-snapshot",)}
LIST = {"act": Act.READ_PROPOSAL, "says": HoldsAnswer, "problems": ("not-found", "bad-cursor")}
READ = {"act": Act.READ_PROPOSAL, "says": HoldAnswer}
END = {"act": Act.HOLD, "says": HoldAnswer}


@post("/holds", opt=ADD, sync_to_thread=True, status_code=201)
def add(request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody) -> Response[bytes]:
    """Hold a household or an account.

    Nothing is proposed for the household, or traded in the account, and nothing approved that would be."""
    wanted = asked(HoldAsked, body)

    def work() -> Write:
        now = clock.now()
        since = now if wanted.since is None else _instant("/from", wanted.since, now)
        until = None if wanted.until is None else _instant("/until", wanted.until, now)
        if until is not None and until <= since:
            raise chosen.invalid("/until", "it ends before it begins", "let `until` be after `from`")
        _there(service, request.user, wanted)

        def write(session: Session) -> Answer:
            row, event = holds.placed(
                session, wanted.household, wanted.account, wanted.reason, since, until, request.user.name, now
            )
            (receipt,) = journal.append(session, [event], clock.now())
            return answer(201, _shown(row, receipt), location=f"/v1/holds/{row.id}", etag=version(row))

        return write

    return once(service.store, request, body, work)


@get("/holds", opt=LIST, sync_to_thread=True)
def listed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    household: FromQuery[str | None] = None,
    account: FromQuery[str | None] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = USUAL,
) -> HoldsAnswer:
    """List holds.

    Those on households that the reader may see, newest first, also those that ended."""
    wanted = [feed.of_household(col(Hold.household), request.user)]
    if household is not None:
        wanted.append(col(Hold.household) == household)
    if account is not None:
        wanted.append(holds.stops(account, chosen.home_now(service, account)))
    with service.store.reading() as session:
        rows, following = page(session, Hold, cursor, limit, *wanted)
    if not rows:
        chosen.required_now(service, request.user, household, account)
    about(request, *(row.household for row in rows))
    return HoldsAnswer(tuple(map(_shown, rows)), following)


@get("/holds/{hold:str}", opt=READ, sync_to_thread=True)
def one(request: Request[Principal, None, Any], service: NamedDependency[Service], hold: FromPath[str]) -> HoldAnswer:
    """Read a hold.

    Its reason, its instants, and whether it stands."""
    with service.store.reading() as session:
        return _shown(_known(session, request.user, hold))


@delete("/holds/{hold:str}", opt=END, sync_to_thread=True, status_code=200)
def end(request: Request[Principal, None, Any], service: NamedDependency[Service], hold: FromPath[str]) -> HoldAnswer:
    """End a hold.

    From now on; ending it again changes nothing."""
    with writing_for(service.store, request.user) as session:
        row, now = _known(session, request.user, hold, lock=True), clock.now()
        if holds.state(row, now) is State.ENDED:
            return _shown(row)
        return _shown(row, journal.append(session, [holds.ended(session, row, request.user.name, now)], now)[0])


def _instant(pointer: str, said: str, now: str) -> str:
    found = clock.instant(said)
    if found is None or found < now:
        what = f"`{said}` is no instant" if found is None else f"{found} has passed"
        raise chosen.invalid(pointer, what, "write an instant to come, such as 2026-12-01T14:30:00Z, or none")
    return found


def _there(service: Service, who: Principal, wanted: HoldAsked) -> None:
    """Whether the newest snapshot has them, and they are the caller's to see."""
    with service.store.reading() as session:
        row = chosen.data(session, None)
        known = loaded.manifest_in(service, row)
    name = chosen.household(known, wanted.household, who, snapshot=None)
    facts = loaded.facts_in(service, row, name)
    if wanted.account is not None and wanted.account not in facts.index.book.accounts:
        raise chosen.invalid("/account", f"the household has no account `{wanted.account[:80]}`", "name one of it")


def _known(session: Session, who: Principal, name: str, *, lock: bool = False) -> Hold:
    row = session.get(Hold, name, with_for_update=lock)
    if row is None or not may_see(row.household, who.households):
        raise ProblemError("not-found", f"there is no hold `{name[:80]}`")
    return row


def _shown(row: Hold, log: Receipt | None = None) -> HoldAnswer:
    return HoldAnswer(
        id=row.id,
        state=holds.state(row, clock.now()).value,
        version=row.version,
        household=row.household,
        account=row.account,
        reason=row.reason,
        since=row.since,
        until=row.until,
        author=row.author,
        made=row.made,
        ender=row.ender,
        log=log,
    )


ROUTES = Router("/", route_handlers=[add, listed, one, end], tags=["proposals"])
