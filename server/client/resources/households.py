"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Ref
from server.client.types.households import HouseholdAnswer, HouseholdsAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Households:
    wire: Wire

    def list(
        self,
        *,
        snapshot: str | None = None,
        as_of: str | None = None,
        known_at: str | None = None,
        cursor: str | None = None,
        external: str | None = None,
        limit: int | None = None,
    ) -> HouseholdsAnswer:
        """List households. Those that the reader may see, as the newest snapshot has them, or the one that is asked
        for; without those of which it was erased. For adviser, compliance, control room, trader, operations,
        regulator."""
        found: HouseholdsAnswer = self.wire.call(
            HouseholdsAnswer,
            "GET",
            "/v1/households",
            query={
                "snapshot": snapshot,
                "as_of": as_of,
                "known_at": known_at,
                "cursor": cursor,
                "external": external,
                "limit": limit,
            },
        )
        return found

    def get(
        self, household: Ref, *, snapshot: str | None = None, as_of: str | None = None, known_at: str | None = None
    ) -> HouseholdAnswer:
        """Read a household. For adviser, compliance, control room, trader, operations, regulator."""
        found: HouseholdAnswer = self.wire.call(
            HouseholdAnswer,
            "GET",
            "/v1/households/{household}",
            {"household": household},
            query={"snapshot": snapshot, "as_of": as_of, "known_at": known_at},
        )
        return found
