"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.types.shared import Page
from server.client.types.verdicts import VerdictsAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Verdicts:
    wire: Wire

    def list(
        self,
        *,
        household: str | None = None,
        rule: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> VerdictsAnswer:
        """`GET /v1/verdicts`."""
        found: VerdictsAnswer = self.wire.call(
            VerdictsAnswer,
            "GET",
            "/v1/verdicts",
            query={"household": household, "rule": rule, "cursor": cursor, "limit": limit},
        )
        return found

    def history(
        self,
        *,
        household: str | None = None,
        rule: str | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> Page:
        """`GET /v1/verdicts/history`."""
        found: Page = self.wire.call(
            Page,
            "GET",
            "/v1/verdicts/history",
            query={"household": household, "rule": rule, "after": after, "limit": limit},
        )
        return found
