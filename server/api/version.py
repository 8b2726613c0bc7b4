"""ETags: whoever changes the state of a thing says which version of it they saw."""

from typing import Any, Protocol

from litestar import Request

from server.api.problem import ProblemError


class Versioned(Protocol):
    version: int


def version(row: Versioned) -> str:
    return f"r{row.version}"


def matched(request: Request[Any, Any, Any], row: Versioned) -> None:
    """A problem where the request does not name the version that the thing has (RFC 9110, 13.1.1)."""
    if "if-match" not in request.headers:
        raise ProblemError("if-match-needed", f'send `If-Match: "{version(row)}"` once you have read this version')
    unchanged(request, row)


def unchanged(request: Request[Any, Any, Any], row: Versioned) -> None:
    """A problem where the request names another version than the thing has. Whoever ends something need name none: it
    is what somebody in a hurry does, and the same whatever changed before."""
    given = request.headers.get("if-match")
    if given is not None and given.strip() != f'"{version(row)}"':
        raise ProblemError("version-old", f'it is at "{version(row)}" now, and {given.strip()[:80]} was sent')
