"""Erasures, which take two people, and the legal holds that forbid them."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, RawBody
from pydantic import Field
from sqlmodel import Session

from server import clock
from server.api.listing import USUAL, page
from server.api.once import Answer, Write, once
from server.api.problem import Flaw, ProblemError
from server.api.version import matched, version
from server.api.wire import Asked, answer, asked
from server.api.writing import writing_for
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import erasure, legal_holds, outlived
from server.desk.erasure import Meant
from server.desk.outlived import Named
from server.log import journal
from server.log.journal import Receipt
from server.running import Service
from server.store import blobs
from server.store.tables import Erasure, LegalHold

Reason = Annotated[str, Field(min_length=1, max_length=2000)]
Household = Annotated[str, Field(min_length=1, max_length=200)]


class ErasureAsked(Asked):
    household: Household | None = None
    """all that the journal has of it"""
    leaf: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """or one entry, by its leaf hash"""
    reason: Reason


class ErasureAgreed(Asked):
    """Nothing: that it was sent says it."""


class LegalHoldAsked(Asked):
    household: Household
    reason: Reason


@dataclass(frozen=True, slots=True)
class ErasureAnswer:
    """`state`: asked or erased; `entries`, and `parts` of snapshots: how many were."""

    id: str
    state: str
    version: int
    household: str | None
    leaf: str | None
    reason: str
    asker: str
    made: str
    granter: str | None
    granted: str | None
    entries: int
    parts: int
    log: Receipt | None = None


@dataclass(frozen=True, slots=True)
class LegalHoldAnswer:
    """`state`: standing or ended."""

    id: str
    state: str
    household: str
    reason: str
    placer: str
    made: str
    ended: str | None
    ender: str | None
    log: Receipt | None = None


@dataclass(frozen=True, slots=True)
class LegalHoldsAnswer:
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[LegalHoldAnswer, ...]
    next: str | None


LIST = {"act": Act.HOLD_LEGALLY, "says": LegalHoldsAnswer, "problems": ("bad-cursor",)}


REFUSED = ("retention", "legal-hold")
ADD = {"act": Act.ERASE, "asks": ErasureAsked, "says": ErasureAnswer, "problems": (*REFUSED, "not-found")}
AGREE = {
    "act": Act.ERASE,
    "asks": ErasureAgreed,
    "says": ErasureAnswer,
    "problems": (*REFUSED, "self-approval", "state-conflict", "version-old", "if-match-needed"),
}


@post("/erasures", opt=ADD, sync_to_thread=True, status_code=201)
def ask(request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody) -> Response[bytes]:
    """Ask for an erasure.

    Somebody else has to agree. What speaks against it is looked at now, and again then."""
    wanted = asked(ErasureAsked, body)
    if (wanted.household is None) == (wanted.leaf is None):
        what = "name a household or a leaf, and not both"
        raise ProblemError("invalid", what, [Flaw(None, what, "leave one of them away")])

    def work() -> Write:
        named = _named(service, wanted.household)

        def write(session: Session) -> Answer:
            row, event = erasure.asked(session, wanted.household, wanted.leaf, wanted.reason, request.user.name)
            session.flush()
            _about(session, request.user, row, named)
            (receipt,) = journal.append(session, [event], row.made)
            return answer(201, _shown(row, receipt), location=f"/v1/erasures/{row.id}", etag=version(row))

        return write

    return once(service.store, request, body, work)


@get("/erasures/{erasure_id:str}", opt={"act": Act.ERASE, "says": ErasureAnswer}, sync_to_thread=True)
def one(
    request: Request[Principal, None, Any], service: NamedDependency[Service], erasure_id: FromPath[str]
) -> Response[ErasureAnswer]:
    """Read an erasure.

    What was asked for, by whom, and what came of it."""
    with service.store.reading() as session:
        row = _known(session, request.user, erasure_id)
        return Response(_shown(row), headers={"ETag": f'"{version(row)}"'})


@post("/erasures/{erasure_id:str}/approval", opt=AGREE, sync_to_thread=True, status_code=200)
def agree(
    request: Request[Principal, None, Any], service: NamedDependency[Service], erasure_id: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Agree to an erasure.

    By somebody else than who asked. It is done then, and cannot be undone."""
    asked(ErasureAgreed, body)

    def work() -> Write:
        with service.store.reading() as session:
            household = _known(session, request.user, erasure_id).household
        named = _named(service, household)

        def write(session: Session) -> Answer:
            blobs.alone(session)
            journal.alone(session)
            now, who = clock.now(), request.user.name
            row = _known(session, request.user, erasure_id, lock=True)
            matched(request, row)
            if row.asker == who:
                raise ProblemError("self-approval", f"{who} asked for this; somebody else agrees to it")
            if row.granted is not None:
                raise ProblemError("state-conflict", f"{row.granter} agreed to it at {row.granted}")
            events = erasure.erased(session, row, _about(session, request.user, row, named), who, now)
            receipt, *_ = journal.append(session, events, now)
            return answer(200, _shown(row, receipt), etag=version(row))

        return write

    return once(service.store, request, body, work)


