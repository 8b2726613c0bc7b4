"""Posts events to the endpoints that wait for them, one endpoint at a time in the hand of a process. What was posted
and not written down before a process died is posted again, with the same id."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic, time

import httpx
from pydantic import TypeAdapter
from sqlmodel import Session, col, or_, select

from server import clock
from server.desk import webhooks
from server.desk.webhooks import Tried
from server.log import feed, journal
from server.log.feed import Happened, Page
from server.running import Service
from server.store.hands import Hands, free
from server.store.tables import Webhook
from server.threads import beside

LOOK = 0.5  # seconds between two looks at whether there is something to post
PAUSE = 5  # seconds before the next try where the database is down
PATIENCE = 15  # seconds for a receiver to answer, however slowly it does
BATCH = 50  # events between two entries of what was posted
TURN = 20  # seconds after which what was posted is written down, however little
LONGEST_TURN = TURN + 2 * PATIENCE  # seconds after which an endpoint is another's, whatever the process says
LEASE = timedelta(seconds=8)
LONGEST = 200  # characters of an error

_BODY = TypeAdapter(Happened)
_log = logging.getLogger("proofolio")


@contextmanager
def posting(service: Service) -> Iterator[None]:
    hands = Hands(service.store, Webhook, LEASE)
    with beside(partial(_post, service, hands), hands.renewing, ends=2 * LOOK):
        yield


def one(service: Service, client: httpx.Client, stop: Event | None = None, hands: Hands | None = None) -> bool:
    """Whether an endpoint was due; it has been told what there is, or it is tried again later."""
    row = _taken(service)
    if row is None:
        return False
    with (hands or Hands(service.store, Webhook, LEASE)).holding(str(row.holder), LONGEST_TURN):
        return _told(service, client, row, stop)


def _told(service: Service, client: httpx.Client, row: Webhook, stop: Event | None) -> bool:
    with service.store.reading() as session:
        page = _page(session, row)
    found, reached = _posted(client, row, page, stop)
    with service.store.writing() as session:
        mine = session.get(Webhook, row.id, with_for_update=True)
        if mine is None or mine.holder != row.holder:
            return True
        mine.holder = mine.lease = None
        event = webhooks.tried(session, mine, reached, found)
        journal.append(session, [event] if event else [], clock.now())
    return True


def _taken(service: Service) -> Webhook | None:
    now = datetime.now(UTC)
    with service.store.reading() as session:
        if _due(session, clock.text(now)) is None:
            return None
    with service.store.writing() as session:
        row = _due(session, clock.text(now), ours=True)
        if row is not None:
            row.holder, row.lease = clock.fresh("hold"), clock.text(now + LEASE)
            session.add(row)
        return row


def _due(session: Session, now: str, *, ours: bool = False) -> Webhook | None:
    end = journal.size(session) - 1
    waits = or_(col(Webhook.reached) < end, col(Webhook.again).is_not(None))
    live = col(Webhook.ended).is_(None), col(Webhook.stopped).is_(None)
    wanted = select(Webhook).where(*live, waits, free(Webhook, now), col(Webhook.due) <= now)
    first = wanted.order_by(col(Webhook.due)).limit(1)
    return session.exec(first.with_for_update(skip_locked=True) if ours else first).first()


def _page(session: Session, row: Webhook) -> Page:
    """What comes next: of what is posted again, else of what is new."""
    if row.again is None:
        return feed.page(session, webhooks.reader(row), row.reached, BATCH)
    found = feed.page(session, webhooks.reader(row), row.again, BATCH)
    last = row.again if row.again_last is None else row.again_last
    events = tuple(each for each in found.events if each.index <= last)
    return Page(events, min(found.after, last), more=found.more)


def _posted(client: httpx.Client, row: Webhook, page: Page, stop: Event | None) -> tuple[list[Tried], int]:
    """One after the other, to the first that is not taken; and the number of the last that needs no other try."""
    found: list[Tried] = []
    types = frozenset(filter(None, row.types.split(",")))
    end, before = monotonic() + TURN, page.events[0].index - 1 if page.events else page.after
    for event in page.events:
        if types and event.type not in types:
            before = event.index
            continue
        if monotonic() > end or (stop is not None and stop.is_set()):
            return found, before
        found.append(_tried(client, row, event))
        if not found[-1].taken:
            return found, before
        before = event.index
    return found, page.after


def _tried(client: httpx.Client, row: Webhook, event: Happened) -> Tried:
    body, now, seconds, begun = _BODY.dump_json(event), clock.now(), int(time()), monotonic()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Proofolio",
        "webhook-id": event.event,
        "webhook-timestamp": str(seconds),
        "webhook-signature": webhooks.signatures(row, event.event, seconds, body, now),
    }
    found = _answered(client, row.url, body, headers)
    status, error = (found, None) if isinstance(found, int) else (None, found)
    return Tried(event.index, now, status, error, int((monotonic() - begun) * 1000))


def _answered(client: httpx.Client, url: str, body: bytes, headers: dict[str, str]) -> int | str:
    """The status, or why there is none. A thread of its own asks, which is left where it is when the receiver sends a
    letter now and then: the client's patience is with each of them."""
    said = SimpleQueue[int | str]()

    def ask() -> None:
        try:
            with client.stream("POST", url, content=body, headers=headers) as answered:  # what it says is not read
                said.put(answered.status_code)
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            said.put((str(failure) or type(failure).__name__)[:LONGEST])

    Thread(target=ask, daemon=True).start()
    try:
        return said.get(timeout=PATIENCE)
    except Empty:
        return f"no answer within {PATIENCE} seconds"


def _post(service: Service, hands: Hands, stop: Event) -> None:
    with httpx.Client(timeout=PATIENCE, follow_redirects=False, trust_env=False) as client:
        while not stop.is_set():
            try:
                if not one(service, client, stop, hands):
                    stop.wait(LOOK)
            except Exception:
                _log.error({"event": "fault", "flow": "webhooks"}, exc_info=True)
                stop.wait(PAUSE)
