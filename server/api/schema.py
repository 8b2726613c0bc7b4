"""The OpenAPI document: Litestar's, with the bodies that routes read and write themselves.

A route says in its options what it `asks` for and what it `says` (types, whose JSON Schema pydantic knows, or a media
type), and which problems it may answer with.
"""

from copy import deepcopy
from typing import Any, Literal

from litestar import Litestar, Request
from litestar.openapi.plugins import JsonRenderPlugin
from pydantic import TypeAdapter

from server.api import problem
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
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "new for each request, the same when a request is repeated; kept for 30 days",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
MATCH_HEADER = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "the ETag of the version that was read",
    "schema": {"type": "string"},
}
_BODIES = {
    "application/json": {"type": "object"},
    "application/x-ndjson": {"type": "string"},
    "application/octet-stream": {"type": "string", "format": "binary"},
}


class Document(JsonRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return super().render(request, completed(request.app, deepcopy(openapi_schema)))


def completed(app: Litestar, found: dict[str, Any]) -> dict[str, Any]:
    """`found`: the framework's document."""
    routes = [(path, method, own.opt) for path, method, own in routing.routes(app) if path in found["paths"]]
    types: list[tuple[type, Mode, TypeAdapter[Any]]] = [(Problem, "serialization", TypeAdapter(Problem))]
    for _, _, opt in routes:
        for side, mode in SIDES.items():
            if isinstance(opt.get(side), type):
                types.append((opt[side], mode, TypeAdapter(opt[side])))
    parts, shared = TypeAdapter.json_schemas(types, ref_template="#/components/schemas/{model}")
    schemas = {each: schema for (each, _), schema in parts.items()}
    found["components"].setdefault("schemas", {}).update(shared.get("$defs", {}))
    for path, method, opt in routes:
        operation = found["paths"][path][method]
        _request(operation, opt, schemas)
        operation["responses"].pop("400", None)  # the framework's own, which is never sent
        _responses(operation, opt, schemas, _slugs(path, method, opt))
        if method == "post" and not opt.get(SAFE):
            operation.setdefault("parameters", []).append(KEY_HEADER)
        if "if-match-needed" in opt.get("problems", ()):
            operation.setdefault("parameters", []).append(MATCH_HEADER)
    return found


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
