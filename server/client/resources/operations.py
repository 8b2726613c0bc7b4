"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Ref
from server.client.types.operations import Health
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Operations:
    wire: Wire

    def live(self) -> Health:
        """Tell whether the process answers. It looks at nothing else. For anybody, without a key."""
        found: Health = self.wire.call(Health, "GET", "/v1/health/live")
        return found

    def ready(self) -> Health:
        """Tell whether the service can do its work. 503 where something that it needs fails; `says` has what, and what
        to do. For anybody, without a key."""
        found: Health = self.wire.call(Health, "GET", "/v1/health/ready")
        return found

    def problem(self, slug: Ref) -> str:
        """Read the page of a problem. What the problem is, and what to do: where `type` of every problem leads. For
        anybody, without a key."""
        found: str = self.wire.call(str, "GET", "/problems/{slug}", {"slug": slug})
        return found

    def metrics(self) -> str:
        """Read what is measured. Of this process; what the database says is the same from each. docs/operations.md has
        the instruments. For operations, admin."""
        found: str = self.wire.call(str, "GET", "/v1/metrics")
        return found
