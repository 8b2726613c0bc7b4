"""Waivers: asked for, granted by somebody else of compliance, and then read as rules by whatever reads rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter, RawBody
from pydantic import Field
from sqlmodel import Session, col

from policy.book.problem import Problem
from policy.canonical import digest
from policy.judge.redact import readable
from policy.proof.archive import listed as paths_of
from server import clock
from server.api import grants
from server.api.chosen import invalid
from server.api.grants import Granted
from server.api.instants import begins
from server.api.listing import USUAL, page
from server.api.once import Answer, Write, once
from server.api.people import Signable
from server.api.problem import Flaw, ProblemError
from server.api.version import matched, unchanged, version
from server.api.waiver_terms import Plain, WaiverAsked, terms, whose
from server.api.wire import answer, asked
from server.api.writing import writing_for
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import loaded, publish, ruling, waiver_text, waivers
from server.desk.loaded import Rules
from server.desk.rules import find
from server.desk.waivers import State, Terms
from server.log import feed, journal
from server.log.journal import Receipt
from server.running import Service
from server.store import blobs
from server.store.tables import Waiver


class GrantAsked(Granted):
    signed: Annotated[Plain | None, Field(alias="as")] = None
    """in whose name, of those whom the rule lets waive it; where that is one, nothing need be said"""


@dataclass(frozen=True, slots=True)
class WaiverAnswer:
    """`name`: what verdicts call it. `in_force`: whether its file is among the rules in force now; `text`: that
    file. `kind`: person-key where the granter signed its text, attested where the service says so; `envelope`: SHA-256
    of what was signed."""

    id: str
    name: str
    state: str
    version: int
    rule: str
    terms: Terms
    first: str
    last: str
    reason: str
    evidence: str | None
    asker: str
    made: str
    granter: str | None
    granted: str | None
    kind: str | None
    envelope: str | None
    signed: str | None
    ended: str | None
    ender: str | None
    in_force: bool
    text: str | None = None
    log: Receipt | None = None


@dataclass(frozen=True, slots=True)
class WaiversAnswer:
    """Newest first; what is not the reader's to see is passed over. `next`: the cursor of the next page."""

    data: tuple[WaiverAnswer, ...]
    next: str | None


DECIDED = ("state-conflict", "version-old", "if-match-needed")
ADD = {
    "act": Act.ASK_WAIVER,
    "asks": WaiverAsked,
    "says": WaiverAnswer,
    "problems": ("rule-book-not-active", "no-snapshot"),
}
GRANT = {
    "act": Act.GRANT_WAIVER,
    "asks": GrantAsked,
    "says": WaiverAnswer,
    "problems": ("self-approval", "rule-book-not-active", *DECIDED),
}
PAYLOAD = {
    "act": Act.GRANT_WAIVER,
    "says": Signable,
    "problems": ("self-approval", "state-conflict", "rule-book-not-active", "invalid"),
}
LIST = {"act": Act.READ_WAIVERS, "says": WaiversAnswer, "problems": ("bad-cursor",)}
READ = {"act": Act.READ_WAIVERS, "says": WaiverAnswer}
END = {"act": Act.ASK_WAIVER, "says": WaiverAnswer, "problems": ("state-conflict", "version-old", "invalid")}


