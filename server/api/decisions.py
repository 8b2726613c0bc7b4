"""Decisions on proposals: approved as the policy in force asks for it, or rejected by anybody who may decide."""

from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, RawBody
from pydantic import Field
from sqlmodel import Session

from policy.canonical import decode
from policy.proof import approval
from server import clock
from server.api.once import Answer, once
from server.api.people import Envelope, Signable, refused, sealed
from server.api.problem import ProblemError
from server.api.proposals import ProposalAnswer, known, shown, with_approval
from server.api.version import matched, version
from server.api.wire import Asked, answer, asked
from server.auth.credentials import Principal
from server.auth.people import Refused
from server.auth.roles import Act
from server.desk import approval_policies, approvals, overrides, proposals
from server.desk.approvals import Yes
from server.desk.proposals import ALLOWS, Verb
from server.log import journal
from server.running import Service
from server.store.tables import Proposal


class ApprovalAsked(Asked):
    remark: Annotated[str, Field(max_length=2000)] | None = None
    envelope: Envelope | None = None
    """what `approval-payload` gives, signed with the person's own key; without it the service attests the yes"""
    evidence: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """SHA-256 of what the client said, as POST /v1/evidence keeps it"""


class RejectionAsked(Asked):
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


DECIDED = ("self-approval", "state-conflict", "version-old", "if-match-needed")
APPROVED = (*DECIDED, "approval-needed", "step-up-needed", "override-needed", "account-held")
APPROVE = {"act": Act.DECIDE, "asks": ApprovalAsked, "says": ProposalAnswer, "problems": APPROVED}
REJECT = {"act": Act.DECIDE, "asks": RejectionAsked, "says": ProposalAnswer, "problems": DECIDED}
SIGN = {"act": Act.DECIDE, "says": Signable, "problems": ("self-approval", "state-conflict")}


@get("/proposals/{proposal:str}/approval-payload", opt=SIGN, sync_to_thread=True)
def payload(
    request: Request[Principal, None, Any], service: NamedDependency[Service], proposal: FromPath[str]
) -> Signable:
    """What to sign with a key of one's own, within a day, to approve it in person (`proofolio sign`)."""
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
    """As `approval_needed` says. Without an envelope the service attests it: then nobody signed in person."""
    yes = said_yes(request.user, asked(ApprovalAsked, body))

    def write(session: Session) -> Answer:
        now, row = clock.now(), _known(session, request, proposal, Verb.APPROVAL)
        if overrides.needed(row) and overrides.granted(session, row.id) is None:
            raise ProblemError("override-needed", "these orders pass with consent only, and no override was granted")
        found = approvals.one(session, row, yes, service.signer.keys.signs.seed, now)
        if isinstance(found, Refused):
            raise refused(found)
        (receipt,) = journal.append(session, [found], now)
        return answer(200, with_approval(session, row, shown(row, now, log=receipt), now), etag=version(row))

    return once(service.store, request, body, lambda: write)


@post("/proposals/{proposal:str}/rejection", opt=REJECT, sync_to_thread=True, status_code=200)
def reject(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    proposal: FromPath[str],
    body: RawBody,
) -> Response[bytes]:
    said = asked(RejectionAsked, body).reason

    def write(session: Session) -> Answer:
        row = _known(session, request, proposal, Verb.REJECTION)
        journal.alone(session)  # nobody tells that it expired before this is told
        now = clock.now()
        allowed(row, Verb.REJECTION, now)
        (receipt,) = journal.append(session, [proposals.rejected(session, row, request.user.name, said)], now)
        return answer(200, shown(row, now, log=receipt), etag=version(row))

    return once(service.store, request, body, lambda: write)


def said_yes(who: Principal, wanted: ApprovalAsked) -> Yes:
    envelope = None if wanted.envelope is None else sealed(wanted.envelope)
    return Yes(who, wanted.remark, envelope, wanted.evidence)


def signable(said: approval.Said) -> Signable:
    value = decode(approval.written(said))
    assert isinstance(value, dict), "a payload is an object"
    return Signable(approval.TYPES[type(said)], dict(value))


def allowed(row: Proposal, verb: Verb, now: str) -> None:
    """A problem where the state does not allow it."""
    state = proposals.state(row, now)
    if verb not in ALLOWS[state]:
        may = ", ".join(ALLOWS[state]) or "nothing"
        raise ProblemError("state-conflict", f"`{row.id}` is {state}, which allows {may}")


def _known(session: Session, request: Request[Principal, None, Any], name: str, verb: Verb) -> Proposal:
    """The locked row in the version that the request names, which allows it."""
    row = known(session, request, name, lock=True)
    matched(request, row)
    allowed(row, verb, clock.now())
    return row


ROUTES = Router("/", route_handlers=[payload, approve, reject], tags=["proposals"])
