"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.types.headroom import HeadroomAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Headroom:
    wire: Wire

    def read(self, *, snapshot: str | None = None) -> HeadroomAnswer:
        """`GET /v1/headroom`."""
        found: HeadroomAnswer = self.wire.call(HeadroomAnswer, "GET", "/v1/headroom", query={"snapshot": snapshot})
        return found
