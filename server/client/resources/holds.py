"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Ref
from server.client.types.holds import HoldAnswer, HoldsAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Holds:
    wire: Wire

    def list(self, *, cursor: str | None = None, limit: int | None = None) -> HoldsAnswer:
        """`GET /v1/holds`."""
        found: HoldsAnswer = self.wire.call(HoldsAnswer, "GET", "/v1/holds", query={"cursor": cursor, "limit": limit})
        return found

    def create(
        self,
        *,
        household: str,
        reason: str,
        account: str | None = None,
        from_: str | None = None,
        until: str | None = None,
    ) -> HoldAnswer:
        """`POST /v1/holds`."""
        found: HoldAnswer = self.wire.call(
            HoldAnswer,
            "POST",
            "/v1/holds",
            body={"household": household, "account": account, "reason": reason, "from": from_, "until": until},
        )
        return found

    def get(self, hold: Ref) -> HoldAnswer:
        """`GET /v1/holds/{hold}`."""
        found: HoldAnswer = self.wire.call(HoldAnswer, "GET", "/v1/holds/{hold}", {"hold": hold})
        return found

    def end(self, hold: Ref) -> HoldAnswer:
        """`DELETE /v1/holds/{hold}`."""
        found: HoldAnswer = self.wire.call(HoldAnswer, "DELETE", "/v1/holds/{hold}", {"hold": hold})
        return found
