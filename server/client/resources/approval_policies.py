"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.client.answer import Json, Ref
from server.client.types.approval_policies import PoliciesAnswer, PolicyAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class ApprovalPolicies:
    wire: Wire

    def list(self, *, cursor: str | None = None, limit: int | None = None) -> PoliciesAnswer:
        """`GET /v1/approval-policies`."""
        found: PoliciesAnswer = self.wire.call(
            PoliciesAnswer, "GET", "/v1/approval-policies", query={"cursor": cursor, "limit": limit}
        )
        return found

    def create(
        self,
        *,
        title: str,
        clauses: Sequence[Json],
        from_: str | None = None,
        until: str | None = None,
        currency: str | None = None,
    ) -> PolicyAnswer:
        """`POST /v1/approval-policies`."""
        found: PolicyAnswer = self.wire.call(
            PolicyAnswer,
            "POST",
            "/v1/approval-policies",
            body={"title": title, "from": from_, "until": until, "currency": currency, "clauses": clauses},
        )
        return found

    def get(self, policy: Ref) -> PolicyAnswer:
        """`GET /v1/approval-policies/{policy}`."""
        found: PolicyAnswer = self.wire.call(PolicyAnswer, "GET", "/v1/approval-policies/{policy}", {"policy": policy})
        return found

    def end(self, policy: Ref) -> PolicyAnswer:
        """`DELETE /v1/approval-policies/{policy}`."""
        found: PolicyAnswer = self.wire.call(
            PolicyAnswer, "DELETE", "/v1/approval-policies/{policy}", {"policy": policy}
        )
        return found

    def agree(self, policy: Ref, *, version: str | None = None) -> PolicyAnswer:
        """`POST /v1/approval-policies/{policy}/approval`."""
        found: PolicyAnswer = self.wire.call(
            PolicyAnswer,
            "POST",
            "/v1/approval-policies/{policy}/approval",
            {"policy": policy},
            body={},
            match=policy,
            version=version,
        )
        return found
