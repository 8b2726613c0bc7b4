"""Runs: proposals for many households asked for as one, with their progress, paused, resumed and cancelled."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter, RawBody
from litestar.response import ServerSentEvent, ServerSentEventMessage
from pydantic import Field, SkipValidation, TypeAdapter
from sqlmodel import Session

from policy.book.facts import Book
from policy.book.parts import NOBODY, parted
from policy.ir.bound import Outcome
from server import clock
from server.api import chosen
from server.api.follow import Follower
from server.api.listing import LONGEST, USUAL, page
from server.api.once import Answer, Write, once
from server.api.problem import Flaw, ProblemError
from server.api.version import matched, version
from server.api.wire import Asked, answer, asked, flaws
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import intent, loaded, runs
from server.desk.intent import IntentDocument
from server.desk.runs import ALLOWS, Item, Planned, Progress, State, Verb
from server.desk.selection import Selection
from server.log import journal
from server.log.journal import Receipt
from server.running import Service
from server.store.tables import Run
from solver.intent import Intent

MOST = 100_000  # households of a run
BETWEEN = 1.0  # seconds between two looks at a run's progress
HEARTBEAT, LONGEST_STREAM = 15.0, 300.0  # seconds


class RunAsked(Asked):
    snapshot: str | None = None
    """the data; the newest snapshot without it"""
    rulebook: str | None = None
    """the rules that are expected to be in force; another one is refused"""
    households: Annotated[list[str], Field(min_length=1, max_length=MOST)] | None = None
    """whose accounts, in this order; those of all households of the snapshot without it"""
    outcomes: Annotated[list[Outcome], Field(min_length=1, max_length=len(Outcome))] | None = None
    """of these only the ones whose verdict, before any order and by the rules that you may see, is one of them"""
    intent: SkipValidation[IntentDocument | None] = None
    """what is wanted for each of them (docs/intent.schema.json); it names no account"""
    expires: Annotated[str, Field(max_length=40)] | None = None
    """nobody approves any of them from this instant on, such as `2026-11-23T16:00:00-05:00`"""


class LedAsked(Asked):
    reason: Annotated[str, Field(max_length=2000)] | None = None


@dataclass(frozen=True, slots=True)
class RunAnswer:
    """`total`: households. `progress`: counted when it is read; not in lists. `allows`: what may be done with it."""

    id: str
    kind: str
    state: str
    version: int
    rulebook: str
    snapshot: str
    proposer: str
    total: int
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
    "problems": ("rule-book-not-active", "no-snapshot"),
}
READ = {"act": Act.READ_RUN, "says": RunAnswer}
LIST = {"act": Act.READ_RUN, "says": RunsAnswer, "problems": ("bad-cursor",)}
ITEMS = {"act": Act.READ_RUN, "says": ItemsAnswer}
LED = ("state-conflict", "version-old", "if-match-needed")
LEAD = {"act": Act.RUN, "asks": LedAsked, "says": RunAnswer, "problems": LED}


@post("/runs", opt=ADD, status_code=202, sync_to_thread=True)
def add(request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody) -> Response[bytes]:
    """Proposals for many households: they are queued as workers get through them."""
    asks = asked(RunAsked, body)

    def work() -> Write:
        wanted = _wanted(request, service, asks)

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
    """What is not the reader's to see is passed over: a page may be shorter than its limit."""
    with service.store.reading() as session:
        rows, following = page(session, Run, cursor, limit)
        mine = [row for row in rows if runs.seen_by(session, row, request.user.households)]
    return RunsAnswer(tuple(map(_shown, mine)), following)


@get("/runs/{run:str}", opt=READ, sync_to_thread=True)
def one(
    request: Request[Principal, None, Any], service: NamedDependency[Service], run: FromPath[str]
) -> Response[bytes]:
    with service.store.reading() as session:
        row = _known(session, request, run)
        shown = _shown(row, runs.progress(session, row, clock.now()))
    made = answer(200, shown, etag=version(row))
    return Response(made.body, media_type="application/json", headers=dict(made.headers))


@get("/runs/{run:str}/items", opt=ITEMS, sync_to_thread=True)
def items(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    run: FromPath[str],
    begin: Annotated[int, QueryParameter(ge=0, le=MOST, description="the number of the first one")] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=LONGEST, description="how many at most")] = USUAL,
) -> ItemsAnswer:
    """One for each household, whether its proposal was queued already or not."""
    with service.store.reading() as session:
        row = _known(session, request, run)
        found = runs.items(session, row, begin, begin + limit, clock.now())
    return ItemsAnswer(tuple(found), begin + limit if begin + limit < row.total else None)


@get("/runs/{run:str}/progress", opt={"act": Act.READ_RUN}, media_type="text/event-stream")
async def followed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    follower: NamedDependency[Follower],
    run: FromPath[str],
) -> ServerSentEvent:
    """The progress as server-sent events, once a second at most, until every household has its result."""
    await sync_to_thread(_looked, request, service, run)
    return ServerSentEvent(_told(request, service, follower, run), headers={"Cache-Control": "no-store"})


