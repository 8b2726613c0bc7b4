"""Policies of approval: who has to approve what, from when on. Written by one person, agreed to by another."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, RawBody
from pydantic import Field
from sqlmodel import Session

from policy.book.intake.fields import Currency
from policy.canonical import CanonicalError, Json, decode, encode
from server import clock
from server.api.listing import USUAL, page
from server.api.once import Answer, once
from server.api.problem import Flaw, ProblemError, several
from server.api.version import matched, unchanged, version
from server.api.wire import Asked, answer, asked, document
from server.api.writing import writing_for
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import approval_policies as policies
from server.desk.approval_policies import ClausePart, PolicyDocument
from server.log import journal
from server.log.journal import Receipt
from server.running import Service
from server.store import blobs
from server.store.tables import ApprovalPolicy


class PolicyAsked(Asked):
    title: Annotated[str, Field(min_length=1, max_length=200)]
    since: Annotated[str, Field(alias="from", max_length=40)] = "now"
    """`now` (once somebody else agreed), or an instant to come, such as `2026-12-01T09:30:00-05:00`"""
    until: Annotated[str, Field(max_length=40)] | None = None
    """from this instant on it approves nothing by itself, and leaves nothing to the proposer"""
    currency: Currency | None = None
    """of the clauses' amounts: the base currency of the books"""
    clauses: Annotated[list[ClausePart], Field(max_length=policies.MOST_CLAUSES)]
    """read from the top; what they do not decide needs four eyes"""


class AgreementAsked(Asked):
    pass


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """`state`: draft, scheduled, active, ended or superseded. `active`: from when it is in force; `ends`: when its
    leniencies end. `clauses`: as they were written; not in lists."""

    id: str
    title: str
    state: str
    author: str
    made: str
    approver: str | None
    active: str | None
    ends: str | None
    currency: str | None = None
    clauses: tuple[Any, ...] | None = None
    log: Receipt | None = None


@dataclass(frozen=True, slots=True)
class PoliciesAnswer:
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[PolicyAnswer, ...]
    next: str | None


CHANGED = ("self-approval", "state-conflict", "version-old", "if-match-needed")
ADD = {"act": Act.SET_APPROVALS, "asks": PolicyAsked, "says": PolicyAnswer}
AGREE = {"act": Act.SET_APPROVALS, "asks": AgreementAsked, "says": PolicyAnswer, "problems": CHANGED}
END = {"act": Act.SET_APPROVALS, "says": PolicyAnswer, "problems": ("state-conflict", "version-old")}
READ = {"act": Act.READ_APPROVALS, "says": PolicyAnswer}
LIST = {"act": Act.READ_APPROVALS, "says": PoliciesAnswer, "problems": ("bad-cursor",)}


@post("/approval-policies", opt=ADD, sync_to_thread=True, status_code=201)
def add(request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody) -> Response[bytes]:
    """Write an approval policy.

    A draft: it is in force once somebody else agreed, and never from an instant before that."""
    wanted, now = asked(PolicyAsked, body), clock.now()
    text = _text(document(body))
    clauses = PolicyDocument.model_validate_json(text)
    since, ends = _instants(wanted, now)
    wrong = [Flaw(*each) for each in policies.mistakes(clauses, now)]
    if wrong:
        raise several("the policy", wrong)

    def write(session: Session) -> Answer:
        row, event = policies.published(session, text, wanted.title, since, ends, request.user.name, now)
        (receipt,) = journal.append(session, [event], now)
        session.flush()
        return answer(201, _shown(session, row, receipt), location=f"/v1/approval-policies/{row.id}", etag=version(row))

    return once(service.store, request, body, lambda: write)


@get("/approval-policies", opt=LIST, sync_to_thread=True)
def listed(
    service: NamedDependency[Service], cursor: FromQuery[str | None] = None, limit: FromQuery[int] = USUAL
) -> PoliciesAnswer:
    """List approval policies.

    Drafts and ended ones too, newest first."""
    now = clock.now()
    with service.store.reading() as session:
        rows, following = page(session, ApprovalPolicy, cursor, limit)
        ruling = policies.ruling(session, now)
    return PoliciesAnswer(tuple(_brief(row, policies.state(row, now, ruling)) for row in rows), following)


