"""Runs: proposals for many households asked for as one, with their progress, paused, resumed and cancelled."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter, RawBody
from pydantic import Field
from sqlmodel import Session

from server import clock
from server.api import probed
from server.api.listing import LONGEST, USUAL, page
from server.api.once import Answer, Write, once
from server.api.problem import ProblemError
from server.api.run_terms import MOST, RunAsked, terms
from server.api.version import matched, version
from server.api.wire import LARGE, Asked, answer, asked
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import runs, selection
from server.desk.runs import ALLOWS, Item, Progress, State, Verb
from server.desk.selection import Selection
from server.log import journal
from server.log.journal import Receipt
from server.running import Service
from server.store.tables import Run


class LedAsked(Asked):
    reason: Annotated[str, Field(max_length=2000)] | None = None


@dataclass(frozen=True, slots=True)
class RunAnswer:
    """`total`: households; `chosen`: by what some of them are passed over. `progress`: counted when it is read; not in
    lists. `allows`: what may be done with it."""

    id: str
    kind: str
    state: str
    version: int
    rulebook: str
    snapshot: str
    proposer: str
    total: int
    chosen: Selection
    made: str
    begun: str | None
    ended: str | None
    expires: str | None
    allows: tuple[str, ...]
    reason: str | None
    progress: Progress | None = None
    log: Receipt | None = None


@dataclass(frozen=True, slots=True)
class RunsAnswer:
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[RunAnswer, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class ItemsAnswer:
    """In the order of the run. `next`: the number from which the next page begins, null after the last."""

    data: tuple[Item, ...]
    next: int | None


ADD = {
    "act": Act.RUN,
    "asks": RunAsked,
    "says": RunAnswer,
    "problems": ("probing-limited", "rule-book-not-active", "no-snapshot", "erased"),
}
READ = {"act": Act.READ_RUN, "says": RunAnswer}
LIST = {"act": Act.READ_RUN, "says": RunsAnswer, "problems": ("bad-cursor",)}
ITEMS = {"act": Act.READ_RUN, "says": ItemsAnswer}
LED = ("state-conflict", "version-old", "if-match-needed")
LEAD = {"act": Act.RUN, "asks": LedAsked, "says": RunAnswer, "problems": LED}


@post("/runs", opt=ADD, status_code=202, sync_to_thread=True, request_max_body_size=LARGE)
def add(request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody) -> Response[bytes]:
    """Ask for a run.

    Proposals for many households: they are queued as workers get through them."""
    asks = asked(RunAsked, body)

    def work() -> Write:
        probed.required(service, request.user)
        wanted = terms(request, service, asks)

        def write(session: Session) -> Answer:
            now = clock.now()
            row, event = runs.planned(session, wanted, request.user.name, now)
            (receipt,) = journal.append(session, [event], now)
            return answer(202, _shown(row, log=receipt), location=f"/v1/runs/{row.id}", etag=version(row))

        return write

    return once(service.store, request, body, work)


@get("/runs", opt=LIST, sync_to_thread=True)
def listed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = USUAL,
) -> RunsAnswer:
    """List runs.

    What is not the reader's to see is passed over: a page may be shorter than its limit."""
    with service.store.reading() as session:
        rows, following = page(session, Run, cursor, limit)
        mine = [row for row in rows if runs.seen_by(session, row, request.user.households)]
    return RunsAnswer(tuple(map(_shown, mine)), following)


@get("/runs/{run:str}", opt=READ, sync_to_thread=True)
def one(
    request: Request[Principal, None, Any], service: NamedDependency[Service], run: FromPath[str]
) -> Response[bytes]:
    """Read a run.

    With how far it has come, counted from its proposals."""
    with service.store.reading() as session:
        row = known(session, request, run)
        shown = _shown(row, runs.progress(session, row, clock.now()))
    made = answer(200, shown, etag=version(row))
    return Response(made.body, media_type="application/json", headers=dict(made.headers))


@get("/runs/{run:str}/items", opt=ITEMS, sync_to_thread=True)
def items(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    run: FromPath[str],
    begin: Annotated[int, QueryParameter(ge=0, le=MOST)] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=LONGEST)] = USUAL,
) -> ItemsAnswer:
    """List the households of a run.

    One for each household, whether its proposal was queued already or not."""
    with service.store.reading() as session:
        row = known(session, request, run)
        found = runs.items(session, row, begin, begin + limit, clock.now())
    return ItemsAnswer(tuple(found), begin + limit if begin + limit < row.total else None)


@post("/runs/{run:str}/pause", opt=LEAD, status_code=200, sync_to_thread=True)
def pause(
    request: Request[Principal, None, Any], service: NamedDependency[Service], run: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Pause a run.

    Nothing more is queued; what is, goes on."""
    said = asked(LedAsked, body).reason
    return once(service.store, request, body, lambda: _led(request, run, Verb.PAUSE, said))


@post("/runs/{run:str}/resumption", opt=LEAD, status_code=200, sync_to_thread=True)
def resume(
    request: Request[Principal, None, Any], service: NamedDependency[Service], run: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Resume a run.

    It queues on, from where it was paused."""
    said = asked(LedAsked, body).reason
    return once(service.store, request, body, lambda: _led(request, run, Verb.RESUMPTION, said))


@post("/runs/{run:str}/cancellation", opt=LEAD, status_code=200, sync_to_thread=True)
def cancel(
    request: Request[Principal, None, Any], service: NamedDependency[Service], run: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Cancel a run.

    What workers have in hand ends; everything else that has no result is cancelled."""
    said = asked(LedAsked, body).reason
    return once(service.store, request, body, lambda: _led(request, run, Verb.CANCELLATION, said))


# --- reading and leading -----------------------------------------------------------------------


def _led(request: Request[Principal, None, Any], name: str, verb: Verb, said: str | None) -> Write:
    def write(session: Session) -> Answer:
        now = clock.now()
        row = known(session, request, name, lock=True)
        matched(request, row)
        if verb not in ALLOWS[State(row.state)]:
            allowed = ", ".join(ALLOWS[State(row.state)]) or "nothing"
            raise ProblemError("state-conflict", f"`{row.id}` is {row.state}, which allows {allowed}")
        events = runs.led(session, row, verb, request.user.name, said, now)
        *_, receipt = journal.append(session, events, now)
        return answer(200, _shown(row, runs.progress(session, row, now), log=receipt), etag=version(row))

    return write


def known(session: Session, request: Request[Principal, None, Any], name: str, *, lock: bool = False) -> Run:
    row = session.get(Run, name, with_for_update=lock)
    if row is None or not runs.seen_by(session, row, request.user.households):
        raise ProblemError("not-found", f"there is no run `{name[:80]}`")
    return row


def _shown(row: Run, progress: Progress | None = None, log: Receipt | None = None) -> RunAnswer:
    return RunAnswer(
        id=row.id,
        kind=row.kind,
        state=row.state,
        version=row.version,
        rulebook=row.rulebook,
        snapshot=row.snapshot,
        proposer=row.proposer,
        total=row.total,
        chosen=selection.read(row.chosen),
        made=row.made,
        begun=row.begun,
        ended=row.ended,
        expires=row.expires,
        allows=tuple(verb.value for verb in ALLOWS[State(row.state)]),
        reason=row.reason,
        progress=progress,
        log=log,
    )


ROUTES = Router("/", route_handlers=[add, listed, one, items, pause, resume, cancel], tags=["runs"])