@post("/runs/{run:str}/pause", opt=LEAD, status_code=200, sync_to_thread=True)
def pause(
    request: Request[Principal, None, Any], service: NamedDependency[Service], run: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Nothing more is queued; what is, goes on."""
    said = asked(LedAsked, body).reason
    return once(service.store, request, body, lambda: _led(request, run, Verb.PAUSE, said))


@post("/runs/{run:str}/resumption", opt=LEAD, status_code=200, sync_to_thread=True)
def resume(
    request: Request[Principal, None, Any], service: NamedDependency[Service], run: FromPath[str], body: RawBody
) -> Response[bytes]:
    said = asked(LedAsked, body).reason
    return once(service.store, request, body, lambda: _led(request, run, Verb.RESUMPTION, said))


@post("/runs/{run:str}/cancellation", opt=LEAD, status_code=200, sync_to_thread=True)
def cancel(
    request: Request[Principal, None, Any], service: NamedDependency[Service], run: FromPath[str], body: RawBody
) -> Response[bytes]:
    """What workers have in hand ends; everything else that has no result is cancelled."""
    said = asked(LedAsked, body).reason
    return once(service.store, request, body, lambda: _led(request, run, Verb.CANCELLATION, said))


# --- asking ------------------------------------------------------------------------------------


def _wanted(request: Request[Principal, None, Any], service: Service, asks: RunAsked) -> Planned:
    now = clock.now()
    expires = None if asks.expires is None else _expires(asks.expires, now)
    with service.store.reading() as session:
        ruling = chosen.rules_in_force(session, asks.rulebook, now)
        row = chosen.data(session, asks.snapshot)
    mine, there = request.user.households, loaded.manifest_in(service, row).parts.keys() - {NOBODY}
    known = sorted(there if mine is None else there & mine)
    if not known:
        raise ProblemError("no-snapshot", "the snapshot has no household that you may see; send or name another one")
    households = known if asks.households is None else _chosen(asks.households, set(known))
    shared, _ = parted(loaded.facts_in(service, row, known[0]).index.book)
    by = Selection(tuple(asks.outcomes or ()), tuple(sorted(role.value for role in request.user.roles)))
    return Planned(ruling.id, row.id, _intent(asks, shared), households, expires, by)


def _chosen(said: list[str], known: set[str]) -> list[str]:
    seen: set[str] = set()
    wrong = []
    for place, name in enumerate(said):
        if name not in known:
            what = f"the snapshot has no household `{name[:80]}`"
            wrong.append(Flaw(f"/households/{place}", what, "leave it out, or name another snapshot"))
        elif name in seen:
            wrong.append(Flaw(f"/households/{place}", f"`{name[:80]}` is there twice", "name each once"))
        seen.add(name)
    if wrong:
        raise ProblemError("invalid", f"{len(wrong)} households cannot be meant", wrong[:100])
    return said


def _intent(asks: RunAsked, shared: Book) -> str:
    """It is read beside what is shared alone: what it names must be there for each of the households."""
    found = intent.of({} if asks.intent is None else asks.intent, "intent", shared)
    if not isinstance(found, Intent):
        wrong = [Flaw(f"/intent{flaw.pointer}", flaw.detail, flaw.help) for flaw in flaws(found)]
        raise ProblemError("invalid", f"{len(wrong)} things are wrong with the intent", wrong)
    return intent.written(found)


def _expires(said: str, now: str) -> str:
    found = clock.instant(said)
    if found is None or found <= now:
        what = f"`{said}` is no instant" if found is None else f"{found} has passed"
        flaw = Flaw("/expires", what, "write an instant to come, such as 2026-12-01T14:30:00Z, or none")
        raise ProblemError("invalid", what, [flaw])
    return found


# --- reading and leading -----------------------------------------------------------------------


def _led(request: Request[Principal, None, Any], name: str, verb: Verb, said: str | None) -> Write:
    def write(session: Session) -> Answer:
        now = clock.now()
        row = _known(session, request, name, lock=True)
        matched(request, row)
        if verb not in ALLOWS[State(row.state)]:
            allowed = ", ".join(ALLOWS[State(row.state)]) or "nothing"
            raise ProblemError("state-conflict", f"`{row.id}` is {row.state}, which allows {allowed}")
        events = runs.led(session, row, verb, request.user.name, said, now)
        *_, receipt = journal.append(session, events, now)
        return answer(200, _shown(row, runs.progress(session, row, now), log=receipt), etag=version(row))

    return write


def _known(session: Session, request: Request[Principal, None, Any], name: str, *, lock: bool = False) -> Run:
    row = session.get(Run, name, with_for_update=lock)
    if row is None or not runs.seen_by(session, row, request.user.households):
        raise ProblemError("not-found", f"there is no run `{name[:80]}`")
    return row


def _looked(request: Request[Principal, None, Any], service: Service, name: str) -> tuple[bytes, bool]:
    """The progress, and whether it is the last one."""
    with service.store.reading() as session:
        row = _known(session, request, name)
        found = runs.progress(session, row, clock.now())
    return _PROGRESS.dump_json(found), not ALLOWS[State(row.state)] and found.settled == found.total


async def _told(
    request: Request[Principal, None, Any], service: Service, follower: Follower, name: str
) -> AsyncIterator[ServerSentEventMessage]:
    end, last, spoke = monotonic() + LONGEST_STREAM, b"", monotonic()
    while not follower.ended and monotonic() < end:
        said, done = await sync_to_thread(_looked, request, service, name)
        if said != last:
            yield ServerSentEventMessage(data=said, event="progress")
            last, spoke = said, monotonic()
        elif monotonic() - spoke >= HEARTBEAT:
            yield ServerSentEventMessage(data=None, comment="so far")
            spoke = monotonic()
        if done:
            return
        await asyncio.sleep(BETWEEN)


_PROGRESS = TypeAdapter(Progress)


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
        made=row.made,
        begun=row.begun,
        ended=row.ended,
        expires=row.expires,
        allows=tuple(verb.value for verb in ALLOWS[State(row.state)]),
        reason=row.reason,
        progress=progress,
        log=log,
    )


ROUTES = Router("/", route_handlers=[add, listed, one, items, followed, pause, resume, cancel], tags=["runs"])
