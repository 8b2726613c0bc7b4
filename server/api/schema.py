"""The OpenAPI document: Litestar's, with the bodies that routes read and write themselves, and words for all.

A route says in its options what it `asks` for and what it `says` (types, whose JSON Schema pydantic knows, or a media
type), and which problems it may answer with.
"""

from typing import Any, Literal

from litestar import Litestar, Request
from litestar.openapi.plugins import JsonRenderPlugin
from pydantic import TypeAdapter

from server.api import described, problem
from server.api import routes as routing
from server.api.caller import PUBLIC
from server.api.once import SAFE
from server.api.problem import SLUGS, Problem

Mode = Literal["validation", "serialization"]
SIDES: dict[str, Mode] = {"asks": "validation", "says": "serialization"}
ALWAYS = ("bad-parameter", "database-down", "fault")
KEYED = ("credentials-missing", "credentials-expired", "role-not-allowed", "identity-down")
BODIES = ("malformed-json", "invalid", "too-large", "too-slow")
POSTS = ("idempotency-key-missing", "idempotency-in-progress", "idempotency-key-reused")
_BODIES = {
    "application/json": {"type": "object"},
    "application/x-ndjson": {"type": "string"},
    "application/octet-stream": {"type": "string", "format": "binary"},
}


class Document(JsonRenderPlugin):
    """Put together once: that takes long, and anybody may ask for it."""

    _written: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        if self._written is None:
            self._written = super().render(request, completed(request.app, openapi_schema))
        return self._written


def completed(app: Litestar, found: dict[str, Any]) -> dict[str, Any]:
    """`found`: the framework's document."""
    routes = [each for each in routing.routes(app) if each[0] in found["paths"]]
    types: list[tuple[type, Mode, TypeAdapter[Any]]] = [(Problem, "serialization", TypeAdapter(Problem))]
    for _, _, handler in routes:
        for side, mode in SIDES.items():
            kind = handler.opt.get(side)
            if isinstance(kind, type):
                types.append((kind, mode, TypeAdapter(kind)))
    parts, shared = TypeAdapter.json_schemas(types, ref_template="#/components/schemas/{model}")
    schemas = {each: schema for (each, _), schema in parts.items()}
    found["components"].setdefault("schemas", {}).update(shared.get("$defs", {}))
    for path, method, handler in routes:
        operation, opt = found["paths"][path][method], handler.opt
        operation |= described.operation(handler)
        _request(operation, opt, schemas)
        operation["responses"].pop("400", None)  # the framework's own, which is never sent
        _responses(operation, opt, schemas, _slugs(path, method, opt))
        _parameters(operation.setdefault("parameters", []), method, opt)
    return found


def _parameters(parameters: list[dict[str, Any]], method: str, opt: dict[str, Any]) -> None:
    if method == "post" and not opt.get(SAFE):
        parameters.append(described.KEY)
    if "if-match-needed" in opt.get("problems", ()):
        parameters.append(described.MATCH)
    elif "version-old" in opt.get("problems", ()):
        parameters.append(described.MAY_MATCH)
    parameters += opt.get(described.HEADERS, ())
    described.parameters(parameters)


def _request(operation: dict[str, Any], opt: dict[str, Any], schemas: dict[type, Any]) -> None:
    asks = opt.get("asks")
    if asks is not None:
        schema, media = (schemas[asks], "application/json") if isinstance(asks, type) else (_BODIES[asks], asks)
        operation["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}


def _slugs(path: str, method: str, opt: dict[str, Any]) -> list[str]:
    """Every problem that a route may answer with, each once."""
    slugs = [*ALWAYS, *opt.get("problems", ())]
    slugs += () if opt.get(PUBLIC) else KEYED
    slugs += ("not-found",) if "{" in path else ()
    slugs += BODIES if "asks" in opt else ()
    slugs += POSTS if method == "post" and not opt.get(SAFE) else ()
    return list(dict.fromkeys(slugs))


def _responses(operation: dict[str, Any], opt: dict[str, Any], schemas: dict[type, Any], slugs: list[str]) -> None:
    says = opt.get("says")
    if isinstance(says, type):
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                response["content"] = {"application/json": {"schema": schemas[says]}}
    for slug in slugs:
        about = SLUGS[slug]
        response = operation["responses"].setdefault(str(about.status), {"description": ""})
        response["description"] = "; ".join(filter(None, [response["description"], f"`{slug}`: {about.title}"]))
        response.setdefault("content", {})[problem.MEDIA] = {"schema": schemas[Problem]}
