"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.client.answer import Json, Ref
from server.client.types.facts import FactsAnswer
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
    ) -> FactsAnswer:
        """Say which facts changed. What is new takes the place of what has the same name and day; everything else
        stays as it is. For operations."""
        found: FactsAnswer = self.wire.call(
            FactsAnswer,
            "POST",
            "/v1/facts",
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

    def enter(
        self,
        list_id: Ref,
        *,
        kind: str,
        subject: str,
        start: str | None = None,
        end: str | None = None,
        known: str | None = None,
        derivatives: bool | None = None,
        source: str | None = None,
    ) -> FactsAnswer:
        """Put a subject on a list. Whom the list names from a day on. For compliance, control room."""
        found: FactsAnswer = self.wire.call(
            FactsAnswer,
            "POST",
            "/v1/lists/{list_id}/entries",
            {"list_id": list_id},
            body={
                "kind": kind,
                "subject": subject,
                "start": start,
                "end": end,
                "known": known,
                "derivatives": derivatives,
                "source": source,
            },
        )
        return found

    def end(self, list_id: Ref, subject: Ref, *, last: str | None = None) -> FactsAnswer:
        """Take a subject off a list. The list names it no longer: its entries that have no end get one, the day before
        the snapshot's unless `last` says another. What was so stays known. For compliance, control room."""
        found: FactsAnswer = self.wire.call(
            FactsAnswer,
            "DELETE",
            "/v1/lists/{list_id}/entries/{subject}",
            {"list_id": list_id, "subject": subject},
            query={"last": last},
        )
        return found
