"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.types.reads import ReadsAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Reads:
    wire: Wire

    def list(
        self,
        *,
        credential: str | None = None,
        principal: str | None = None,
        household: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> ReadsAnswer:
        """List who read what. What a credential, or a person, was given between two instants. What was read a second
        ago is there; of other processes on the same database, what they were asked for two seconds ago. For
        compliance, regulator."""
        found: ReadsAnswer = self.wire.call(
            ReadsAnswer,
            "GET",
            "/v1/reads",
            query={
                "credential": credential,
                "principal": principal,
                "household": household,
                "from": from_,
                "to": to,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return found
