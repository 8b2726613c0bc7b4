"""Who asks, and whether their role may: for every route, unless it says in so many words that it is public."""

from typing import Any

from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from server import clock
from server.api.problem import ProblemError
from server.auth import credentials, openid
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.running import Service

CHALLENGE = {"WWW-Authenticate": "Bearer"}
PUBLIC = "public"
"""The option of a route that anybody may call."""


class Authentication(AbstractAuthenticationMiddleware):
    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        scheme, _, key = connection.headers.get("authorization", "").partition(" ")
        service: Service = connection.app.state.service
        found = await sync_to_thread(_found, service, key.strip()) if scheme.lower() == "bearer" and key else None
        return AuthenticationResult(user=found, auth=None)


def _found(service: Service, token: str) -> Principal | ProblemError | None:
    """Whose key or token it is, or why it is not good; None where nobody knows it."""
    if service.provider is not None and not token.startswith(credentials.PREFIX):
        return _by_provider(service.provider, token)
    now = clock.now()
    with service.store.reading() as session:
        row = credentials.known(session, token, now)
    if row is None:
        return None
    if now < row.expires:
        return credentials.principal(row)
    return ProblemError("credentials-expired", f"this key expired at {row.expires}")


def _by_provider(keys: openid.Keys, token: str) -> Principal | ProblemError:
    try:
        return openid.principal(keys, token)
    except openid.TokenError as error:
        return ProblemError("credentials-missing", f"the token is not good: {error}", headers=CHALLENGE)
    except openid.ProviderError as error:
        return ProblemError("identity-down", str(error), headers={"Retry-After": "10"})


async def entitled(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard for every route. A route without an act is a fault of ours, and stays shut."""
    if "\0" in connection.scope["path"] or b"%00" in connection.scope["query_string"]:
        raise ProblemError("bad-parameter", "no path and no parameter has a NUL in it")  # nor has a text of PostgreSQL
    if handler.opt.get(PUBLIC) or connection.scope.get("method") == "OPTIONS":
        return
    found, act = connection.user, handler.opt["act"]
    assert isinstance(act, Act)
    if isinstance(found, ProblemError):
        raise found
    if not isinstance(found, Principal):
        raise ProblemError("credentials-missing", "send `Authorization: Bearer KEY`", headers=CHALLENGE)
    if not found.may(act):
        roles = ", ".join(sorted(found.roles)) or "no role"
        raise ProblemError("role-not-allowed", f"{found.name} is {roles}, and may not {act.value}")
