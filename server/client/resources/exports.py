"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Exports:
    wire: Wire

    def get(
        self, *, from_: str, to: str, household: str | None = None, account: str | None = None, seen: int | None = None
    ) -> bytes:
        """Export the records of a period. Of a household, of an account, or of all that one may see, with the totals
        first. Days are those of UTC. For compliance, regulator."""
        found: bytes = self.wire.call(
            bytes,
            "GET",
            "/v1/exports",
            query={"from": from_, "to": to, "household": household, "account": account, "seen": seen},
        )
        return found
