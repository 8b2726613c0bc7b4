"""Decisions on proposals: somebody else than the proposer approves, anybody who may decide rejects."""

from typing import Annotated, Any

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, RawBody
from pydantic import Field
from sqlmodel import Session

from server import clock
from server.api.once import Answer, Write, once
from server.api.problem import ProblemError
from server.api.proposals import ProposalAnswer, known, shown
from server.api.version import matched, version
from server.api.wire import Asked, answer, asked
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import proposals
from server.desk.proposals import ALLOWS, Verb
from server.log import journal
from server.running import Service


class ApprovalAsked(Asked):
    remark: Annotated[str, Field(max_length=2000)] | None = None


class RejectionAsked(Asked):
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


DECIDED = ("self-approval", "state-conflict", "version-old", "if-match-needed")
APPROVE = {"act": Act.DECIDE, "asks": ApprovalAsked, "says": ProposalAnswer, "problems": DECIDED}
REJECT = {"act": Act.DECIDE, "asks": RejectionAsked, "says": ProposalAnswer, "problems": DECIDED}


@post("/proposals/{proposal:str}/approval", opt=APPROVE, sync_to_thread=True, status_code=200)
def approve(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    proposal: FromPath[str],
    body: RawBody,
) -> Response[bytes]:
    """By somebody else than the proposer. The log says that the service attests it; nobody signed in person."""
    said = asked(ApprovalAsked, body).remark
    return once(service.store, request, body, lambda: _decided(request, proposal, Verb.APPROVAL, said))


@post("/proposals/{proposal:str}/rejection", opt=REJECT, sync_to_thread=True, status_code=200)
def reject(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    proposal: FromPath[str],
    body: RawBody,
) -> Response[bytes]:
    said = asked(RejectionAsked, body).reason
    return once(service.store, request, body, lambda: _decided(request, proposal, Verb.REJECTION, said))


def _decided(request: Request[Principal, None, Any], name: str, verb: Verb, said: str | None) -> Write:
    def write(session: Session) -> Answer:
        now, who = clock.now(), request.user.name
        row = known(session, request, name, lock=True)
        matched(request, row)
        state = proposals.state(row, now)
        if verb not in ALLOWS[state]:
            allowed = ", ".join(ALLOWS[state]) or "nothing"
            raise ProblemError("state-conflict", f"`{row.id}` is {state}, which allows {allowed}")
        if verb is Verb.APPROVAL and row.proposer == who:
            raise ProblemError("self-approval", f"{who} asked for this proposal; somebody else approves it")
        event = proposals.decided(session, row, verb, who, said)
        (receipt,) = journal.append(session, [event], now)
        return answer(200, shown(row, now, log=receipt), etag=version(row))

    return write


ROUTES = Router("/", route_handlers=[approve, reject], tags=["proposals"])
