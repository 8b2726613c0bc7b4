"""Many checks at once: one a line (NDJSON), and an answer a line in the same order, each as if it had been alone."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from litestar import Request, Router, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import RawBody
from litestar.response import Stream

from server.api import checks
from server.api.once import SAFE
from server.api.problem import Problem, ProblemError
from server.api.reads import also_about
from server.api.wire import LARGE, written
from server.auth.credentials import Principal
from server.log.reads import Reads
from server.running import Service

MOST = 10_000  # lines
NDJSON = "application/x-ndjson"
ASKED = {**checks.ASKED, "asks": NDJSON, "says": NDJSON}


@post("/checks/batch", opt={**ASKED, SAFE: True}, status_code=200, media_type=NDJSON, request_max_body_size=LARGE)
async def add(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    noting: NamedDependency[Reads],
    body: RawBody,
) -> Stream:
    """Check many sets of orders.

    A line is answered with its number, a `status`, and the `answer` or the `problem` of that line. The first answers
    come before the last checks are done."""
    lines = body.splitlines()
    if len(lines) > MOST:
        raise ProblemError("too-large", f"there are {len(lines):,} lines; a batch has at most {MOST:,}")
    return Stream(_each(request, service, noting, lines), media_type=NDJSON)


async def _each(
    request: Request[Principal, None, Any], service: Service, noting: Reads, lines: Sequence[bytes]
) -> AsyncIterator[bytes]:
    """Whose data a line holds is noted before it leaves, once for all lines."""
    seen: set[frozenset[str]] = set()

    def noted(whose: frozenset[str]) -> None:
        if whose not in seen:
            seen.add(whose)
            also_about(noting, request, *whose)

    for number, line in enumerate(lines, start=1):
        yield await sync_to_thread(_line, request, service, noted, number, line)


def _line(
    request: Request[Principal, None, Any],
    service: Service,
    noted: Callable[[frozenset[str]], None],
    number: int,
    line: bytes,
) -> bytes:
    try:
        answer, whose = checks.answered(service, request.user, line)
        noted(whose)
        return b'{"line":%d,"status":200,"answer":%s}\n' % (number, answer)
    except Exception as error:
        said = _said(request, error)
    return b'{"line":%d,"status":%d,"problem":%s}\n' % (number, said.status, written(said))


def _said(request: Request[Principal, None, Any], error: Exception) -> Problem:
    """As the application answers a request that ends so."""
    handlers: dict[Any, Any] = dict(request.app.exception_handlers)
    found: Problem = next(handlers[each] for each in type(error).__mro__ if each in handlers)(request, error).content
    return found


ROUTES = Router("/", route_handlers=[add], tags=["checks"])
