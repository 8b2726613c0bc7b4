"""Whether a rule is observed or enforced: asked for, agreed to by somebody else, and in force from an instant on."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, RawBody
from pydantic import Field
from sqlmodel import Session, col, select

from policy.judge.redact import readable
from server import clock
from server.api import grants
from server.api.instants import begins
from server.api.once import Answer, Write, once
from server.api.problem import Flaw, ProblemError
from server.api.version import matched, version
from server.api.wire import Asked, answer, asked
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import loaded, modes, ruling
from server.desk.rules import find
from server.log import journal
from server.log.journal import Receipt
from server.running import Service
from server.store.tables import Mode, Rulebook


class ModeAsked(Asked):
    rule: Annotated[str, Field(min_length=1, max_length=200)]
    mode: Literal["observe", "enforce"]
    since: Annotated[str, Field(alias="from", max_length=40)] = "now"
    """`now`, which is when somebody agrees, or an instant to come"""
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class ModeAgreed(Asked):
    """Nothing: that it was sent says it."""


@dataclass(frozen=True, slots=True)
class ModeAnswer:
    """`state`: asked or agreed; `active`: the instant from which it is the rule's mode."""

    id: str
    state: str
    version: int
    rulebook: str
    rule: str
    mode: str
    since: str | None
    reason: str
    asker: str
    made: str
    granter: str | None
    granted: str | None
    active: str | None
    log: Receipt | None = None


@dataclass(frozen=True, slots=True)
class ModesAnswer:
    """Of one rule book, newest first, as far as the reader may see the rules."""

    data: tuple[ModeAnswer, ...]


ADD = {"act": Act.ASK_MODE, "asks": ModeAsked, "says": ModeAnswer, "problems": ("state-conflict",)}
AGREE = {
    "act": Act.GRANT_MODE,
    "asks": ModeAgreed,
    "says": ModeAnswer,
    "problems": ("self-approval", "state-conflict", "version-old", "if-match-needed"),
}


@post("/rulebooks/{rulebook:str}/modes", opt=ADD, sync_to_thread=True, status_code=201)
def add(
    request: Request[Principal, None, Any], service: NamedDependency[Service], rulebook: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Ask that a rule be observed or enforced.

    For the published rule book, in every state of it."""
    wanted = asked(ModeAsked, body)

    def work() -> Write:
        known = loaded.rules_of(service, rulebook)
        if known is None:
            raise ProblemError("not-found", f"there is no rule book `{rulebook[:80]}`")
        rule = find(readable(known.library, request.user.roles), wanted.rule)
        if rule is None:
            what = f"this rule book has no rule `{wanted.rule}`"
            raise ProblemError("invalid", what, [Flaw("/rule", what, "name one of its rules or lists")])
        grants.ruling(request.user, rule.visible_to)
        since = None if wanted.since == "now" else begins(wanted.since, clock.now())

        def write(session: Session) -> Answer:
            book = session.get_one(Rulebook, rulebook)
            base, who = book.base or book.id, request.user.name
            row, event = modes.asked(
                session, base, rule.id, wanted.mode, since, wanted.reason, rule.visible_to, who
            )  # fmt: skip
            (receipt,) = journal.append(session, [event], row.made)
            return answer(201, _shown(row, receipt), location=f"/v1/modes/{row.id}", etag=version(row))

        return write

    return once(service.store, request, body, work)


@get("/rulebooks/{rulebook:str}/modes", opt={"act": Act.READ_RULES, "says": ModesAnswer}, sync_to_thread=True)
def listed(
    request: Request[Principal, None, Any], service: NamedDependency[Service], rulebook: FromPath[str]
) -> ModesAnswer:
    """List the modes of a rule book's rules.

    Which rules somebody asked to observe or to enforce, newest first."""
    with service.store.reading() as session:
        book = session.get(Rulebook, rulebook)
        if book is None:
            raise ProblemError("not-found", f"there is no rule book `{rulebook[:80]}`")
        wanted = select(Mode).where(Mode.rulebook == (book.base or book.id)).order_by(col(Mode.id).desc())
        return ModesAnswer(tuple(_shown(row) for row in session.exec(wanted) if _may_see(row, request.user)))


@get("/modes/{mode:str}", opt={"act": Act.READ_RULES, "says": ModeAnswer}, sync_to_thread=True)
def one(
    request: Request[Principal, None, Any], service: NamedDependency[Service], mode: FromPath[str]
) -> Response[ModeAnswer]:
    """Read a mode.

    What was asked for, by whom, and from when on it holds."""
    with service.store.reading() as session:
        row = _known(session, request.user, mode)
        return Response(_shown(row), headers={"ETag": f'"{version(row)}"'})


@post("/modes/{mode:str}/approval", opt=AGREE, sync_to_thread=True, status_code=200)
def agree(
    request: Request[Principal, None, Any], service: NamedDependency[Service], mode: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Agree to a mode.

    By somebody else than who asked."""
    asked(ModeAgreed, body)

    def write(session: Session) -> Answer:
        ruling.alone(session)
        now, who = clock.now(), request.user.name
        row = _known(session, request.user, mode, lock=True)
        matched(request, row)
        grants.ruling(request.user, row.role)
        grants.by_another(request.user, row.asker)
        if row.granted is not None:
            raise ProblemError("state-conflict", f"{row.granter} agreed to it at {row.granted}")
        event = modes.granted(session, row, who, now)
        receipt, *_ = journal.append(session, [event, *ruling.settled(session, who, now)], now)
        return answer(200, _shown(row, receipt), etag=version(row))

    return once(service.store, request, body, lambda: write)


def _known(session: Session, who: Principal, name: str, *, lock: bool = False) -> Mode:
    row = session.get(Mode, name, with_for_update=lock)
    if row is None or not _may_see(row, who):
        raise ProblemError("not-found", f"there is no mode `{name[:80]}`")
    return row


def _may_see(row: Mode, who: Principal) -> bool:
    return row.role is None or row.role in who.roles


def _shown(row: Mode, log: Receipt | None = None) -> ModeAnswer:
    return ModeAnswer(
        id=row.id,
        state="asked" if row.granted is None else "agreed",
        version=row.version,
        rulebook=row.rulebook,
        rule=row.rule,
        mode=row.mode,
        since=row.since,
        reason=row.reason,
        asker=row.asker,
        made=row.made,
        granter=row.granter,
        granted=row.granted,
        active=row.active,
        log=log,
    )


ROUTES = Router("/", route_handlers=[add, listed, one, agree], tags=["rules"])
