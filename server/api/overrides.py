"""Overrides of one proposal whose orders need consent: who asked and why, who granted it, and on what evidence."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, RawBody
from pydantic import Field
from sqlmodel import Session, col, select

from server import clock
from server.api import grants
from server.api.grants import Granted
from server.api.once import Answer, once
from server.api.people import Signable
from server.api.problem import Flaw, ProblemError
from server.api.proposals import known
from server.api.version import matched, unchanged, version
from server.api.wire import Asked, answer, asked
from server.api.writing import writing_for
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import evidence, overrides, proposals
from server.log import journal
from server.log.journal import Receipt
from server.running import Service
from server.store.tables import Override, Proposal


class OverrideAsked(Asked):
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    evidence: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """SHA-256 of what was filed at /v1/evidence"""


@dataclass(frozen=True, slots=True)
class OverrideAnswer:
    """`state`: asked, granted or ended. `kind`: person-key where the granter signed it, attested where the service says
    so; `envelope`: SHA-256 of what was signed."""

    id: str
    proposal: str
    state: str
    version: int
    reason: str
    evidence: str | None
    asker: str
    made: str
    granter: str | None
    granted: str | None
    kind: str | None
    envelope: str | None
    ended: str | None
    log: Receipt | None = None


@dataclass(frozen=True, slots=True)
class OverridesAnswer:
    """Of one proposal, newest first."""

    data: tuple[OverrideAnswer, ...]


ADD = {"act": Act.ASK_WAIVER, "asks": OverrideAsked, "says": OverrideAnswer, "problems": ("state-conflict",)}
PAYLOAD = {"act": Act.GRANT_OVERRIDE, "says": Signable, "problems": ("self-approval", "state-conflict")}
GRANT = {
    "act": Act.GRANT_OVERRIDE,
    "asks": Granted,
    "says": OverrideAnswer,
    "problems": ("self-approval", "state-conflict", "version-old", "if-match-needed"),
}
LIST = {"act": Act.READ_WAIVERS, "says": OverridesAnswer}
READ = {"act": Act.READ_WAIVERS, "says": OverrideAnswer}
END = {"act": Act.ASK_WAIVER, "says": OverrideAnswer, "problems": ("state-conflict", "version-old")}


@post("/proposals/{proposal:str}/overrides", opt=ADD, sync_to_thread=True, status_code=201)
def add(
    request: Request[Principal, None, Any], service: NamedDependency[Service], proposal: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Ask for an override.

    Of a proposal that waits for its decision and whose orders need consent."""
    wanted = asked(OverrideAsked, body)

    def write(session: Session) -> Answer:
        now, who = clock.now(), request.user
        about = known(session, request, proposal, lock=True)
        if proposals.state(about, now) is not proposals.State.PROPOSED or not overrides.needed(about):
            raise ProblemError("state-conflict", f"`{about.id}` is {proposals.state(about, now)}, and needs no consent")
        if wanted.evidence is not None and not evidence.known(session, wanted.evidence, who):
            what = "there is no such evidence"
            raise ProblemError("invalid", what, [Flaw("/evidence", what, "send it to /v1/evidence")])
        row, event = overrides.asked(session, about, wanted.reason, wanted.evidence, who.name, now)
        (receipt,) = journal.append(session, [event], now)
        return answer(201, _shown(row, receipt), location=f"/v1/overrides/{row.id}", etag=version(row))

    return once(service.store, request, body, lambda: write)


@get("/proposals/{proposal:str}/overrides", opt=LIST, sync_to_thread=True)
def listed(
    request: Request[Principal, None, Any], service: NamedDependency[Service], proposal: FromPath[str]
) -> OverridesAnswer:
    """List the overrides of a proposal.

    Those that were asked for, granted and ended."""
    with service.store.reading() as session:
        about = known(session, request, proposal)
        rows = session.exec(select(Override).where(Override.proposal == about.id).order_by(col(Override.id).desc()))
        return OverridesAnswer(tuple(map(_shown, rows)))


