"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Ref
from server.client.types.lists import EntriesAnswer, ListsAnswer
from server.client.types.shared import FactsAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Lists:
    wire: Wire

    def entries(
        self, list_id: Ref, *, as_of: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> EntriesAnswer:
        """List the entries of a list. Who is on a list on a day, the snapshot's without one, and whose word that is.
        For adviser, compliance, control room, trader, operations, regulator."""
        found: EntriesAnswer = self.wire.call(
            EntriesAnswer,
            "GET",
            "/v1/lists/{list_id}/entries",
            {"list_id": list_id},
            query={"as_of": as_of, "cursor": cursor, "limit": limit},
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
        reason: str | None = None,
    ) -> FactsAnswer:
        """Put a subject on a list. Whom the list names from a day on, whatever books state: the newest snapshot with
        that, and all that follow. For compliance, control room."""
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
                "reason": reason,
            },
        )
        return found

    def end(self, list_id: Ref, subject: Ref, *, last: str | None = None, reason: str | None = None) -> FactsAnswer:
        """Take a subject off a list. The list names it no longer: its entries that go on get an end, the day before
        the snapshot's unless `last` says another. What was so stays known. For compliance, control room."""
        found: FactsAnswer = self.wire.call(
            FactsAnswer,
            "DELETE",
            "/v1/lists/{list_id}/entries/{subject}",
            {"list_id": list_id, "subject": subject},
            query={"last": last, "reason": reason},
        )
        return found

    def list(self) -> ListsAnswer:
        """List the lists. The lists that rules speak of which are in force, or to come, and which the caller may read.
        For adviser, compliance, control room, trader, operations, regulator."""
        found: ListsAnswer = self.wire.call(ListsAnswer, "GET", "/v1/lists")
        return found
