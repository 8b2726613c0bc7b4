"""Endpoints to which events are posted, as `server.desk.webhooks` says."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, RawBody
from pydantic import Field
from sqlmodel import Session, col, select

from server import clock
from server.api.listing import LONGEST, USUAL, page
from server.api.once import Answer, once
from server.api.problem import Flaw, ProblemError, several
from server.api.wire import Asked, answer, asked
from server.api.writing import writing_for
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import webhooks
from server.desk.webhooks import State
from server.log import journal
from server.log.events import KINDS, Event
from server.log.journal import Receipt
from server.running import Service
from server.store.tables import Delivery, Webhook


class WebhookAsked(Asked):
    url: Annotated[str, Field(min_length=1, max_length=2000)]
    """where events are posted: https, or http on this machine"""
    types: Annotated[tuple[str, ...], Field(max_length=100)] = ()
    """the types that are posted; all without any"""
    households: Annotated[list[str], Field(max_length=1000)] | None = None
    """of those that the caller may see; all of them without it"""


class AgainAsked(Asked):
    first: Annotated[int, Field(alias="from", ge=0, lt=journal.MOST)]
    """the number of the first event"""
    last: Annotated[int, Field(alias="to", ge=0, lt=journal.MOST)]
    """the number of the last event"""


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """`reached`: the number of the last event that needs no other try; `tries`: of the next one, so far, `due` then.
    `secret`: shown when it is made, and never again."""

    id: str
    url: str
    state: str
    principal: str
    types: tuple[str, ...]
    households: tuple[str, ...] | None
    reached: int
    tries: int
    due: str
    made: str
    stopped: str | None
    ended: str | None
    secret: str | None = None
    log: Receipt | None = None


@dataclass(frozen=True, slots=True)
class WebhooksAnswer:
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[WebhookAnswer, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class DeliverySaid:
    """One try. `index`: the event's number; `status`: the receiver's, null where there was none, for `error`."""

    index: int
    time: str
    status: int | None
    error: str | None
    milliseconds: int


@dataclass(frozen=True, slots=True)
class DeliveriesAnswer:
    """Newest first. `next`: the instant from which the next page goes back, null after the last."""

    data: tuple[DeliverySaid, ...]
    next: str | None


MANAGE = {"act": Act.MANAGE_WEBHOOKS, "says": WebhookAnswer}
LIST = {"act": Act.MANAGE_WEBHOOKS, "says": WebhooksAnswer, "problems": ("bad-cursor",)}
TRIES = {"act": Act.MANAGE_WEBHOOKS, "says": DeliveriesAnswer}
LED = {**MANAGE, "asks": Asked, "problems": ("state-conflict",)}


@post("/webhook-endpoints", opt={**MANAGE, "asks": WebhookAsked}, sync_to_thread=True, status_code=201)
def add(request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody) -> Response[bytes]:
    """Add a webhook endpoint.

    It hears of what happens from now on, as far as whoever adds it may."""
    wanted = asked(WebhookAsked, body)
    wrong = list(_wrong(request.user, wanted))
    if wrong:
        raise several("the endpoint", wrong)

    def write(session: Session) -> Answer:
        now = clock.now()
        row, event = webhooks.added(session, wanted.url, request.user, wanted.types, wanted.households, now)
        return _secret(row, journal.append(session, [event], now)[0], 201)

    return once(service.store, request, body, lambda: write)


@get("/webhook-endpoints", opt=LIST, sync_to_thread=True)
def listed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = USUAL,
) -> WebhooksAnswer:
    """List webhook endpoints.

    Those that hear no more than the reader may, newest first; without their secrets."""
    with service.store.reading() as session:
        rows, following = page(session, Webhook, cursor, limit)
    return WebhooksAnswer(tuple(_shown(row) for row in rows if _seen(row, request.user)), following)


@get("/webhook-endpoints/{endpoint:str}", opt=MANAGE, sync_to_thread=True)
def one(
    request: Request[Principal, None, Any], service: NamedDependency[Service], endpoint: FromPath[str]
) -> WebhookAnswer:
    """Read a webhook endpoint.

    Its state, and what it allows; never its secret."""
    with service.store.reading() as session:
        return _shown(_known(session, request.user, endpoint))


@get("/webhook-endpoints/{endpoint:str}/deliveries", opt=TRIES, sync_to_thread=True)
def deliveries(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    endpoint: FromPath[str],
    before: FromQuery[str | None] = None,
    limit: FromQuery[int] = USUAL,
) -> DeliveriesAnswer:
    """List the deliveries to an endpoint.

    What was tried, and what came of it."""
    if not 1 <= limit <= LONGEST:
        raise ProblemError("bad-parameter", f"`limit` is {limit}; it may be 1 to {LONGEST}")
    until = None if before is None else clock.instant(before)
    if before is not None and until is None:
        raise ProblemError("bad-parameter", "`before` is an instant, such as `next` of a page")
    with service.store.reading() as session:
        row = _known(session, request.user, endpoint)
        wanted = select(Delivery).where(Delivery.webhook == row.id).order_by(col(Delivery.time).desc())
        found = session.exec((wanted if until is None else wanted.where(Delivery.time < until)).limit(limit)).all()
    said = tuple(DeliverySaid(each.index, each.time, each.status, each.error, each.milliseconds) for each in found)
    return DeliveriesAnswer(said, said[-1].time if len(said) == limit else None)


@delete("/webhook-endpoints/{endpoint:str}", opt=MANAGE, sync_to_thread=True, status_code=200)
def end(
    request: Request[Principal, None, Any], service: NamedDependency[Service], endpoint: FromPath[str]
) -> WebhookAnswer:
    """End a webhook endpoint.

    Nothing more is posted there; ending it again changes nothing."""
    with writing_for(service.store, request.user) as session:
        row = _known(session, request.user, endpoint, lock=True)
        if row.ended is not None:
            return _shown(row)
        now = clock.now()
        event = webhooks.ended(session, row, request.user.name, now)
        return _shown(row, journal.append(session, [event], now)[0])


@post("/webhook-endpoints/{endpoint:str}/secret", opt=LED, sync_to_thread=True, status_code=200)
def rotate(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    endpoint: FromPath[str],
    body: RawBody,
) -> Response[bytes]:
    """Change the secret of an endpoint.

    A new secret. For a day everything is signed by the old one, too."""
    asked(Asked, body)

    def write(session: Session) -> Answer:
        now = clock.now()
        row = _led(session, request.user, endpoint, (State.ACTIVE, State.STOPPED))
        event = webhooks.rotated(session, row, request.user.name, now)
        return _secret(row, journal.append(session, [event], now)[0], 200)

    return once(service.store, request, body, lambda: write)


@post("/webhook-endpoints/{endpoint:str}/resumption", opt=LED, sync_to_thread=True, status_code=200)
def resume(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    endpoint: FromPath[str],
    body: RawBody,
) -> Response[bytes]:
    """Resume a stopped endpoint.

    One that was stopped goes on from the first event that it did not take."""
    asked(Asked, body)

    def write(session: Session) -> Answer:
        now = clock.now()
        row = _led(session, request.user, endpoint, (State.STOPPED,))
        return _written(session, row, webhooks.resumed(session, row, request.user.name, now), now)

    return once(service.store, request, body, lambda: write)


@post(
    "/webhook-endpoints/{endpoint:str}/redelivery",
    opt={**LED, "asks": AgainAsked},
    sync_to_thread=True,
    status_code=202,
)
def again(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    endpoint: FromPath[str],
    body: RawBody,
) -> Response[bytes]:
    """Redeliver events to an endpoint.

    The events of a range of numbers are posted once more; one that was stopped gets them when it goes on."""
    wanted = asked(AgainAsked, body)

    def write(session: Session) -> Answer:
        now = clock.now()
        row = _led(session, request.user, endpoint, (State.ACTIVE, State.STOPPED))
        if not wanted.first <= wanted.last <= row.reached:
            detail = f"{wanted.first} to {wanted.last} is no range up to {row.reached}, the last that it took"
            raise ProblemError("invalid", detail, [Flaw("/to", detail, "name a range of what it took")])
        event = webhooks.again(session, row, wanted.first, wanted.last, request.user.name, now)
        return _written(session, row, event, now, 202)

    return once(service.store, request, body, lambda: write)


def _wrong(who: Principal, wanted: WebhookAsked) -> list[Flaw]:
    found = []
    if (said := webhooks.wrong(wanted.url)) is not None:
        found.append(Flaw("/url", said, "write one such as https://desk.example/proofolio"))
    for at, type in enumerate(wanted.types):
        if type not in KINDS:
            found.append(Flaw(f"/types/{at}", f"`{type}` is no type of event", "see docs/events.md"))
    for at, name in enumerate(wanted.households or ()):
        if who.households is not None and name not in who.households:
            found.append(Flaw(f"/households/{at}", f"there is no household `{name}`", "name one that you may see"))
    return found


def _seen(row: Webhook, who: Principal) -> bool:
    mine = webhooks.reader(row).households
    return who.households is None or (mine is not None and mine <= who.households)


def _known(session: Session, who: Principal, name: str, *, lock: bool = False) -> Webhook:
    row = session.get(Webhook, name, with_for_update=lock)
    if row is None or not _seen(row, who):
        raise ProblemError("not-found", f"there is no endpoint `{name[:80]}`")
    return row


def _led(session: Session, who: Principal, name: str, allowed: tuple[State, ...]) -> Webhook:
    row = _known(session, who, name, lock=True)
    found = webhooks.state(row)
    if found not in allowed:
        raise ProblemError("state-conflict", f"`{row.id}` is {found}, which does not allow it")
    return row


def _written(session: Session, row: Webhook, event: Event, now: str, status: int = 200) -> Answer:
    return answer(status, _shown(row, journal.append(session, [event], now)[0]))


def _secret(row: Webhook, receipt: Receipt, status: int) -> Answer:
    """With the secret the first time; a repetition of the request is not told it."""
    made = answer(status, _shown(row, receipt, row.secret), location=f"/v1/webhook-endpoints/{row.id}")
    return Answer(made.status, made.body, made.headers, answer(status, _shown(row, receipt)).body)


def _shown(row: Webhook, receipt: Receipt | None = None, secret: str | None = None) -> WebhookAnswer:
    households = webhooks.reader(row).households
    return WebhookAnswer(
        id=row.id,
        url=row.url,
        state=webhooks.state(row).value,
        principal=row.principal,
        types=tuple(filter(None, row.types.split(","))),
        households=None if households is None else tuple(sorted(households)),
        reached=row.reached,
        tries=row.tries,
        due=row.due,
        made=row.made,
        stopped=row.stopped,
        ended=row.ended,
        secret=secret,
        log=receipt,
    )


ROUTES = Router("/", route_handlers=[add, listed, one, deliveries, end, rotate, resume, again], tags=["events"])