@post("/waivers", opt=ADD, sync_to_thread=True, status_code=201)
def add(request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody) -> Response[bytes]:
    """Ask for a waiver.

    Its text is written and read at once, so that what cannot be granted is not asked for."""
    asks = asked(WaiverAsked, body)

    def work() -> Write:
        who, known = request.user, _ruling(service)
        rule = find(readable(known.library, who.roles), asks.rule)
        if rule is None:
            raise invalid("/rule", f"no rule in force is called `{asks.rule}`", "name one of the rules in force")
        wanted, today = terms(service, who, asks), date.fromisoformat(clock.now()[:10])
        if wanted.last < today:
            raise invalid("/last", f"{wanted.last} has passed", "a waiver ends today or later")
        name, household = clock.fresh("wvr"), whose(service, who, asks)
        may = waiver_text.entitled(known, rule.id)
        text = waiver_text.drafted(known, name, wanted, may[0] if may else None, today, rule.visible_to)
        if not isinstance(text, str):
            raise _cannot(text)

        def write(session: Session) -> Answer:
            now = clock.now()
            row, event = waivers.asked(session, name, wanted, (rule.visible_to, household), who.name, now)
            (receipt,) = journal.append(session, [event], now)
            said = _shown(row, now, frozenset(), None, receipt)
            return answer(201, said, location=f"/v1/waivers/{row.id}", etag=version(row))

        return write

    return once(service.store, request, body, work)


@get("/waivers", opt=LIST, sync_to_thread=True)
def listed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = USUAL,
) -> WaiversAnswer:
    """List waivers.

    Those that the reader may see, newest first, with their states."""
    now, who = clock.now(), request.user
    with service.store.reading() as session:
        theirs = feed.of_role(col(Waiver.role), who), feed.of_household(col(Waiver.household), who)
        rows, following = page(session, Waiver, cursor, limit, *theirs)
        among = _among(session, now)
    return WaiversAnswer(tuple(_shown(row, now, among) for row in rows), following)


@get("/waivers/{waiver:str}", opt=READ, sync_to_thread=True)
def one(
    request: Request[Principal, None, Any], service: NamedDependency[Service], waiver: FromPath[str]
) -> Response[WaiverAnswer]:
    """Read a waiver.

    Its terms, its file once it was granted, and its state."""
    now = clock.now()
    with service.store.reading() as session:
        row = _known(session, request.user, waiver)
        text = None if row.file is None else blobs.get(session, [row.file])[row.file].decode()
        shown = _shown(row, now, _among(session, now), text)
    return Response(shown, headers={"ETag": f'"{version(row)}"'})


@get("/waivers/{waiver:str}/grant-payload", opt=PAYLOAD, sync_to_thread=True)
def payload(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    waiver: FromPath[str],
    signed: Annotated[str | None, QueryParameter(name="as", description="as in the grant", max_length=200)] = None,
) -> Signable:
    """Read what to sign to grant a waiver.

    What to sign with a key of one's own to grant it in person (`proofolio sign`): it names the SHA-256 of the file that
    it would have today (UTC)."""
    now = clock.now()
    with service.store.reading() as session:
        row = _known(session, request.user, waiver)
        grants.ruling(request.user, row.role)
        grants.by_another(request.user, row.asker)
        _allowed(row, now, State.ASKED)
    text, _ = _drafted(service, row, signed, now)
    return grants.payload(request.user, Act.GRANT_WAIVER, row.id, digest(text.encode()), now)


