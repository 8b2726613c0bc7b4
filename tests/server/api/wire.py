"""The service called as a server calls it, message by message: answers that never end are left when they begin."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from server.api.routes import routes

NO_PAGE = "litestar._openapi.plugin.handle_schema_path_not_found"
"""The framework's own page for what is not in /schema."""


@dataclass(frozen=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str | None:
        """The slug, where it is a problem."""
        problem = self.headers.get("content-type") == "application/problem+json"
        return str(json.loads(self.body)["code"]) if problem else None


def called(app: Litestar, method: str, path: bytes, headers: Mapping[str, bytes], body: bytes = b"") -> Answered:
    """The answer, as far as it goes while the client has left already. `path`: as it stands on the line."""
    target, _, query = path.partition(b"?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": unquote(target.decode("ascii")),
        "raw_path": target,
        "root_path": "",
        "query_string": query,
        "headers": [(name.lower().encode(), value) for name, value in {"host": b"localhost", **headers}.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    incoming = iter([{"type": "http.request", "body": body, "more_body": False}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(incoming, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]  # messages are dicts here
    begun = sent[0]
    said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in begun["headers"]}
    return Answered(begun["status"], said, b"".join(message.get("body", b"") for message in sent[1:]))


def every(app: Litestar) -> Iterator[tuple[str, bytes, HTTPRouteHandler]]:
    """Each route's verb, a path of its that names nothing there is, and its handler."""
    for path, method, handler in routes(app):
        if str(handler) == NO_PAGE:
            continue
        yield method.upper(), re.sub(r"\{[^}]*\}", "none", path).encode(), handler
