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
        known_at: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> VerdictsAnswer:
        """List standing verdicts. What does not pass, or did not at an instant, of all or of one household, under all
        rules or one. For adviser, compliance, control room, trader, operations, regulator."""
        found: VerdictsAnswer = self.wire.call(
            VerdictsAnswer,
            "GET",
            "/v1/verdicts",
            query={"household": household, "rule": rule, "known_at": known_at, "cursor": cursor, "limit": limit},
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
        """List how standing verdicts changed. How verdicts changed, oldest first: the feed's events `verdict.changed`,
        of these alone. For adviser, compliance, control room, trader, operations, regulator."""
        found: Page = self.wire.call(
            Page,
            "GET",
            "/v1/verdicts/history",
            query={"household": household, "rule": rule, "after": after, "limit": limit},
        )
        return found
