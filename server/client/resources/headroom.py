"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Ref
from server.client.types.headroom import HeadroomAnswer
from server.client.types.shared import ProposalAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Headroom:
    wire: Wire

    def read(
        self, *, snapshot: str | None = None, as_of: str | None = None, known_at: str | None = None
    ) -> HeadroomAnswer:
        """Read the headroom of the firm's limits. By the rules in force, of the newest snapshot unless another is
        asked for. For adviser, compliance, control room, trader, operations, regulator."""
        found: HeadroomAnswer = self.wire.call(
            HeadroomAnswer, "GET", "/v1/headroom", query={"snapshot": snapshot, "as_of": as_of, "known_at": known_at}
        )
        return found

    def release(self, proposal: Ref, *, reason: str, version: str | None = None) -> ProposalAnswer:
        """Release the headroom of approved orders. Nothing more will come of these approved orders: what is not filled
        was cancelled. From the newest snapshot on they hold nothing. By somebody else than who asked for them. For
        compliance, trader, operations."""
        found: ProposalAnswer = self.wire.call(
            ProposalAnswer,
            "POST",
            "/v1/proposals/{proposal}/release",
            {"proposal": proposal},
            body={"reason": reason},
            match=proposal,
            version=version,
        )
        return found
