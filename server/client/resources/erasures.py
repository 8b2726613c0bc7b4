"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Ref
from server.client.types.erasures import ErasureAnswer, LegalHoldAnswer, LegalHoldsAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Erasures:
    wire: Wire

    def ask(self, *, reason: str, household: str | None = None, leaf: str | None = None) -> ErasureAnswer:
        """Ask for an erasure. Somebody else has to agree. What speaks against it is looked at now, and again then. For
        compliance, admin."""
        found: ErasureAnswer = self.wire.call(
            ErasureAnswer, "POST", "/v1/erasures", body={"household": household, "leaf": leaf, "reason": reason}
        )
        return found

    def get(self, erasure_id: Ref) -> ErasureAnswer:
        """Read an erasure. What was asked for, by whom, and what came of it. For compliance, admin."""
        found: ErasureAnswer = self.wire.call(
            ErasureAnswer, "GET", "/v1/erasures/{erasure_id}", {"erasure_id": erasure_id}
        )
        return found

    def agree(self, erasure_id: Ref, *, version: str | None = None) -> ErasureAnswer:
        """Agree to an erasure. By somebody else than who asked. It is done then, and cannot be undone. For compliance,
        admin."""
        found: ErasureAnswer = self.wire.call(
            ErasureAnswer,
            "POST",
            "/v1/erasures/{erasure_id}/approval",
            {"erasure_id": erasure_id},
            body={},
            match=erasure_id,
            version=version,
        )
        return found

    def holds(self, *, cursor: str | None = None, limit: int | None = None) -> LegalHoldsAnswer:
        """List legal holds. All that ever were on households that one may see; a page may be shorter than its limit.
        For compliance."""
        found: LegalHoldsAnswer = self.wire.call(
            LegalHoldsAnswer, "GET", "/v1/legal-holds", query={"cursor": cursor, "limit": limit}
        )
        return found

    def place(self, *, household: str, reason: str) -> LegalHoldAnswer:
        """Place a legal hold. From now on nothing about the household is erased. For compliance."""
        found: LegalHoldAnswer = self.wire.call(
            LegalHoldAnswer, "POST", "/v1/legal-holds", body={"household": household, "reason": reason}
        )
        return found

    def end(self, hold: Ref) -> LegalHoldAnswer:
        """End a legal hold. Ending it again changes nothing. For compliance."""
        found: LegalHoldAnswer = self.wire.call(LegalHoldAnswer, "DELETE", "/v1/legal-holds/{hold}", {"hold": hold})
        return found
