"""Standing verdicts: what the rules in force say of the newest snapshot as it stands, and what they said before.

What is listed is all that does not pass. They are kept current by whatever process works: `reached` says of which
snapshot and which rules they are, and `index` up to which entry of the journal nothing is left to be looked at. A walk
through pages is one of what stood when it began, whatever changes meanwhile.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from sqlmodel import Session

from policy.canonical import CanonicalError, decode, encode
from policy.ir.core import Library
from policy.judge.redact import readable
from server import clock
from server.api import at, chosen
from server.api.problem import ProblemError
from server.api.reads import about
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import ingest, loaded, publish, standing
from server.desk.standing import Reach
from server.log.feed import START, Page
from server.log.journal import MOST
from server.log.reads import LAST
from server.running import Service
from server.store.tables import Rulebook, Snapshot, Verdict

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class ReachedAnswer:
    """Null before there is a snapshot under rules in force; `time` is that of the entry."""

    rulebook: str | None
    snapshot: str | None
    index: int
    time: str | None


@dataclass(frozen=True, slots=True)
class VerdictAnswer:
    """What one obligation says. `household` is null for what is added up over the firm, and where an account states
    none; `reason` where it is for other eyes. `since`: the journal entry by which it came to this."""

    obligation: str
    rule: str
    scope: str
    group: str | None
    household: str | None
    outcome: str
    reason: str | None
    since: int
    time: str


@dataclass(frozen=True, slots=True)
class VerdictsAnswer:
    """By household, then by obligation. `next`: the cursor of the next page, null after the last."""

    reached: ReachedAnswer
    data: tuple[VerdictAnswer, ...]
    next: str | None


LIST = {"act": Act.READ_VERDICTS, "says": VerdictsAnswer, "problems": ("not-found", "bad-cursor", "erased")}
HISTORY = {"act": Act.READ_VERDICTS, "says": Page, "problems": ("not-found", "bad-cursor")}

After = Annotated[int, QueryParameter(ge=START, lt=MOST)]
Known = Annotated[
    str | None,
    QueryParameter(description="what stood at this instant, such as 2026-12-01T14:30:00Z; without it what stands now"),
]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE)]


@get("/verdicts", opt=LIST, sync_to_thread=True)
def listed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    household: FromQuery[str | None] = None,
    rule: FromQuery[str | None] = None,
    known_at: Known = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 100,
) -> VerdictsAnswer:
    """List standing verdicts.

    What does not pass, or did not at an instant, of all or of one household, under all rules or one."""
    instant, begun = at.instant(known_at), None if cursor is None else _place(cursor)
    with service.store.reading() as session:
        now = standing.reached(session)
        reached = _reached(session, instant, begun, now)
        past = None if reached == now else reached
        _there(service, session, request.user, household, rule, past)
        if past is not None and standing.was_erased(session, request.user, past.position, household):
            raise ProblemError("erased", "some of what stood then was erased since; ask of one household, or of later")
        after = None if begun is None else begun[1:]
        asked = standing.Asked(reached.position, household, rule, after, limit + 1)
        rows = standing.kept(session, request.user, asked)
    shown = rows[:limit]
    following = _cursor(reached.position, shown[-1]) if len(rows) > limit else None
    about(request, household, *(row.household for row in shown))
    said = ReachedAnswer(reached.rulebook, reached.snapshot, reached.position, reached.time)
    return VerdictsAnswer(said, tuple(_shown(row, request.user) for row in shown), following)


@get("/verdicts/history", opt=HISTORY, sync_to_thread=True)
def history(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    household: FromQuery[str | None] = None,
    rule: FromQuery[str | None] = None,
    after: After = START,
    limit: Limit = 100,
) -> Page:
    """List how standing verdicts changed.

    How verdicts changed, oldest first: the feed's events `verdict.changed`, of these alone."""
    about(request, household)
    with service.store.reading() as session:
        if not standing.told(session, request.user, household, rule):
            _there(service, session, request.user, household, rule)
        return standing.history(session, request.user, household, rule, after, limit)


def _there(
    service: Service,
    session: Session,
    who: Principal,
    household: str | None,
    rule: str | None,
    then: Reach | None = None,
) -> None:
    """Nothing is said of what is not there, or was not `then`, which would read as that nothing is wrong with it."""
    if household is not None:
        snapshot = ingest.latest(session) if then is None else session.get(Snapshot, then.snapshot or "")
        known = None if snapshot is None else loaded.manifest_in(service, snapshot)
        chosen.there("household", household, () if known is None else chosen.homes(known, who))
    if rule is not None:
        now = clock.now()
        book = publish.in_force(session, now) if then is None else session.get(Rulebook, then.rulebook or "")
        library = None if book is None else loaded.rules_in(service, book).library
        chosen.there("rule in force", rule, () if library is None else _names(readable(library, who.roles)))


def _names(library: Library) -> set[str]:
    return {rule.id for rule in library.rules} | {found.id for found in library.lists}


def _cursor(position: int, row: Verdict) -> str:
    return urlsafe_b64encode(encode([position, row.part, row.obligation])).decode()


def _place(cursor: str) -> tuple[int, str, str]:
    """What was reached when the walk began, and the part and the obligation that came last."""
    try:
        found = decode(urlsafe_b64decode(cursor.encode("ascii")))
    except (ValueError, CanonicalError):
        found = None
    match found:
        case [int(position), str(part), str(obligation)]:
            if type(position) is int and 0 <= position <= LAST and "\0" not in part + obligation:
                return position, part, obligation
    raise _never_given()


def _never_given() -> ProblemError:
    return ProblemError("bad-cursor", "this cursor was never given")


def _reached(session: Session, instant: str | None, begun: tuple[int, str, str] | None, now: Reach) -> Reach:
    """What the answer is of."""
    if begun is not None:
        found = standing.reached_at(session, begun[0])
        if found is None:
            raise _never_given()
        return found
    return now if instant is None else standing.reached(session, instant)


def _shown(row: Verdict, who: Principal) -> VerdictAnswer:
    mine = row.reason_role is None or row.reason_role in who.roles
    return VerdictAnswer(
        row.obligation,
        row.rule,
        row.scope,
        row.group,
        row.household or None,
        row.outcome,
        row.reason if mine else None,
        row.since,
        row.time,
    )


ROUTES = Router("/", route_handlers=[listed, history], tags=["verdicts"])