@post(
    "/legal-holds",
    opt={"act": Act.HOLD_LEGALLY, "asks": LegalHoldAsked, "says": LegalHoldAnswer},
    sync_to_thread=True,
    status_code=201,
)
def place(request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody) -> Response[bytes]:
    """Place a legal hold.

    From now on nothing about the household is erased."""
    wanted = asked(LegalHoldAsked, body)
    if not _may_see(request.user, wanted.household):
        raise ProblemError("not-found", "there is no such household")

    def write(session: Session) -> Answer:
        row, event = legal_holds.placed(session, wanted.household, wanted.reason, request.user.name)
        (receipt,) = journal.append(session, [event], row.made)
        return answer(201, _held(row, receipt), location=f"/v1/legal-holds/{row.id}")

    return once(service.store, request, body, lambda: write)


@get("/legal-holds", opt=LIST, sync_to_thread=True)
def holds(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = USUAL,
) -> LegalHoldsAnswer:
    """List legal holds.

    All that ever were on households that one may see; a page may be shorter than its limit."""
    with service.store.reading() as session:
        rows, following = page(session, LegalHold, cursor, limit)
    return LegalHoldsAnswer(tuple(_held(row) for row in rows if _may_see(request.user, row.household)), following)


@delete(
    "/legal-holds/{hold:str}", opt={"act": Act.HOLD_LEGALLY}, sync_to_thread=True, status_code=200
)  # fmt: skip
def end(
    request: Request[Principal, None, Any], service: NamedDependency[Service], hold: FromPath[str]
) -> LegalHoldAnswer:
    """End a legal hold.

    Ending it again changes nothing."""
    with writing_for(service.store, request.user) as session:
        row = session.get(LegalHold, hold, with_for_update=True)
        if row is None or not _may_see(request.user, row.household):
            raise ProblemError("not-found", f"there is no legal hold `{hold[:80]}`")
        if row.ended is not None:
            return _held(row)
        event = legal_holds.ended(session, row, request.user.name)
        return _held(row, journal.append(session, [event], clock.now())[0])


def _named(service: Service, household: str | None) -> Named:
    """The parts of snapshots that are the household's: found before anybody has to wait for this."""
    with service.store.reading() as session:
        return outlived.NOTHING if household is None else outlived.named(session, household)


def _about(session: Session, who: Principal, row: Erasure, named: Named) -> Meant:
    """What is to be erased; a problem where that is nothing of theirs, or where something speaks against it."""
    now = clock.now()
    found = erasure.meant(session, row, named, now)
    whose = {row.household} if row.leaf is None else {entry.household for entry in found.entries}
    there = found.entries or found.parts.parts or found.parts.kept is not None
    if not there or not all(_may_see(who, each) for each in whose):
        raise ProblemError("not-found", "there is nothing of that to erase, or it is not yours to see")
    refusal = erasure.against(session, found, row, now)
    if refusal is not None:
        raise ProblemError(refusal.slug, refusal.detail)
    return found


def _known(session: Session, who: Principal, name: str, *, lock: bool = False) -> Erasure:
    row = session.get(Erasure, name, with_for_update=lock)
    if row is None or not _may_see(who, row.household):
        raise ProblemError("not-found", f"there is no erasure `{name[:80]}`")
    return row


def _may_see(who: Principal, household: str | None) -> bool:
    return who.households is None or household in who.households


def _shown(row: Erasure, log: Receipt | None = None) -> ErasureAnswer:
    return ErasureAnswer(
        id=row.id,
        state="asked" if row.granted is None else "erased",
        version=row.version,
        household=row.household,
        leaf=row.leaf,
        reason=row.reason,
        asker=row.asker,
        made=row.made,
        granter=row.granter,
        granted=row.granted,
        entries=row.entries,
        parts=row.parts,
        log=log,
    )


def _held(row: LegalHold, log: Receipt | None = None) -> LegalHoldAnswer:
    state = "standing" if row.ended is None else "ended"
    return LegalHoldAnswer(row.id, state, row.household, row.reason, row.placer, row.made, row.ended, row.ender, log)


ROUTES = Router("/", route_handlers=[ask, one, agree, place, holds, end], tags=["retention"])