@get("/approval-policies/{policy:str}", opt=READ, sync_to_thread=True)
def one(service: NamedDependency[Service], policy: FromPath[str]) -> Response[bytes]:
    """Read an approval policy.

    With its clauses, its state, and its ETag."""
    with service.store.reading() as session:
        row = _known(session, policy)
        made = answer(200, _shown(session, row), etag=version(row))
    return Response(made.body, media_type="application/json", headers=dict(made.headers))


@post("/approval-policies/{policy:str}/approval", opt=AGREE, sync_to_thread=True, status_code=200)
def agree(
    request: Request[Principal, None, Any], service: NamedDependency[Service], policy: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Agree to an approval policy.

    By somebody who is not its author. The one before is superseded when it comes into force."""
    asked(AgreementAsked, body)

    def write(session: Session) -> Answer:
        row, now = _known(session, policy, lock=True), clock.now()
        matched(request, row)
        if row.author == request.user.name:
            raise ProblemError("self-approval", f"{row.author} wrote this policy; somebody else agrees to it")
        if row.active is not None:
            raise ProblemError(
                "state-conflict", f"{row.approver} agreed to it already; it is in force from {row.active}"
            )
        (receipt,) = journal.append(session, [policies.agreed(session, row, request.user.name, now)], now)
        return answer(200, _shown(session, row, receipt), etag=version(row))

    return once(service.store, request, body, lambda: write)


@delete("/approval-policies/{policy:str}", opt=END, sync_to_thread=True, status_code=200)
def end(
    request: Request[Principal, None, Any], service: NamedDependency[Service], policy: FromPath[str]
) -> PolicyAnswer:
    """End an approval policy.

    From now on it approves nothing by itself and leaves nothing to the proposer, until another one is in force;
    whatever else it asks for stays. So one person may, at once. Ending it again changes nothing."""
    with writing_for(service.store, request.user) as session:
        row, now = _known(session, policy, lock=True), clock.now()
        unchanged(request, row)
        if row.active is None:
            raise ProblemError("state-conflict", "nobody agreed to this draft: it is not in force")
        if row.ends is not None and row.ends <= now:
            return _shown(session, row)
        (receipt,) = journal.append(session, [policies.ended(session, row, request.user.name, now)], now)
        return _shown(session, row, receipt)


def _text(body: dict[str, Json]) -> bytes:
    """What is kept of the request: its clauses as they were written, in canonical JSON."""
    try:
        return encode({"currency": body.get("currency"), "clauses": body["clauses"]})
    except CanonicalError as error:
        raise ProblemError("invalid", str(error), [Flaw("/clauses", str(error), "write names in plain text")]) from None


def _instants(wanted: PolicyAsked, now: str) -> tuple[str | None, str | None]:
    """From when and until when, as the clock writes them; None for now, and for ever."""
    since = None if wanted.since == "now" else _to_come("/from", wanted.since, now)
    ends = None if wanted.until is None else _to_come("/until", wanted.until, max(now, since or now))
    return since, ends


def _to_come(pointer: str, said: str, after: str) -> str:
    found = clock.instant(said)
    if found is None or found <= after:
        what = f"`{said}` is no instant" if found is None else f"{found} is not after {after}"
        do = "write an instant to come, such as 2099-12-01T14:30:00Z: no decision is changed afterwards"
        raise ProblemError("invalid", what, [Flaw(pointer, what, do)])
    return found


def _known(session: Session, name: str, *, lock: bool = False) -> ApprovalPolicy:
    row = session.get(ApprovalPolicy, name, with_for_update=lock)
    if row is None:
        raise ProblemError("not-found", f"there is no policy `{name[:80]}`")
    return row


def _shown(session: Session, row: ApprovalPolicy, log: Receipt | None = None) -> PolicyAnswer:
    now = clock.now()
    found = decode(blobs.get(session, [row.document])[row.document])
    assert isinstance(found, dict), "it is written as an object"
    return _brief(row, policies.state(row, now, policies.ruling(session, now)), found, log)


def _brief(
    row: ApprovalPolicy,
    state: policies.State,
    found: dict[str, Json] | None = None,
    log: Receipt | None = None,
) -> PolicyAnswer:
    said: dict[str, Any] = {} if found is None else found
    clauses = None if found is None else tuple(said["clauses"])
    return PolicyAnswer(
        row.id,
        row.title,
        state.value,
        row.author,
        row.made,
        row.approver,
        row.active,
        row.ends,
        said.get("currency"),
        clauses,
        log,
    )


ROUTES = Router("/", route_handlers=[add, listed, one, agree, end], tags=["approvals"])
