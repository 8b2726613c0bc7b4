"""Approval of a run as one act: of the Merkle root over the statements of all its proposals that wait."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, RawBody
from pydantic import Field
from sqlmodel import Session

from policy.proof.approval import run_root
from server import clock
from server.api.decisions import APPROVED, ApprovalAsked, said_yes, signable, stopped
from server.api.once import Answer, Write, once
from server.api.people import Signable
from server.api.problem import ProblemError
from server.api.wire import answer, asked
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import again, approval_policies, approvals, demand, runs
from server.log import journal
from server.log.events import Event
from server.log.journal import Receipt
from server.running import Service
from server.store.tables import Proposal, Run


class RunApprovalAsked(ApprovalAsked):
    root: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """what is approved, as `approval-payload` names it"""


@dataclass(frozen=True, slots=True)
class RunApproved:
    """`root`: over the statements of the `size` proposals that are approved now."""

    run: str
    root: str
    size: int
    kind: str
    log: Receipt | None = None


_PROBLEMS = tuple(slug for slug in APPROVED if slug not in ("version-old", "if-match-needed"))
SIGN = {"act": Act.DECIDE, "says": Signable, "problems": ("state-conflict",)}
APPROVE = {"act": Act.DECIDE, "asks": RunApprovalAsked, "says": RunApproved, "problems": _PROBLEMS}


@get("/runs/{run:str}/approval-payload", opt=SIGN, sync_to_thread=True)
def payload(request: Request[Principal, None, Any], service: NamedDependency[Service], run: FromPath[str]) -> Signable:
    """Read what to sign to approve a run.

    What to sign with a key of one's own, within a day, to approve all that waits (`proofolio sign`)."""
    now = clock.now()
    with service.store.reading() as session:
        row = _known(session, request, run)
        rows = _waiting(session, row, now)
        policy = approval_policies.in_force(session, now)
        need = demand.together([approvals.needed(policy, each, now).demand for each in rows])
        return signable(approvals.run_to_sign(row.id, rows, request.user, need, now))


@post("/runs/{run:str}/approvals", opt=APPROVE, sync_to_thread=True, status_code=200)
def approve(
    request: Request[Principal, None, Any], service: NamedDependency[Service], run: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Approve the proposals of a run.

    All or none: where one of them needs more, or does not pass any more, it is named. Without an
    envelope the service attests each."""
    wanted = asked(RunApprovalAsked, body)
    yes = said_yes(request.user, wanted)

    def work() -> Write:
        with service.store.reading() as session:
            waits = _asked_for(_waiting(session, _known(session, request, run), clock.now()), wanted.root)
        looked = again.looked(service, waits)

        def write(session: Session) -> Answer:
            now, row = clock.now(), _known(session, request, run)
            rows = _asked_for(_waiting(session, row, now, lock=True), wanted.root)
            found = approvals.together(session, row.id, rows, yes, service.signer.keys.signs.seed, now, looked)
            if not isinstance(found, list):
                raise stopped(found, rows, request.user)
            kind = "attested" if yes.envelope is None else "person-key"
            told = _of_run(runs.told(row, "run.approved", request.user.name), kind, wanted.root, len(rows))
            rules = looked.ruling.manifest
            receipts = journal.append(session, [*found, replace(told, rules=rules)], now)
            return answer(200, RunApproved(row.id, wanted.root, len(rows), kind, receipts[-1]))

        return write

    return once(service.store, request, body, work)


def _asked_for(rows: list[Proposal], root: str) -> list[Proposal]:
    """What waits, where it is what this is the root of."""
    there = run_root([str(each.statement) for each in rows])
    if there != root:
        raise ProblemError("state-conflict", f"what waits is no longer what you saw: it has the root {there}")
    return rows


def _of_run(told: Event, kind: str, root: str, size: int) -> Event:
    assert isinstance(told.data, dict), "it is told as an object"
    return replace(told, subject=f"approval, {kind} {root}", data={**told.data, "root": root, "size": size})


def _waiting(session: Session, row: Run, now: str, *, lock: bool = False) -> list[Proposal]:
    found = approvals.waiting(session, row.id, now, lock=lock)
    if not found:
        raise ProblemError("state-conflict", f"no proposal of `{row.id}` waits for an approval")
    return found


def _known(session: Session, request: Request[Principal, None, Any], name: str) -> Run:
    row = session.get(Run, name)
    if row is None or not runs.seen_by(session, row, request.user.households):
        raise ProblemError("not-found", f"there is no run `{name[:80]}`")
    return row


ROUTES = Router("/", route_handlers=[payload, approve], tags=["runs"])
