"""What is left of the limits that all households share, and who holds how much of them until when."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, RawBody
from pydantic import Field
from sqlmodel import Session

from policy.interval import low, minus
from policy.ir import beyond
from policy.ir.beyond import Whole, reaches_beyond
from policy.ir.bound import Bound
from policy.judge.eval import judge
from policy.judge.redact import may_see
from policy.judge.verdict import Measured
from server import clock
from server.answer.number import Amount, Exact, amount
from server.api import chosen
from server.api.at import PLACES, At, Place
from server.api.once import Answer, once
from server.api.problem import ProblemError
from server.api.proposals import ProposalAnswer, shown, with_approval
from server.api.proposals import known as proposal_known
from server.api.reads import about
from server.api.version import matched, version
from server.api.wire import Asked, answer, asked
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import filled, headroom, ingest, loaded, proposals
from server.desk.headroom import Held
from server.desk.loaded import Loaded
from server.desk.proposals import State
from server.log import journal
from server.running import Service


@dataclass(frozen=True, slots=True)
class LimitAnswer:
    """One limit for one group. `used`: what is held, without any orders; `reserved`: what proposals may take of what is
    left, at most, and `left` after them; null where a missing fact leaves it open."""

    rule: str
    clause: int
    group: str | None
    unit: str
    limit: Amount
    used: Amount
    reserved: Exact | None
    left: Exact | None


@dataclass(frozen=True, slots=True)
class HolderAnswer:
    """`until`: null where it is approved and the data do not show its orders as filled yet, or has no end."""

    proposal: str
    household: str | None
    state: str
    until: str | None


@dataclass(frozen=True, slots=True)
class HeadroomAnswer(At):
    """`limits`: for who may see all households; `holders`: those that are the reader's to see."""

    rulebook: str
    limits: tuple[LimitAnswer, ...]
    holders: tuple[HolderAnswer, ...]


class ReleaseAsked(Asked):
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


RELEASE = {
    "act": Act.RELEASE,
    "asks": ReleaseAsked,
    "says": ProposalAnswer,
    "problems": ("self-approval", "state-conflict", "version-old", "if-match-needed"),
}
READ = {
    "act": Act.READ_PROPOSAL,
    "says": HeadroomAnswer,
    "problems": ("not-found", "rule-book-not-active", "no-snapshot", "erased"),
}


@get("/headroom", opt=READ, dependencies=PLACES, sync_to_thread=True)
def read(
    request: Request[Principal, None, Any], service: NamedDependency[Service], place: NamedDependency[Place]
) -> HeadroomAnswer:
    """Read the headroom of the firm's limits.

    By the rules in force, of the newest snapshot unless another is asked for."""
    now, who = clock.now(), request.user
    with service.store.reading() as session:
        ruling, data = chosen.rules_in_force(session, None, now), place.row
        found = headroom.held(session, data, now)
    mine = [each for each in found if proposals.may_see(each.households, who.households)]
    about(request, *(each.households for each in mine))
    limits: tuple[LimitAnswer, ...] = ()
    rules = loaded.rules_in(service, ruling)
    if who.households is None and reaches_beyond(rules.library):
        known = Loaded(rules, loaded.facts_in(service, data))
        limits = _limits(headroom.firm_wide(service, known, data, headroom.opened(found)), found, who)
    return HeadroomAnswer(*place.at, ruling.id, limits, tuple(map(_holder, mine)))


@post("/proposals/{proposal:str}/release", opt=RELEASE, sync_to_thread=True, status_code=200)
def release(
    request: Request[Principal, None, Any], service: NamedDependency[Service], proposal: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Release the headroom of approved orders.

    Nothing more will come of these approved orders: what is not filled was cancelled. From the newest snapshot on
    they hold nothing. By somebody else than who asked for them."""
    said = asked(ReleaseAsked, body).reason

    def write(session: Session) -> Answer:
        newest = ingest.newest(session)  # nobody seals meanwhile that they are filled
        row, who, now = proposal_known(session, request, proposal, lock=True), request.user.name, clock.now()
        matched(request, row)
        if who in proposals.askers(session, row):
            raise ProblemError("self-approval", f"{who} asked for this proposal; somebody else releases it")
        if row.state != State.APPROVED or row.holds is None or row.seen is not None or newest is None:
            raise ProblemError("state-conflict", f"`{row.id}` has no approved orders that hold anything")
        (receipt,) = journal.append(session, [filled.released(session, row, newest.id, who, said)], now)
        return answer(200, with_approval(session, row, shown(row, now, log=receipt), now), etag=version(row))

    return once(service.store, request, body, lambda: write)


def _limits(firm: Whole, found: list[Held], who: Principal) -> tuple[LimitAnswer, ...]:
    theirs = tuple(each for each in firm.bound.obligations if may_see(each, who.roles))
    seen = replace(firm, bound=replace(firm.bound, obligations=theirs))
    before, after = beyond.filled(seen, {}), beyond.filled(seen, {each.proposal: each.point for each in found})
    return tuple(
        _limit(obligation.origin.rule, obligation.origin.clause, obligation.group, first, last)
        for obligation, first, last in zip(theirs, _measured(before), _measured(after), strict=True)
        if first is not None and last is not None
    )


def _measured(bound: Bound) -> list[Measured | None]:
    return [finding.deciding for finding in judge(bound, {}).findings]


def _limit(rule: str, clause: int, group: str | None, first: Measured, last: Measured) -> LimitAnswer:
    left, room = low(last.headroom), low(first.headroom)
    reserved = None if left is None or room is None else low(minus(room, left))
    return LimitAnswer(rule, clause, group, first.unit, amount(first.bound), amount(first.value), reserved, left)


def _holder(found: Held) -> HolderAnswer:
    return HolderAnswer(found.proposal, found.household, found.state.value, found.until)


ROUTES = Router("/", route_handlers=[read, release], tags=["proposals"])
