"""The service put together: the only file that knows every resource."""

import logging
from fractions import Fraction
from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from policy.book.amount import number_text
from server.api import caller, health, keys, problem, schema
from server.api.caller import PUBLIC
from server.api.problem import Problem, ProblemError
from server.running import Service

LARGEST = 64 * 1024 * 1024  # bytes of a body
OF_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}

_log = logging.getLogger("proofolio")


def app(service: Service) -> Litestar:
    def provided() -> Service:
        return service

    found = Litestar(
        route_handlers=[health.ROUTES, Router("/v1", route_handlers=[keys.ROUTES])],
        dependencies={"service": Provide(provided, sync_to_thread=False)},
        middleware=[caller.Authentication],
        guards=[caller.entitled],
        exception_handlers={ProblemError: problem.answered, HTTPException: _refused, Exception: _fault},
        type_encoders={Fraction: number_text},
        request_max_body_size=LARGEST,
        openapi_config=OpenAPIConfig(
            title="Proofolio",
            version="1",
            components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer")}),
            security=[{"key": []}],
            openapi_router=Router("/schema", route_handlers=[], include_in_schema=False, opt={PUBLIC: True}),
            render_plugins=[schema.Document(path="/openapi.json")],
        ),
    )
    found.state.service = service
    return found


def _refused(_request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """What the framework refuses before a handler sees it."""
    return problem.response(OF_STATUS.get(error.status_code, "bad-parameter"), str(error.detail))


def _fault(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    _log.error("fault in %s %s", request.method, request.url.path, exc_info=error)
    return problem.response("fault", "this is ours to mend; nothing was written")
