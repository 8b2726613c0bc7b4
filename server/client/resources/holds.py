"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Ref
from server.client.types.holds import HoldAnswer, HoldsAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Holds:
    wire: Wire

    def list(
        self,
        *,
        household: str | None = None,
        account: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> HoldsAnswer:
        """List holds. Those on households that the reader may see, newest first, also those that ended. For adviser,
        compliance, control room, trader, operations, regulator."""
        found: HoldsAnswer = self.wire.call(
            HoldsAnswer,
            "GET",
            "/v1/holds",
            query={"household": household, "account": account, "cursor": cursor, "limit": limit},
        )
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
        """Hold a household or an account. Nothing is proposed for the household, or traded in the account, and nothing
        approved that would be. For adviser, compliance, operations."""
        found: HoldAnswer = self.wire.call(
            HoldAnswer,
            "POST",
            "/v1/holds",
            body={"household": household, "account": account, "reason": reason, "from": from_, "until": until},
        )
        return found

    def get(self, hold: Ref) -> HoldAnswer:
        """Read a hold. Its reason, its instants, and whether it stands. For adviser, compliance, control room, trader,
        operations, regulator."""
        found: HoldAnswer = self.wire.call(HoldAnswer, "GET", "/v1/holds/{hold}", {"hold": hold})
        return found

    def end(self, hold: Ref) -> HoldAnswer:
        """End a hold. From now on; ending it again changes nothing. For adviser, compliance, operations."""
        found: HoldAnswer = self.wire.call(HoldAnswer, "DELETE", "/v1/holds/{hold}", {"hold": hold})
        return found
