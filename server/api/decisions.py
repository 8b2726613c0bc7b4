"""Decisions on proposals: approved as the policy in force asks for it, or rejected by anybody who may decide."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, RawBody
from pydantic import Field
from sqlmodel import Session

from policy.judge.eval import worst
from policy.judge.redact import NOT_PERMITTED, UNSEEN, seen_by
from policy.judge.verdict import Finding, Verdict
from policy.proof import approval
from server import clock
from server.api.instants import expiry
from server.api.once import Answer, Write, once
from server.api.people import Envelope, Signable, refused, sealed, to_sign
from server.api.problem import Flaw, ProblemError
from server.api.proposals import ProposalAnswer, known, shown, with_approval
from server.api.version import matched, version
from server.api.wire import Asked, answer, asked
from server.auth.credentials import Principal
from server.auth.people import Refused
from server.auth.roles import Act
from server.desk import again, approval_policies, approvals, overrides, proposals, unnamed
from server.desk.again import Broken
from server.desk.approvals import Fallen, Yes
from server.desk.proposals import State, Verb
from server.log import journal
from server.log.events import Event
from server.running import Service
from server.store.tables import Proposal

AGAIN = "propose again, by the rules and on the data of now, or reject it"
MOST_SAID = 5  # findings of a proposal
CHANGED = {(True, False): "rules changed", (False, True): "data changed", (True, True): "rules and data changed"}
"""Whether rules, and facts."""


class ApprovalAsked(Asked):
    remark: Annotated[str, Field(max_length=2000)] | None = None
    envelope: Envelope | None = None
    """what `approval-payload` gives, signed with the person's own key; without it the service attests the yes"""
    evidence: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """SHA-256 of what the client said, as POST /v1/evidence keeps it"""


class RejectionAsked(Asked):
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class HoldAsked(Asked):
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    until: Annotated[str, Field(max_length=40)] | None = None
    """until this instant; until somebody resumes it without it"""


CHANGED_ONCE = ("state-conflict", "version-old", "if-match-needed")
DECIDED = ("self-approval", "state-conflict", "version-old", "if-match-needed")
APPROVED = (
    *DECIDED,
    "approval-needed",
    "step-up-needed",
    "override-needed",
    "account-held",
    "verdict-changed",
    "verdict-changing",
    "erased",
)
APPROVE = {"act": Act.DECIDE, "asks": ApprovalAsked, "says": ProposalAnswer, "problems": APPROVED}
REJECT = {"act": Act.DECIDE, "asks": RejectionAsked, "says": ProposalAnswer, "problems": DECIDED}
HOLD = {"act": Act.DECIDE, "asks": HoldAsked, "says": ProposalAnswer, "problems": CHANGED_ONCE}
RESUME = {"act": Act.DECIDE, "asks": Asked, "says": ProposalAnswer, "problems": CHANGED_ONCE}
SIGN = {"act": Act.DECIDE, "says": Signable, "problems": ("self-approval", "state-conflict")}


@get("/proposals/{proposal:str}/approval-payload", opt=SIGN, sync_to_thread=True)
def payload(
    request: Request[Principal, None, Any], service: NamedDependency[Service], proposal: FromPath[str]
) -> Signable:
    """Read what to sign to approve a proposal.

    What to sign with a key of one's own, within a day, to approve it in person (`proofolio sign`)."""
    now = clock.now()
    with service.store.reading() as session:
        row = known(session, request, proposal)
        allowed(row, Verb.APPROVAL, now)
        who = request.user.name
        if who in proposals.askers(session, row):
            raise ProblemError("self-approval", f"{who} asked for this proposal; somebody else approves it")
        need = approvals.needed(approval_policies.in_force(session, now), row, now).demand
        said = approvals.to_sign(row, request.user, need, now)
    return signable(said)


@post("/proposals/{proposal:str}/approval", opt=APPROVE, sync_to_thread=True, status_code=200)
def approve(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    proposal: FromPath[str],
    body: RawBody,
) -> Response[bytes]:
    """Approve a proposal.

    As `approval_needed` says, where the orders pass by the rules in force now, on the data known now. Without an
    envelope the service attests it: then nobody signed in person."""
    yes = said_yes(request.user, asked(ApprovalAsked, body))

    def work() -> Write:
        with service.store.reading() as session:
            waits = [known(session, request, proposal)]
        looked = again.looked(service, [row for row in waits if proposals.state(row, clock.now()) is State.PROPOSED])

        def write(session: Session) -> Answer:
            now, row = clock.now(), _known(session, request, proposal, Verb.APPROVAL)
            if overrides.needed(row) and overrides.granted(session, row.id) is None:
                what = "these orders pass with consent only, and no override was granted"
                raise ProblemError("override-needed", what)
            found = approvals.one(session, row, yes, service.signer.keys.signs.seed, now, looked)
            if not isinstance(found, Event):
                raise stopped(found, [row], request.user)
            (receipt,) = journal.append(session, [found], now)
            return answer(200, with_approval(session, row, shown(row, now, log=receipt), now), etag=version(row))

        return write

    return once(service.store, request, body, work)