@post("/waivers/{waiver:str}/grant", opt=GRANT, sync_to_thread=True, status_code=200)
def grant(
    request: Request[Principal, None, Any], service: NamedDependency[Service], waiver: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Grant a waiver.

    By somebody else than who asked; with an envelope over `grant-payload`, in person. From now on its file is among the
    rules in force."""
    yes = asked(GrantAsked, body)

    def write(session: Session) -> Answer:
        ruling.alone(session)
        now, who = clock.now(), request.user
        row = _known(session, who, waiver, lock=True)
        matched(request, row)
        grants.ruling(who, row.role)
        grants.by_another(who, row.asker)
        _allowed(row, now, State.ASKED)
        text, signed = _drafted(service, row, yes.signed, now)
        given = grants.given(service, session, who, Act.GRANT_WAIVER, row.id, digest(text.encode()), yes, now)
        event = waivers.granted(session, row, text, signed, given, who.name, now)
        receipt, *_ = journal.append(session, [event, *ruling.settled(session, who.name, now)], now)
        return answer(200, _shown(row, now, _among(session, now), text, receipt), etag=version(row))

    return once(service.store, request, body, lambda: write)


@delete("/waivers/{waiver:str}", opt=END, sync_to_thread=True, status_code=200)
def end(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    waiver: FromPath[str],
    since: FromQuery[str] = "now",
) -> WaiverAnswer:
    """End a waiver.

    From `since` on (`now`, or an instant to come) it is no rule any more. Who asked may take it back until it is
    granted; compliance ends it."""
    with writing_for(service.store, request.user) as session:
        ruling.alone(session)
        now, who = clock.now(), request.user
        row = _known(session, who, waiver, lock=True)
        unchanged(request, row)
        at = begins(since, now)
        if not who.rules(row.role) and (row.asker != who.name or row.granted is not None):
            raise ProblemError("state-conflict", "compliance ends what was granted, and who asked takes back the rest")
        _allowed(row, now, *(State.ASKED, State.GRANTED, State.EXPIRED))
        event = waivers.ended(session, row, at, who.name)
        receipt, *_ = journal.append(session, [event, *ruling.settled(session, who.name, now)], now)
        return _shown(row, now, _among(session, now), None, receipt)


def _drafted(service: Service, row: Waiver, signed: str | None, now: str) -> tuple[str, str]:
    """The file that it would have today, and in whose name."""
    known, today = _ruling(service), date.fromisoformat(now[:10])
    text = waiver_text.drafted(known, row.id, waivers.wanted_by(row), signed, today, row.role)
    if not isinstance(text, str):
        raise _cannot(text)
    return text, signed or waiver_text.entitled(known, row.rule)[0]


def _ruling(service: Service) -> Rules:
    with service.store.reading() as session:
        row = publish.in_force(session, clock.now())
    if row is None:
        raise ProblemError("rule-book-not-active", "no rule book is in force whose rules could be waived")
    return loaded.rules_in(service, row)


def _cannot(problems: Iterable[Problem]) -> ProblemError:
    flaws = [Flaw(problem.place.pointer or None, problem.what, problem.do) for problem in problems]
    return ProblemError("invalid", "the rules in force do not allow such a waiver", flaws)


# --- what is said ------------------------------------------------------------------------------


def _known(session: Session, who: Principal, name: str, *, lock: bool = False) -> Waiver:
    row = session.get(Waiver, name, with_for_update=lock)
    if row is None or not waivers.seen_by(row, who):
        raise ProblemError("not-found", f"there is no waiver `{name[:80]}`")
    return row


def _allowed(row: Waiver, now: str, *states: State) -> None:
    state = waivers.state(row, now)
    if state not in states or (row.ended is not None and row.ended > now):
        raise ProblemError("state-conflict", f"`{row.id}` is {state}" + (f" until {row.ended}" if row.ended else ""))


def _among(session: Session, now: str) -> frozenset[str]:
    """The files of the rules in force."""
    row = publish.in_force(session, now)
    return frozenset() if row is None else frozenset(paths_of(blobs.get(session, [row.manifest])[row.manifest]))


def _shown(
    row: Waiver, now: str, among: frozenset[str], text: str | None = None, log: Receipt | None = None
) -> WaiverAnswer:
    return WaiverAnswer(
        id=row.id,
        name=waivers.name(row.id),
        state=waivers.state(row, now).value,
        version=row.version,
        rule=row.rule,
        terms=waivers.wanted_by(row).terms,
        first=row.first,
        last=row.last,
        reason=row.reason,
        evidence=row.evidence,
        asker=row.asker,
        made=row.made,
        granter=row.granter,
        granted=row.granted,
        kind=row.kind,
        envelope=row.envelope,
        signed=row.signed,
        ended=row.ended,
        ender=row.ender,
        in_force=ruling.path_of(row.id) in among,
        text=text,
        log=log,
    )


ROUTES = Router("/", route_handlers=[add, listed, one, payload, grant, end], tags=["waivers"])
