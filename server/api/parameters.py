"""Query parameters: those that a route has, each at most once, and those that it needs. A name that no route knows is
a mistake of whoever wrote it (`?household=` where a filter was meant), and to pass over it would be to answer another
question."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from litestar.connection import ASGIConnection
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler

from server.api.described import PARAMETERS
from server.api.misread import SCHEMA
from server.api.problem import Flaw, ProblemError

LONGEST = 40  # characters of a strange name that are repeated


async def known(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard for every route."""
    if not isinstance(handler, HTTPRouteHandler) or connection.scope.get("method") == "OPTIONS":
        return
    asked = connection.scope["query_string"].decode("latin-1")
    names = [name for name, _ in parse_qsl(asked, keep_blank_values=True)]
    there = _names(handler)
    strange = next((name for name in names if name not in there), None)
    if strange is not None:
        said = f"there are {', '.join(there)}" if there else "there are none"
        raise ProblemError("bad-parameter", f"there is no parameter `{strange[:LONGEST]}` here; {said}")
    twice = next((name for name in there if names.count(name) > 1), None)
    if twice is not None:
        raise ProblemError("bad-parameter", f"`{twice}` is given {names.count(twice)} times; give it once")
    missing = [name for name, needed in there.items() if needed and name not in names]
    if missing:
        flaws = [Flaw(None, f"`{name}` is missing", PARAMETERS.get(name, SCHEMA), "missing") for name in missing]
        raise ProblemError("bad-parameter", "; ".join(flaw.detail for flaw in flaws), flaws)


_NAMES: dict[Callable[..., Any], dict[str, bool]] = {}
"""By the function that answers: a guard is given a copy of its handler, a new one each time."""


def _names(handler: HTTPRouteHandler) -> dict[str, bool]:
    """As the framework reads them off the handler's own arguments, and whether each is needed."""
    if handler.fn not in _NAMES:
        model = handler.create_kwargs_model(path_parameters={})
        _NAMES[handler.fn] = dict(sorted((each.field_alias, each.is_required) for each in model.expected_query_params))
    return _NAMES[handler.fn]
