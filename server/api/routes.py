"""The routes that there are, and what each has to say of itself before the service starts."""

from collections.abc import Iterator
from typing import Any

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.types import Method

from server.api.caller import PUBLIC
from server.auth.roles import Act


def routes(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Path, verb in lower case, handler; without OPTIONS, which the framework answers itself."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in sorted(handler.http_methods):
                if method != "OPTIONS":
                    yield route.path_format, method.lower(), handler


def shut(app: Litestar) -> None:
    """ValueError where a route says neither who may call it nor that anybody may: it would be a fault or a hole."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", None) or [getattr(route, "route_handler", None)]:
            if not _said(handler):
                raise ValueError(f"the route {route.path} says no `act` and is not `{PUBLIC}`: {handler}")


def _said(handler: Any) -> bool:
    if "OPTIONS" in getattr(handler, "http_methods", ()):  # the verbs of a path, which the document says too
        return str(handler).startswith("litestar.")
    opt = getattr(handler, "opt", {})
    return opt.get(PUBLIC) is True or isinstance(opt.get("act"), Act)


def operation_id(handler: HTTPRouteHandler, _method: Method, _path: list[str | Any]) -> str:
    """Such as `keys_add`: file and function, which are readable, unique, and stay when a path changes."""
    return "_".join(str(handler).split(".")[-2:])
