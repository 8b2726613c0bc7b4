"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.client.answer import Json
from server.client.types.checks import OrdersAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Checks:
    wire: Wire

    def create(
        self,
        *,
        orders: Sequence[Json] | None = None,
        snapshot: str | None = None,
        household: str | None = None,
        rulebook: str | None = None,
        as_of: str | None = None,
        known_at: str | None = None,
        max_age: str | None = None,
        everything: bool | None = None,
        instead: bool | None = None,
    ) -> OrdersAnswer:
        """Check orders. What the rules say of orders that nobody decided yet, or, without any, of the book as it
        stands. A breach is an answer, not an error; nothing is written. For adviser, compliance, control room, trader,
        operations."""
        found: OrdersAnswer = self.wire.call(
            OrdersAnswer,
            "POST",
            "/v1/checks",
            body={
                "orders": orders,
                "snapshot": snapshot,
                "household": household,
                "rulebook": rulebook,
                "as_of": as_of,
                "known_at": known_at,
                "max_age": max_age,
                "everything": everything,
                "instead": instead,
            },
        )
        return found
