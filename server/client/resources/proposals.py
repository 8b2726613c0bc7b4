"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Json, Ref
from server.client.types.proposals import ComparisonAnswer, ObservedAnswer, ProposalsAnswer
from server.client.types.shared import ProposalAnswer, Signable
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Proposals:
    wire: Wire

    def observed(self, proposal: Ref) -> ObservedAnswer:
        """`GET /v1/proposals/{proposal}/observed`."""
        found: ObservedAnswer = self.wire.call(
            ObservedAnswer, "GET", "/v1/proposals/{proposal}/observed", {"proposal": proposal}
        )
        return found

    def list(self, *, cursor: str | None = None, limit: int | None = None) -> ProposalsAnswer:
        """`GET /v1/proposals`."""
        found: ProposalsAnswer = self.wire.call(
            ProposalsAnswer, "GET", "/v1/proposals", query={"cursor": cursor, "limit": limit}
        )
        return found

    def create(
        self,
        *,
        snapshot: str | None = None,
        household: str | None = None,
        account: str | None = None,
        rulebook: str | None = None,
        intent: Json | None = None,
        max_age: str | None = None,
        expires: str | None = None,
        wait: int | None = None,
    ) -> ProposalAnswer:
        """`POST /v1/proposals`."""
        found: ProposalAnswer = self.wire.call(
            ProposalAnswer,
            "POST",
            "/v1/proposals",
            body={
                "snapshot": snapshot,
                "household": household,
                "account": account,
                "rulebook": rulebook,
                "intent": intent,
                "max_age": max_age,
                "expires": expires,
            },
            wait=wait,
        )
        return found

    def get(self, proposal: Ref) -> ProposalAnswer:
        """`GET /v1/proposals/{proposal}`."""
        found: ProposalAnswer = self.wire.call(
            ProposalAnswer, "GET", "/v1/proposals/{proposal}", {"proposal": proposal}
        )
        return found

    def bundle(self, proposal: Ref, *, seen: int | None = None) -> bytes:
        """`GET /v1/proposals/{proposal}/bundle`."""
        found: bytes = self.wire.call(
            bytes, "GET", "/v1/proposals/{proposal}/bundle", {"proposal": proposal}, query={"seen": seen}
        )
        return found

    def approval_payload(self, proposal: Ref) -> Signable:
        """`GET /v1/proposals/{proposal}/approval-payload`."""
        found: Signable = self.wire.call(
            Signable, "GET", "/v1/proposals/{proposal}/approval-payload", {"proposal": proposal}
        )
        return found

    def approve(
        self,
        proposal: Ref,
        *,
        remark: str | None = None,
        envelope: Json | None = None,
        evidence: str | None = None,
        version: str | None = None,
    ) -> ProposalAnswer:
        """`POST /v1/proposals/{proposal}/approval`."""
        found: ProposalAnswer = self.wire.call(
            ProposalAnswer,
            "POST",
            "/v1/proposals/{proposal}/approval",
            {"proposal": proposal},
            body={"remark": remark, "envelope": envelope, "evidence": evidence},
            match=proposal,
            version=version,
        )
        return found

    def reject(self, proposal: Ref, *, reason: str, version: str | None = None) -> ProposalAnswer:
        """`POST /v1/proposals/{proposal}/rejection`."""
        found: ProposalAnswer = self.wire.call(
            ProposalAnswer,
            "POST",
            "/v1/proposals/{proposal}/rejection",
            {"proposal": proposal},
            body={"reason": reason},
            match=proposal,
            version=version,
        )
        return found

    def revise(
        self,
        proposal: Ref,
        *,
        intent: Json | None = None,
        snapshot: str | None = None,
        max_age: str | None = None,
        expires: str | None = None,
        wait: int | None = None,
    ) -> ProposalAnswer:
        """`POST /v1/proposals/{proposal}/revisions`."""
        found: ProposalAnswer = self.wire.call(
            ProposalAnswer,
            "POST",
            "/v1/proposals/{proposal}/revisions",
            {"proposal": proposal},
            body={"intent": intent, "snapshot": snapshot, "max_age": max_age, "expires": expires},
            wait=wait,
        )
        return found

    def compare(self, proposal: Ref, *, against: str) -> ComparisonAnswer:
        """`GET /v1/proposals/{proposal}/comparison`."""
        found: ComparisonAnswer = self.wire.call(
            ComparisonAnswer,
            "GET",
            "/v1/proposals/{proposal}/comparison",
            {"proposal": proposal},
            query={"against": against},
        )
        return found
