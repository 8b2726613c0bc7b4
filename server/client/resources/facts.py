"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.client.answer import Json
from server.client.types.shared import FactsAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Facts:
    wire: Wire

    def create(
        self,
        *,
        source: str | None = None,
        as_of: str | None = None,
        known_at: str | None = None,
        prices: Sequence[Json] | None = None,
        rates: Sequence[Json] | None = None,
        lists: Sequence[Json] | None = None,
        instruments: Sequence[Json] | None = None,
        issuers: Sequence[Json] | None = None,
        positions: Sequence[Json] | None = None,
        older: bool | None = None,
    ) -> FactsAnswer:
        """Say which facts changed. What is new takes the place of what has the same name and day; everything else
        stays as it is. `older`: `as_of` may be an older day than the newest snapshot's. For operations."""
        found: FactsAnswer = self.wire.call(
            FactsAnswer,
            "POST",
            "/v1/facts",
            query={"older": older},
            body={
                "source": source,
                "as_of": as_of,
                "known_at": known_at,
                "prices": prices,
                "rates": rates,
                "lists": lists,
                "instruments": instruments,
                "issuers": issuers,
                "positions": positions,
            },
        )
        return found
