"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Ref
from server.client.types.erasures import ErasureAnswer, LegalHoldAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Erasures:
    wire: Wire

    def ask(self, *, reason: str, household: str | None = None, leaf: str | None = None) -> ErasureAnswer:
        """`POST /v1/erasures`."""
        found: ErasureAnswer = self.wire.call(
            ErasureAnswer, "POST", "/v1/erasures", body={"household": household, "leaf": leaf, "reason": reason}
        )
        return found

    def get(self, erasure_id: Ref) -> ErasureAnswer:
        """`GET /v1/erasures/{erasure_id}`."""
        found: ErasureAnswer = self.wire.call(
            ErasureAnswer, "GET", "/v1/erasures/{erasure_id}", {"erasure_id": erasure_id}
        )
        return found

    def agree(self, erasure_id: Ref, *, version: str | None = None) -> ErasureAnswer:
        """`POST /v1/erasures/{erasure_id}/approval`."""
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

    def holds(self) -> tuple[LegalHoldAnswer, ...]:
        """`GET /v1/legal-holds`."""
        found: tuple[LegalHoldAnswer, ...] = self.wire.call(tuple[LegalHoldAnswer, ...], "GET", "/v1/legal-holds")
        return found

    def place(self, *, household: str, reason: str) -> LegalHoldAnswer:
        """`POST /v1/legal-holds`."""
        found: LegalHoldAnswer = self.wire.call(
            LegalHoldAnswer, "POST", "/v1/legal-holds", body={"household": household, "reason": reason}
        )
        return found

    def end(self, hold: Ref) -> LegalHoldAnswer:
        """`DELETE /v1/legal-holds/{hold}`."""
        found: LegalHoldAnswer = self.wire.call(LegalHoldAnswer, "DELETE", "/v1/legal-holds/{hold}", {"hold": hold})
        return found
