"""Who asks, and whether their role may: for every route, unless it says in so many words that it is public."""

from typing import Any

from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from server import clock
from server.api.problem import ProblemError
from server.auth import credentials
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.running import Service

PUBLIC = "public"
"""The option of a route that anybody may call."""


class Authentication(AbstractAuthenticationMiddleware):
    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        scheme, _, key = connection.headers.get("authorization", "").partition(" ")
        service: Service = connection.app.state.service
        found = await sync_to_thread(_found, service, key.strip()) if scheme.lower() == "bearer" and key else None
        return AuthenticationResult(user=found, auth=None)


def _found(service: Service, key: str) -> Principal | str | None:
    now = clock.now()
    with service.store.reading() as session:
        row = credentials.known(session, key, now)
    if row is None:
        return None
    return credentials.principal(row) if now < row.expires else row.expires


async def entitled(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard for every route. A route without an act is a fault of ours, and stays shut."""
    if handler.opt.get(PUBLIC):
        return
    found, act = connection.user, handler.opt["act"]
    assert isinstance(act, Act)
    if isinstance(found, str):
        raise ProblemError("credentials-expired", f"this key expired at {found}")
    if not isinstance(found, Principal):
        challenge = {"WWW-Authenticate": "Bearer"}
        raise ProblemError("credentials-missing", "send `Authorization: Bearer KEY`", headers=challenge)
    if not found.may(act):
        roles = ", ".join(sorted(found.roles)) or "no role"
        raise ProblemError("role-not-allowed", f"{found.name} is {roles}, and may not {act.value}")