@get("/overrides/{override:str}", opt=READ, sync_to_thread=True)
def one(
    request: Request[Principal, None, Any], service: NamedDependency[Service], override: FromPath[str]
) -> Response[OverrideAnswer]:
    """Read an override.

    Its reason, its evidence, and who granted it."""
    with service.store.reading() as session:
        row, _ = _known(session, request, override)
        return Response(_shown(row), headers={"ETag": f'"{version(row)}"'})


@get("/overrides/{override:str}/grant-payload", opt=PAYLOAD, sync_to_thread=True)
def payload(
    request: Request[Principal, None, Any], service: NamedDependency[Service], override: FromPath[str]
) -> Signable:
    """Read what to sign to grant an override.

    What to sign with a key of one's own, within a day, to grant it in person (`proofolio sign`)."""
    now = clock.now()
    with service.store.reading() as session:
        row, about = _grantable(session, request, override, now)
        return grants.payload(request.user, Act.GRANT_OVERRIDE, row.id, overrides.said(row, about), now)


@post("/overrides/{override:str}/grant", opt=GRANT, sync_to_thread=True, status_code=200)
def grant(
    request: Request[Principal, None, Any], service: NamedDependency[Service], override: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Grant an override.

    By somebody else than who asked, and than the proposer; with an envelope over `grant-payload`, in person."""
    yes = asked(Granted, body)

    def write(session: Session) -> Answer:
        now, who = clock.now(), request.user
        row, about = _known(session, request, override, lock=True)
        matched(request, row)
        _grantable(session, request, override, now)
        given = grants.given(service, session, who, Act.GRANT_OVERRIDE, row.id, overrides.said(row, about), yes, now)
        event = overrides.agreed(session, row, about, given, who.name, now)
        (receipt,) = journal.append(session, [event], now)
        return answer(200, _shown(row, receipt), etag=version(row))

    return once(service.store, request, body, lambda: write)


@delete("/overrides/{override:str}", opt=END, sync_to_thread=True, status_code=200)
def end(
    request: Request[Principal, None, Any], service: NamedDependency[Service], override: FromPath[str]
) -> OverrideAnswer:
    """End an override.

    From now on; what was approved by it stays approved."""
    with writing_for(service.store, request.user) as session:
        now, who = clock.now(), request.user
        row, about = _known(session, request, override, lock=True)
        unchanged(request, row)
        may = who.may(Act.GRANT_OVERRIDE) or (row.asker == who.name and row.granted is None)
        if row.ended is not None or not may:
            raise ProblemError("state-conflict", f"it is {overrides.state(row)}; compliance ends what was granted")
        (receipt,) = journal.append(session, [overrides.ended(session, row, about, who.name, now)], now)
        return _shown(row, receipt)


def _known(
    session: Session, request: Request[Principal, None, Any], name: str, *, lock: bool = False
) -> tuple[Override, Proposal]:
    row = session.get(Override, name, with_for_update=lock)
    about = None if row is None else session.get(Proposal, row.proposal)
    if row is None or about is None or not proposals.seen_by(about, request.user.households):
        raise ProblemError("not-found", f"there is no override `{name[:80]}`")
    return row, known(session, request, row.proposal, lock=lock)


def _grantable(
    session: Session, request: Request[Principal, None, Any], name: str, now: str
) -> tuple[Override, Proposal]:
    row, about = _known(session, request, name)
    grants.by_another(request.user, row.asker, *proposals.askers(session, about))
    if overrides.state(row) != "asked" or proposals.state(about, now) is not proposals.State.PROPOSED:
        raise ProblemError("state-conflict", f"it is {overrides.state(row)}, its proposal {about.state}")
    return row, about


def _shown(row: Override, log: Receipt | None = None) -> OverrideAnswer:
    return OverrideAnswer(
        id=row.id,
        proposal=row.proposal,
        state=overrides.state(row),
        version=row.version,
        reason=row.reason,
        evidence=row.evidence,
        asker=row.asker,
        made=row.made,
        granter=row.granter,
        granted=row.granted,
        kind=row.kind,
        envelope=row.envelope,
        ended=row.ended,
        log=log,
    )


ROUTES = Router("/", route_handlers=[add, listed, one, payload, grant, end], tags=["waivers"])
