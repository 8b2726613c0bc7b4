"""What is answered where no route speaks: the framework's refusals, a database that is down, and faults of ours."""

import logging
import re
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from server.api import problem, trace
from server.api.described import PARAMETERS
from server.api.misread import SCHEMA
from server.api.problem import Flaw, Problem

OF_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}
READ_ONLY = "25006"
"""PostgreSQL's code for a write in a transaction that may only read."""
NUMBER = re.compile("Expected `int`( [<>]=? -?[0-9]+)?")
"""What the framework says of one."""
NO_SUCH_PATH = "nothing is at this path"

_log = logging.getLogger("proofolio")


def of_framework(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """A path, a verb or a parameter that no handler saw; or a client that left while it was being read."""
    if error.status_code >= 500:
        return problem.response(request, "fault", "the request ended before it was read")
    slug = OF_STATUS.get(error.status_code, "bad-parameter")
    detail = NO_SUCH_PATH if slug == "not-found" else problem.SLUGS[slug].title
    flaws = _flaws(error)
    return problem.response(request, slug, flaws[0].detail if len(flaws) == 1 else detail, flaws, error.headers)


def of_database(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    _log.error(trace.line(request.scope) | {"event": "database"}, exc_info=error)
    detail = "the database does not answer, takes no writes now, or was busy for too long; nothing was written"
    return problem.response(request, "database-down", detail, headers={"Retry-After": "5"})


def of_transaction(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """A database that takes no writes says so in its own class of errors, on PostgreSQL; any other one is ours."""
    only = getattr(getattr(error, "orig", None), "sqlstate", None) == READ_ONLY
    return (of_database if only else fault)(request, error)


def of_erased(request: Request[Any, Any, Any], _error: Exception) -> Response[Problem]:
    return problem.response(request, "erased", "the data that this is about were erased, at least of one household")


def fault(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    _log.error(trace.line(request.scope) | {"event": "fault"}, exc_info=error)
    return problem.response(request, "fault", "this is ours to mend; nothing was written")


def _flaws(error: HTTPException) -> tuple[Flaw, ...]:
    said = error.extra if isinstance(error.extra, list) else []
    return tuple(map(_flaw, said))


def _flaw(said: dict[str, str]) -> Flaw:
    name, number = said.get("key", ""), NUMBER.match(said.get("message", ""))
    wanted = "cannot be read" if number is None else f"has to be a whole number{number[1] or ''}"
    return Flaw(None, f"`{name}` {wanted}", PARAMETERS.get(name, SCHEMA), "wrong-form")
