"""What holds for every request, whichever route answers it: an id, headers that keep browsers and caches out, one line
in the log, one reading of how long it took and, where traces are collected, one span. In none of them stands anything
that a client sent."""

import logging
import re
from time import monotonic_ns
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.api.patience import patient
from server.auth.credentials import Principal
from server.clock import fresh
from server.ops.instruments import Instruments
from server.ops.spans import spanned

HEADER = b"x-request-id"
SANE = re.compile(rb"[A-Za-z0-9._-]{1,64}")
"""An id that a caller may give: nothing that could break a line or a header."""

DEFAULTS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""Unless the route says otherwise, as for what never changes and is everybody's."""

_log = logging.getLogger("proofolio")


def traced(app: ASGIApp) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return await app(scope, receive, send)
        known, begun, status = _id(scope), monotonic_ns(), 0
        measures: Instruments = scope["app"].state.service.instruments
        scope["state"]["request_id"] = known.decode()

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {name.lower() for name, _ in message["headers"]}
                more = [each for each in DEFAULTS if each[0] not in given]
                message["headers"] = [*message["headers"], *more, (HEADER, known)]
            await send(message)

        with spanned(measures.tracer, _parent(scope)) as span:
            try:
                await app(scope, patient(receive), sent)
            finally:
                took, said = monotonic_ns() - begun, line(scope)
                _log.info(said | {"status": status, "ms": took // 1_000_000})
                about = {"method": said["method"] or "other", "route": said["route"] or "none", "status": status}
                measures.requests.record(took / 1e9, about)
                span(f"{about['method']} {about['route']}", about | {"request": said["request"]})
        return None

    return answer


def line(scope: Scope) -> dict[str, Any]:
    """The route's template, not the path: a path may hold an id that a client made up."""
    user = scope.get("user")
    return {
        "event": "request",
        "request": scope["state"]["request_id"],
        "method": scope.get("method") if scope.get("path_template") else None,
        "route": scope.get("path_template"),
        "credential": user.credential if isinstance(user, Principal) else None,
    }


def _parent(scope: Scope) -> str | None:
    """The span of the caller's that this one belongs to (W3C Trace Context)."""
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)


def _id(scope: Scope) -> bytes:
    given = next((value for name, value in scope["headers"] if name == HEADER), b"")
    return given if SANE.fullmatch(given) else fresh("req").encode()
