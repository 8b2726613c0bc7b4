"""The progress of a run, told while it goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from time import monotonic
from typing import Any

from litestar import Request, Router, get
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import ServerSentEvent, ServerSentEventMessage

from server import clock
from server.api.follow import Follower
from server.api.runs import known
from server.api.wire import written
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import runs
from server.desk.runs import ALLOWS, State
from server.running import Service

BETWEEN = 1.0  # seconds between two looks at a run's progress
HEARTBEAT, LONGEST_STREAM = 15.0, 300.0  # seconds
Look = Callable[[], tuple[bytes, bool]]
"""What there is to tell now, as JSON, and whether nothing follows."""


@get("/runs/{run:str}/progress", opt={"act": Act.READ_RUN}, media_type="text/event-stream")
async def followed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    follower: NamedDependency[Follower],
    run: FromPath[str],
) -> ServerSentEvent:
    """Follow the progress of a run.

    The progress as server-sent events, once a second at most, until every household has its result."""
    return await stream(follower, partial(_looked, request, service, run))


async def stream(follower: Follower, look: Look) -> ServerSentEvent:
    await sync_to_thread(look)  # a problem is told before the stream begins
    return ServerSentEvent(_told(follower, look), headers={"Cache-Control": "no-store"})


def _looked(request: Request[Principal, None, Any], service: Service, name: str) -> tuple[bytes, bool]:
    """The progress, and whether it is the last one."""
    with service.store.reading() as session:
        row = known(session, request, name)
        found = runs.progress(session, row, clock.now())
    return written(found), not ALLOWS[State(row.state)] and found.settled == found.total


async def _told(follower: Follower, look: Look) -> AsyncIterator[ServerSentEventMessage]:
    """What is looked at, whenever it has changed."""
    end, last, spoke = monotonic() + LONGEST_STREAM, b"", monotonic()
    while not follower.ended and monotonic() < end:
        said, done = await sync_to_thread(look)
        if said != last:
            yield ServerSentEventMessage(data=said, event="progress")
            last, spoke = said, monotonic()
        elif monotonic() - spoke >= HEARTBEAT:
            yield ServerSentEventMessage(data=None, comment="so far")
            spoke = monotonic()
        if done:
            return
        await asyncio.sleep(BETWEEN)


ROUTES = Router("/", route_handlers=[followed], tags=["runs"])
