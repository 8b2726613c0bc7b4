"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.types.shared import Page
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Events:
    wire: Wire

    def list(
        self, *, after: int | None = None, type: str | None = None, limit: int | None = None, wait: int | None = None
    ) -> Page:
        """List events. What happened after an event, or from the beginning; go on with `after` of the answer, also
        where it has no events: of one `type` there may be none among those that were looked through, and `more`
        beyond. With `Prefer: wait=N` the answer waits up to N seconds for something to tell. For every role."""
        found: Page = self.wire.call(
            Page, "GET", "/v1/events", query={"after": after, "type": type, "limit": limit}, wait=wait
        )
        return found