@post("/proposals/{proposal:str}/rejection", opt=REJECT, sync_to_thread=True, status_code=200)
def reject(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    proposal: FromPath[str],
    body: RawBody,
) -> Response[bytes]:
    """Reject a proposal.

    It is not approved any more, and holds no headroom. Its proposer may take it back so."""
    said = asked(RejectionAsked, body).reason

    def rejected(session: Session, row: Proposal, _now: str) -> Event:
        return proposals.rejected(session, row, request.user.name, said)

    return _turned(request, service, proposal, body, Verb.REJECTION, rejected)


@post("/proposals/{proposal:str}/hold", opt=HOLD, sync_to_thread=True, status_code=200)
def hold(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    proposal: FromPath[str],
    body: RawBody,
) -> Response[bytes]:
    """Hold a proposal.

    Nobody approves it until then, or until somebody resumes it. It keeps its headroom, and may expire, be rejected or
    be superseded meanwhile."""
    wanted = asked(HoldAsked, body)

    def held(session: Session, row: Proposal, now: str) -> Event:
        until = expiry(wanted.until, now, "/until")
        return proposals.held(session, row, request.user.name, wanted.reason, until, now)

    return _turned(request, service, proposal, body, Verb.HOLD, held)


@post("/proposals/{proposal:str}/resumption", opt=RESUME, sync_to_thread=True, status_code=200)
def resume(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    proposal: FromPath[str],
    body: RawBody,
) -> Response[bytes]:
    """Resume a proposal that was held.

    It waits for its decision again."""
    asked(Asked, body)

    def resumed(session: Session, row: Proposal, _now: str) -> Event:
        return proposals.resumed(session, row, request.user.name)

    return _turned(request, service, proposal, body, Verb.RESUMPTION, resumed)


def said_yes(who: Principal, wanted: ApprovalAsked) -> Yes:
    envelope = None if wanted.envelope is None else sealed(wanted.envelope)
    return Yes(who, wanted.remark, envelope, wanted.evidence)


def stopped(found: Refused | Fallen, rows: Sequence[Proposal], who: Principal) -> ProblemError:
    """Why nothing was approved; of orders that rules or data of now stop, each proposal with what changed for it and
    what it breaks, as far as this person may see that: neither a list nor a snapshot is named."""
    if isinstance(found, Refused):
        return refused(found)
    fallen, now = found.looked.fallen, found.looked.ruling
    flaws = [Flaw(None, f"{row.id}: {_broken(fallen[row.id], who)}", AGAIN) for row in rows if row.id in fallen]
    since = sorted({row.rulebook for row in rows if row.id in fallen and fallen[row.id].rules} - {now.rulebook})
    see = "".join(f"; what changed says /v1/rulebooks/{now.rulebook}/changes?against={name}" for name in since)
    data = " on the newest data" if any(each.facts for each in fallen.values()) else ""
    what = f"the orders of {len(flaws)} of {len(rows)} do not pass by what is in force on {now.day}, `{now.rulebook}`"
    return ProblemError("verdict-changed", f"{what}{data}{see}", flaws)


def _broken(found: Broken, who: Principal) -> str:
    wrong = "; ".join(found.flaws) if found.flaws else _breaks(found.findings, who)
    return f"{CHANGED[found.rules, found.facts]}: {wrong}"


def _breaks(findings: Sequence[Finding], who: Principal) -> str:
    whole = Verdict(worst(each.outcome for each in findings), tuple(findings))
    seen = seen_by(whole if who.households is None else unnamed.verdict(whole), who.roles)
    named = [each for each in seen.findings if each.obligation.id != UNSEEN.id]
    if not named:
        return NOT_PERMITTED if findings else "the orders cannot be judged any more"
    said = [f"{each.obligation.origin.rule} for {each.obligation.id}: {each.outcome}, {each.reason}" for each in named]
    more = len(said) - MOST_SAID
    return "; ".join([*said[:MOST_SAID], *([f"and {more} more"] if more > 0 else [])])


def signable(said: approval.Said) -> Signable:
    return to_sign(approval.TYPES[type(said)], approval.written(said))


def allowed(row: Proposal, verb: Verb, now: str) -> None:
    """A problem where the state does not allow it."""
    found = proposals.allows(row, now)
    if verb not in found:
        may = ", ".join(found) or "nothing"
        raise ProblemError("state-conflict", f"`{row.id}` is {proposals.state(row, now)}, which allows {may}")


def _turned(
    request: Request[Principal, None, Any],
    service: Service,
    name: str,
    body: bytes,
    verb: Verb,
    turn: Callable[[Session, Proposal, str], Event],
) -> Response[bytes]:
    """`turn` changes the row at an instant, where its state allows the verb, and says what happened."""

    def write(session: Session) -> Answer:
        row = _known(session, request, name, verb)
        journal.alone(session)  # nobody tells that it expired before this is told
        now = clock.now()
        allowed(row, verb, now)
        (receipt,) = journal.append(session, [turn(session, row, now)], now)
        return answer(200, shown(row, now, log=receipt), etag=version(row))

    return once(service.store, request, body, lambda: write)


def _known(session: Session, request: Request[Principal, None, Any], name: str, verb: Verb) -> Proposal:
    """The locked row in the version that the request names, which allows it."""
    row = known(session, request, name, lock=True)
    matched(request, row)
    allowed(row, verb, clock.now())
    return row


ROUTES = Router("/", route_handlers=[payload, approve, reject, hold, resume], tags=["proposals"])
