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
        """List approval policies. Drafts and ended ones too, newest first. For adviser, compliance, control room,
        trader, operations, regulator."""
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
        """Write an approval policy. A draft: it is in force once somebody else agreed, and never from an instant
        before that. For compliance."""
        found: PolicyAnswer = self.wire.call(
            PolicyAnswer,
            "POST",
            "/v1/approval-policies",
            body={"title": title, "from": from_, "until": until, "currency": currency, "clauses": clauses},
        )
        return found

    def get(self, policy: Ref) -> PolicyAnswer:
        """Read an approval policy. With its clauses, its state, and its ETag. For adviser, compliance, control room,
        trader, operations, regulator."""
        found: PolicyAnswer = self.wire.call(PolicyAnswer, "GET", "/v1/approval-policies/{policy}", {"policy": policy})
        return found

    def end(self, policy: Ref, *, version: str | None = None) -> PolicyAnswer:
        """End an approval policy. From now on it approves nothing by itself and leaves nothing to the proposer, until
        another one is in force; whatever else it asks for stays. So one person may, at once. Ending it again changes
        nothing. For compliance."""
        found: PolicyAnswer = self.wire.call(
            PolicyAnswer, "DELETE", "/v1/approval-policies/{policy}", {"policy": policy}, version=version
        )
        return found

    def agree(self, policy: Ref, *, version: str | None = None) -> PolicyAnswer:
        """Agree to an approval policy. By somebody who is not its author. The one before is superseded when it comes
        into force. For compliance."""
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
