"""What the service refuses, as one exception."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Flaw:
    """One of several things that are wrong. `pointer`: RFC 6901, where in the body; `code`: what kind of mistake."""

    pointer: str | None
    detail: str
    help: str
    code: str = "wrong"


class ProblemError(Exception):
    """`slug` is stable and has a page (`/problems/<slug>`); `request_id` finds the request in the service's log."""

    def __init__(self, status: int, said: Mapping[str, Any]) -> None:
        self.status = status
        self.slug = str(said.get("code", "fault"))
        self.detail = str(said.get("detail", "no problem was told"))
        self.request_id = str(said.get("request_id", ""))
        self.errors = tuple(
            Flaw(e.get("pointer"), e.get("detail", ""), e.get("help", ""), e.get("code", "wrong"))
            for e in said.get("errors", ())
        )
        super().__init__(f"{status} {self.slug}: {self.detail} ({self.request_id})")


def refused(response: httpx.Response) -> ProblemError:
    """Somebody between us and the service may have answered in words of their own."""
    try:
        said = json.loads(response.content)
    except ValueError:
        said = None
    return ProblemError(response.status_code, said if isinstance(said, dict) else {})


def again(problem: ProblemError) -> bool:
    """Whether the same request may go well in a while."""
    return problem.status in (429, 503) or problem.slug == "idempotency-in-progress"
