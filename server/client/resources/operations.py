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
        """`GET /v1/health/live`."""
        found: Health = self.wire.call(Health, "GET", "/v1/health/live")
        return found

    def ready(self) -> Health:
        """`GET /v1/health/ready`."""
        found: Health = self.wire.call(Health, "GET", "/v1/health/ready")
        return found

    def problem(self, slug: Ref) -> str:
        """`GET /problems/{slug}`."""
        found: str = self.wire.call(str, "GET", "/problems/{slug}", {"slug": slug})
        return found

    def metrics(self) -> str:
        """`GET /v1/metrics`."""
        found: str = self.wire.call(str, "GET", "/v1/metrics")
        return found
