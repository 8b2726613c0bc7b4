"""The OpenAPI document: Litestar's, with the bodies that routes read and write themselves.

A route says in its options what it `asks` for and what it `says` (types, whose JSON Schema pydantic knows, or a media
type), and which problems it may answer with.
"""

from collections.abc import Iterator
from typing import Any

from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from pydantic import TypeAdapter

from server.api import problem
from server.api.caller import PUBLIC
from server.api.problem import SLUGS, Problem

ALWAYS = ("credentials-missing", "credentials-expired", "role-not-allowed", "bad-parameter", "not-found", "fault")
POSTS = ("idempotency-key-missing", "idempotency-in-progress", "idempotency-key-reused", "malformed-json", "invalid")
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "new for each request, the same when a request is repeated; kept for 30 days",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


class Document(JsonRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return super().render(request, completed(request.app, openapi_schema))


def completed(app: Litestar, found: dict[str, Any]) -> dict[str, Any]:
    """`found`: the framework's document."""
    routes = [route for route in _routes(app) if route[0] in found["paths"]]
    types = {opt[side] for _, _, opt in routes for side in ("asks", "says") if isinstance(opt.get(side), type)}
    parts, shared = TypeAdapter.json_schemas(
        [(each, "serialization", TypeAdapter(each)) for each in sorted({*types, Problem}, key=lambda t: t.__name__)],
        ref_template="#/components/schemas/{model}",
    )
    schemas = {each: schema for (each, _), schema in parts.items()}
    found["components"].setdefault("schemas", {}).update(shared.get("$defs", {}))
    for path, method, opt in routes:
        operation = found["paths"][path][method]
        _request(operation, opt, schemas)
        _responses(operation, opt, schemas, posts=method == "post" and not opt.get(PUBLIC))
    return found


def _routes(app: Litestar) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler):
                for method in handler.http_methods:
                    if method != "OPTIONS":
                        yield route.path_format, method.lower(), handler.opt


def _request(operation: dict[str, Any], opt: dict[str, Any], schemas: dict[type, Any]) -> None:
    asks = opt.get("asks")
    if asks is not None:
        schema, media = (schemas[asks], "application/json") if isinstance(asks, type) else ({"type": "object"}, asks)
        operation["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}


def _responses(operation: dict[str, Any], opt: dict[str, Any], schemas: dict[type, Any], *, posts: bool) -> None:
    says = opt.get("says")
    if isinstance(says, type):
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                response["content"] = {"application/json": {"schema": schemas[says]}}
    slugs = [*opt.get("problems", ()), *(() if opt.get(PUBLIC) else ALWAYS), *(POSTS if posts else ())]
    for slug in slugs:
        about = SLUGS[slug]
        response = operation["responses"].setdefault(str(about.status), {"description": ""})
        response["description"] = "; ".join(filter(None, [response.get("description"), f"`{slug}`: {about.title}"]))
        response["content"] = {problem.MEDIA: {"schema": schemas[Problem]}}
    if posts:
        operation.setdefault("parameters", []).append(KEY_HEADER)
