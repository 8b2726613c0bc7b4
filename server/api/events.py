"""What happened, in order and without gaps: page by page, by waiting for more, or as a stream of server-sent events.

Whose eyes an event is for, and why nothing stands for what is left out, is said in `server.log.feed`. The three ways
give the same bodies and go on from the same numbers. A stream ends by itself after a while and when the service stops;
its reader comes again with `Last-Event-ID`, as browsers do by themselves, and shows his credentials anew. Whose key is
revoked or expires meanwhile is told nothing more, and his stream ends within two seconds.
"""

import re
from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated, Any

from litestar import Request, Response, Router, get
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage
from sqlmodel import col

from policy.book.problem import did_you_mean
from server import clock
from server.api import waiting
from server.api.caller import CHALLENGE
from server.api.described import HEADERS, LAST, WAIT
from server.api.follow import Follower, grown
from server.api.problem import ProblemError
from server.api.wire import written
from server.auth import credentials
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.log import feed, journal
from server.log.events import KINDS
from server.log.feed import START, Page
from server.log.journal import MOST
from server.running import Service
from server.store.tables import Journal

PAGE = 1_000  # events of a page at most
HEARTBEAT = 15.0  # seconds of silence in a stream
LOOK = 2.0  # seconds between two looks at whether a key is still good, while its owner waits
LONGEST = 300.0  # seconds of a stream
RETRY = 500  # milliseconds until a reader comes again

_NUMBER = re.compile(r"[0-9]{1,15}")

After = Annotated[int, QueryParameter(ge=START, lt=MOST)]
Kind = Annotated[str | None, QueryParameter(name="type", description="of events, such as `proposal.approved`")]
LIST = {"act": Act.READ_EVENTS, "says": Page, "problems": ("bad-cursor",), HEADERS: (WAIT,)}
STREAM = {"act": Act.READ_EVENTS, "problems": ("bad-cursor",), HEADERS: (LAST,)}


@get("/events", opt=LIST)
async def listed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    follower: NamedDependency[Follower],
    after: After = START,
    kind: Kind = None,
    limit: Annotated[int, QueryParameter(ge=1, le=PAGE)] = 100,
) -> Response[Page]:
    """List events.

    What happened after an event, or from the beginning; go on with `after` of the answer, also where it has no events:
    of one `type` there may be none among those that were looked through, and `more` beyond. With `Prefer: wait=N` the
    answer waits up to N seconds for something to tell."""
    wait = waiting.wanted(request) or 0
    until = monotonic() + wait
    _required(kind)
    page = await sync_to_thread(_read, service, request.user, after, limit, kind)
    while not page.events and monotonic() < until and await grown(follower, page.after, until - monotonic()):
        page = await sync_to_thread(_read, service, request.user, page.after, limit, kind)
    if wait and not await sync_to_thread(_is_good, service, request.user):
        raise ProblemError("credentials-missing", "the key was revoked or has expired meanwhile", headers=CHALLENGE)
    return Response(page, headers=waiting.applied(wait) if wait else {})


@get("/events/stream", opt=STREAM, media_type="text/event-stream")
async def stream(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    follower: NamedDependency[Follower],
    after: After = START,
    kind: Kind = None,
) -> ServerSentEvent:
    """Follow events.

    The same as server-sent events, each with its number as `id`: first what there is, then what happens.
    `Last-Event-ID` goes before `after`."""
    _required(kind)
    page = await sync_to_thread(_read, service, request.user, _last(request, after), PAGE, kind)
    return ServerSentEvent(_told(service, follower, request.user, page, kind), headers={"Cache-Control": "no-store"})


async def _told(
    service: Service, follower: Follower, who: Principal, page: Page, kind: str | None
) -> AsyncIterator[ServerSentEventMessage]:
    """A heartbeat says how far was read, so that who comes again does not begin before it."""
    begun = spoke = monotonic()
    yield ServerSentEventMessage(data=None, retry=RETRY)
    while True:
        for happened in page.events:
            yield ServerSentEventMessage(data=written(happened), id=str(happened.index))
        if page.events:
            spoke = monotonic()
        elif monotonic() - spoke >= HEARTBEAT and page.after != START:
            yield ServerSentEventMessage(data=None, comment="so far", id=str(page.after))
            spoke = monotonic()
        more = await grown(follower, page.after, min(LOOK, HEARTBEAT))
        if follower.ended or monotonic() - begun >= LONGEST or not await sync_to_thread(_is_good, service, who):
            return
        page = Page((), page.after, more=False)
        if more:
            page = await sync_to_thread(_read, service, who, page.after, PAGE, kind)


def _read(service: Service, who: Principal, after: int, limit: int, kind: str | None) -> Page:
    with service.store.reading() as session:
        size = journal.size(session)
        if after >= size:
            raise ProblemError("bad-cursor", f"you have event {after}, and the feed ends at {size - 1}: see the log")
        return feed.page(session, who, after, limit, *(() if kind is None else (col(Journal.type) == kind,)))


def _required(kind: str | None) -> None:
    if kind is not None and kind not in KINDS:
        do = did_you_mean(kind, KINDS, "see the events that there are")
        raise ProblemError("bad-parameter", f"there is no event of the type `{kind[:80]}`; {do}")


def _is_good(service: Service, who: Principal) -> bool:
    with service.store.reading() as session:
        return credentials.is_good(session, who, clock.now())


def _last(request: Request[Principal, None, Any], after: int) -> int:
    said = request.headers.get("last-event-id", "").strip()
    if not said:
        return after
    if not _NUMBER.fullmatch(said):
        raise ProblemError("bad-cursor", "Last-Event-ID is the number of an event")
    return int(said)


ROUTES = Router("/", route_handlers=[listed, stream], tags=["events"])
