"""Proposals: asked for, and waited for or fetched later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery, QueryParameter, RawBody
from pydantic import Field
from sqlmodel import Session

from policy.book.facts import Book
from policy.ir.beyond import reaches_beyond
from policy.ir.disguised import disguised
from policy.judge.redact import NOT_PERMITTED, readable
from server import clock
from server.answer import approval
from server.answer.approval import ApprovalNeeded, ApprovalSaid, HeldSaid
from server.answer.proposal import ProposeAnswer
from server.api import chosen, freshness, probed, waiting
from server.api.chosen import invalid
from server.api.described import HEADERS, WAIT
from server.api.freshness import MaxAge
from server.api.instants import expiry
from server.api.intended import Intended
from server.api.listing import USUAL, page
from server.api.once import Answer, Write, once
from server.api.problem import LOOKED_FOR, Flaw, ProblemError, several
from server.api.reads import ALL, about
from server.api.runs import known as of_run
from server.api.version import version
from server.api.wire import answer, asked, flaws
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import approval_policies, approvals, filled, holds, intent, loaded, proposals
from server.desk.demand import Policy
from server.desk.filled import Release
from server.desk.loaded import Loaded
from server.desk.manifest import Manifest
from server.desk.proposals import UNSETTLED, Sought, State, Wanted
from server.flow import proposing
from server.log import journal
from server.log.journal import Receipt
from server.running import Service
from server.store import blobs
from server.store.tables import Approval, Proposal
from solver.intent import Intent


class ProposalAsked(Intended):
    snapshot: str | None = None
    """the data; the newest snapshot without it"""
    household: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """whose accounts; without it all of the snapshot, or the one household in it that one may see"""
    account: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """the only one in which it trades; the others of its household stay as they are, and count as they do"""
    rulebook: str | None = None
    """the rules that are expected to be in force; another one is refused"""
    max_age: MaxAge | None = None
    """how old the data may be, such as `PT30M`; as old as it is, without it"""
    expires: Annotated[str, Field(max_length=40)] | None = None
    """nobody approves it from this instant on, such as `2026-11-23T16:00:00-05:00`"""


@dataclass(frozen=True, slots=True)
class ProposalAnswer:
    """`allows`: what may be done with it now, by somebody else than `proposer`. `reason`: why it failed or was
    rejected. `revises`: the proposal whose place it takes. `approval_needed`: what it takes, while it is `proposed`.
    `held`: who holds it, and why; `released`: that nothing more comes of its approved orders.
    `intent`: what was wanted; `approval`: what it has; `answer`: what came of it, as far as its reader may see the
    rules. None of `intent`, `approval`, `released` and `answer` is in lists."""

    id: str
    state: str
    version: int
    rulebook: str
    snapshot: str
    household: str | None
    account: str | None
    proposer: str
    made: str
    expires: str | None
    allows: tuple[str, ...]
    reason: str | None
    revises: str | None = None
    intent: Mapping[str, Any] | None = None
    answer: ProposeAnswer | None = None
    approval_needed: ApprovalNeeded | None = None
    approval: ApprovalSaid | None = None
    held: HeldSaid | None = None
    released: Release | None = None
    log: Receipt | None = None


@dataclass(frozen=True, slots=True)
class ProposalsAnswer:
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[ProposalAnswer, ...]
    next: str | None


UNMADE = ("probing-limited", "rule-book-not-active", "no-snapshot", "data-too-old", "account-held", "erased")
ADD = {"act": Act.PROPOSE, "asks": ProposalAsked, "says": ProposalAnswer, "problems": UNMADE, HEADERS: (WAIT,)}
READ = {"act": Act.READ_PROPOSAL, "says": ProposalAnswer, HEADERS: (WAIT,)}
LIST = {"act": Act.READ_PROPOSAL, "says": ProposalsAnswer, "problems": ("not-found", "bad-cursor")}


@post("/proposals", opt=ADD, status_code=202, responses={201: ResponseSpec(None, description="The result")})
async def add(
    request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody
) -> Response[bytes]:
    """Ask for a proposal.

    202 at once; with `Prefer: wait=SECONDS`, 201 where the result comes within them (60 at most)."""
    found = await sync_to_thread(_added, request, service, body)
    return await waited(request, service, found)


@get("/proposals", opt=LIST, sync_to_thread=True)
def listed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    stands: Annotated[State | None, QueryParameter(name="state", description="as it is now")] = None,
    household: FromQuery[str | None] = None,
    account: FromQuery[str | None] = None,
    run: FromQuery[str | None] = None,
    waits: Annotated[bool | None, QueryParameter(name="waiting", description="whether it waits for a decision")] = None,
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = USUAL,
) -> ProposalsAnswer:
    """List proposals.

    `account`: those that may trade in it. What is not the reader's to see is passed over: a page may be shorter than
    its limit."""
    now, who = clock.now(), request.user
    home = None if account is None else chosen.home_now(service, account)
    with service.store.reading() as session:
        if run is not None:
            of_run(session, request, run)
        wanted = Sought(stands, household, account, home, run, waits)
        rows, following = page(session, Proposal, cursor, limit, *proposals.which(wanted, who.households, now))
        policy = approval_policies.in_force(session, now)
    mine = [row for row in rows if proposals.seen_by(row, who.households)]
    if not mine:
        chosen.required_now(service, who, household, account)
    about(request, *(row.households or ALL for row in mine))
    return ProposalsAnswer(tuple(_with_need(policy, row, shown(row, now), now) for row in mine), following)


@get("/proposals/{proposal:str}", opt=READ)
async def one(
    request: Request[Principal, None, Any], service: NamedDependency[Service], proposal: FromPath[str]
) -> Response[bytes]:
    """Read a proposal.

    With what was wanted, what came of it, and what its approval takes. With `Prefer: wait=SECONDS` the answer waits
    for a result so long (60 at most)."""
    found = await sync_to_thread(_read, request, service, proposal, 200)
    seconds = waiting.wanted(request)
    if seconds is None:
        return found
    if await waiting.until(partial(_settled, service, proposal), seconds):
        found = await sync_to_thread(_read, request, service, proposal, 200)
    found.headers.update(waiting.applied(seconds))
    return found


# --- asking ------------------------------------------------------------------------------------


def _added(request: Request[Principal, None, Any], service: Service, body: bytes) -> Response[bytes]:
    asks = asked(ProposalAsked, body)

    return once(service.store, request, body, lambda: queued(request, service, asks))


def queued(
    request: Request[Principal, None, Any], service: Service, asks: ProposalAsked, revises: str | None = None
) -> Write:
    probed.required(service, request.user)
    wanted = _wanted(request, service, asks)

    def write(session: Session) -> Answer:
        now = clock.now()
        row, events = proposals.queued(session, wanted, request.user.name, now)
        row.revises, row.roles = revises, ",".join(sorted(request.user.roles))
        receipt = journal.append(session, events, now)[-1]
        return answer(202, shown(row, now, log=receipt), location=f"/v1/proposals/{row.id}", etag=version(row))

    return write


def _wanted(request: Request[Principal, None, Any], service: Service, asks: ProposalAsked) -> Wanted:
    now = clock.now()
    expires = expiry(asks.expires, now)
    known = _loaded(request, service, asks, now)
    book = known.facts.index.book
    doubtful = disguised(known.rules.library, book)
    if doubtful:
        said = flaws(disguised(readable(known.rules.library, request.user.roles), book))
        raise ProblemError("invalid", "a rule's name only looks like one of the book", said or [_UNSEEN])
    found = intent.of({} if asks.intent is None else asks.intent, "intent", book, LOOKED_FOR)
    if not isinstance(found, Intent):
        raise several("the intent", flaws(found, "/intent"))
    if asks.account is not None:
        found = _in_one(found, asks.account, book)
    return _not_held(service, Wanted(known, intent.written(found), expires, asks.account), now)


def _in_one(wanted: Intent, account: str, book: Book) -> Intent:
    """Nothing is traded in the others."""
    for member, named in (("raise_cash", set(wanted.raise_cash)), ("pins", {pin.account for pin in wanted.pins})):
        if others := sorted(named - {account}):
            what = f"`{others[0][:80]}` is not traded: the proposal is for account `{account[:80]}`"
            raise invalid(f"/intent/{member}", what, "leave it out, or leave `account` out")
    return replace(wanted, leave_alone=wanted.leave_alone | (book.accounts.keys() - {account}))


def _not_held(service: Service, wanted: Wanted, now: str) -> Wanted:
    with service.store.reading() as session:
        found = holds.kept_to(session, wanted, now)
    if not isinstance(found, Wanted):
        raise ProblemError("account-held", holds.said(found))
    return found


_UNSEEN = Flaw(None, NOT_PERMITTED, "ask them")


def _loaded(request: Request[Principal, None, Any], service: Service, asks: ProposalAsked, now: str) -> Loaded:
    with service.store.reading() as session:
        ruling = chosen.rules_in_force(session, asks.rulebook, now)
        row = chosen.data(session, asks.snapshot)
    known = loaded.manifest_in(service, row)
    whose, rules = _whose(known, asks, request.user), loaded.rules_in(service, ruling)
    if reaches_beyond(rules.library):
        loaded.required(service, row, known.parts)
    found = Loaded(rules, loaded.facts_in(service, row, whose))
    freshness.required(service, asks.max_age, found, request.user.roles, freshness.modelled(found.facts.index))
    return found


def _whose(known: Manifest, asks: ProposalAsked, who: Principal) -> str | None:
    if asks.account is None:
        return chosen.household(known, asks.household, who, snapshot=asks.snapshot)
    home = chosen.home(known, asks.account, who)
    if asks.household not in (None, home):
        do = "leave `household` out: the account says whose it is"
        raise invalid("/household", f"account `{asks.account[:80]}` is of another household", do)
    return home or None


async def waited(request: Request[Principal, None, Any], service: Service, found: Response[bytes]) -> Response[bytes]:
    """The result, where it comes as soon as the request wants to wait for it."""
    seconds, name = waiting.wanted(request), found.headers["Location"].rpartition("/")[2]
    if seconds is None or not await waiting.until(partial(_settled, service, name), seconds):
        return found
    done = await sync_to_thread(_read, request, service, name, 201)
    kept = {key: value for key, value in found.headers.items() if key in ("Location", "Idempotency-Replayed")}
    done.headers.update(kept | waiting.applied(seconds))
    return done


def _settled(service: Service, name: str) -> bool:
    with service.store.reading() as session:
        return proposals.state(session.get_one(Proposal, name), clock.now()) not in UNSETTLED


# --- reading -----------------------------------------------------------------------------------


def _read(request: Request[Principal, None, Any], service: Service, name: str, status: int) -> Response[bytes]:
    with service.store.reading() as session:
        row = known(session, request, name)
        now = clock.now()
        said = with_approval(session, row, shown(row, now, answer_of(session, request, row)), now)
        said = replace(said, intent=intent_of(session, row))
    made = answer(status, said, etag=version(row))
    return Response(made.body, status_code=status, media_type="application/json", headers=dict(made.headers))


def known(session: Session, request: Request[Principal, None, Any], name: str, *, lock: bool = False) -> Proposal:
    row = session.get(Proposal, name, with_for_update=lock)
    if row is None or not proposals.seen_by(row, request.user.households):
        raise ProblemError("not-found", f"there is no proposal `{name[:80]}`")
    about(request, row.households or ALL)
    return row


def answer_of(session: Session, request: Request[Principal, None, Any], row: Proposal) -> ProposeAnswer | None:
    if row.answer is None:
        return None
    return proposing.read_by(blobs.get(session, [row.answer])[row.answer], request.user.roles, request.user.households)


def intent_of(session: Session, row: Proposal) -> dict[str, Any] | None:
    """As docs/intent.schema.json has it; None once it was erased."""
    content = blobs.get(session, [row.intent]).get(row.intent)
    found = None if content is None else json.loads(content)
    assert found is None or isinstance(found, dict), "it was written by us"
    return found


def shown(row: Proposal, now: str, said: ProposeAnswer | None = None, log: Receipt | None = None) -> ProposalAnswer:
    state: State = proposals.state(row, now)
    return ProposalAnswer(
        id=row.id,
        state=state.value,
        version=row.version,
        rulebook=row.rulebook,
        snapshot=row.snapshot,
        household=row.household,
        account=row.account,
        proposer=row.proposer,
        made=row.made,
        expires=row.expires,
        allows=tuple(verb.value for verb in proposals.allows(row, now)),
        reason=row.reason,
        revises=row.revises,
        held=approval.held(row) if state is State.HELD else None,
        answer=said,
        log=log,
    )


def with_approval(session: Session, row: Proposal, said: ProposalAnswer, now: str) -> ProposalAnswer:
    """With the approval that it needs, where it waits for one, or that it has."""
    if said.state == State.PROPOSED:
        return _with_need(approval_policies.in_force(session, now), row, said, now)
    kept = session.get(Approval, row.id)
    if kept is None:
        return said
    return replace(said, approval=approval.said(kept), released=filled.release(session, row))


def _with_need(policy: Policy, row: Proposal, said: ProposalAnswer, now: str) -> ProposalAnswer:
    if said.state != State.PROPOSED:
        return said
    return replace(said, approval_needed=approval.needed(approvals.needed(policy, row, now)))


ROUTES = Router("/", route_handlers=[add, listed, one], tags=["proposals"])
