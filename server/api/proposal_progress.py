"""The progress of a proposal, told while it is worked out."""

from functools import partial
from typing import Any

from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import ServerSentEvent

from server import clock
from server.api.follow import Follower
from server.api.proposals import known, shown
from server.api.run_progress import stream
from server.api.wire import written
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import proposals
from server.desk.proposals import UNSETTLED
from server.running import Service


@get("/proposals/{proposal:str}/progress", opt={"act": Act.READ_PROPOSAL}, media_type="text/event-stream")
async def followed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    follower: NamedDependency[Follower],
    proposal: FromPath[str],
) -> ServerSentEvent:
    """Follow a proposal.

    The proposal as lists have it, as server-sent events whenever it has changed, until it has a result."""
    return await stream(follower, partial(_looked, request, service, proposal))


def _looked(request: Request[Principal, None, Any], service: Service, name: str) -> tuple[bytes, bool]:
    now = clock.now()
    with service.store.reading() as session:
        row = known(session, request, name)
        return written(shown(row, now)), proposals.state(row, now) not in UNSETTLED


ROUTES = Router("/", route_handlers=[followed], tags=["proposals"])
