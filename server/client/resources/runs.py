"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.client.answer import Json, Ref
from server.client.types.runs import ItemsAnswer, RunAnswer, RunApproved, RunsAnswer
from server.client.types.shared import Signable
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Runs:
    wire: Wire

    def list(self, *, cursor: str | None = None, limit: int | None = None) -> RunsAnswer:
        """List runs. What is not the reader's to see is passed over: a page may be shorter than its limit. For
        adviser, compliance, control room, trader, operations, regulator."""
        found: RunsAnswer = self.wire.call(RunsAnswer, "GET", "/v1/runs", query={"cursor": cursor, "limit": limit})
        return found

    def create(
        self,
        *,
        intent: Json | None = None,
        snapshot: str | None = None,
        rulebook: str | None = None,
        households: Sequence[str] | None = None,
        outcomes: Sequence[str] | None = None,
        drift_over: str | None = None,
        cash_over: str | None = None,
        expires: str | None = None,
    ) -> RunAnswer:
        """Ask for a run. Proposals for many households: they are queued as workers get through them. For adviser,
        operations."""
        found: RunAnswer = self.wire.call(
            RunAnswer,
            "POST",
            "/v1/runs",
            body={
                "intent": intent,
                "snapshot": snapshot,
                "rulebook": rulebook,
                "households": households,
                "outcomes": outcomes,
                "drift_over": drift_over,
                "cash_over": cash_over,
                "expires": expires,
            },
        )
        return found

    def get(self, run: Ref) -> RunAnswer:
        """Read a run. With how far it has come, counted from its proposals. For adviser, compliance, control room,
        trader, operations, regulator."""
        found: RunAnswer = self.wire.call(RunAnswer, "GET", "/v1/runs/{run}", {"run": run})
        return found

    def items(self, run: Ref, *, begin: int | None = None, limit: int | None = None) -> ItemsAnswer:
        """List the households of a run. One for each household, whether its proposal was queued already or not. For
        adviser, compliance, control room, trader, operations, regulator."""
        found: ItemsAnswer = self.wire.call(
            ItemsAnswer, "GET", "/v1/runs/{run}/items", {"run": run}, query={"begin": begin, "limit": limit}
        )
        return found

    def pause(self, run: Ref, *, reason: str | None = None, version: str | None = None) -> RunAnswer:
        """Pause a run. Nothing more is queued; what is, goes on. For adviser, operations."""
        found: RunAnswer = self.wire.call(
            RunAnswer, "POST", "/v1/runs/{run}/pause", {"run": run}, body={"reason": reason}, match=run, version=version
        )
        return found

    def resume(self, run: Ref, *, reason: str | None = None, version: str | None = None) -> RunAnswer:
        """Resume a run. It queues on, from where it was paused. For adviser, operations."""
        found: RunAnswer = self.wire.call(
            RunAnswer,
            "POST",
            "/v1/runs/{run}/resumption",
            {"run": run},
            body={"reason": reason},
            match=run,
            version=version,
        )
        return found

    def cancel(self, run: Ref, *, reason: str | None = None, version: str | None = None) -> RunAnswer:
        """Cancel a run. What workers have in hand ends; everything else that has no result is cancelled. For adviser,
        operations."""
        found: RunAnswer = self.wire.call(
            RunAnswer,
            "POST",
            "/v1/runs/{run}/cancellation",
            {"run": run},
            body={"reason": reason},
            match=run,
            version=version,
        )
        return found

    def approval_payload(self, run: Ref) -> Signable:
        """Read what to sign to approve a run. What to sign with a key of one's own, within a day, to approve all that
        waits (`proofolio sign`). For adviser, compliance."""
        found: Signable = self.wire.call(Signable, "GET", "/v1/runs/{run}/approval-payload", {"run": run})
        return found

    def approve(
        self,
        run: Ref,
        *,
        root: str,
        remark: str | None = None,
        envelope: Json | None = None,
        evidence: str | None = None,
    ) -> RunApproved:
        """Approve the proposals of a run. All or none: where one of them needs more, or does not pass any more, it is
        named. Without an envelope the service attests each. For adviser, compliance."""
        found: RunApproved = self.wire.call(
            RunApproved,
            "POST",
            "/v1/runs/{run}/approvals",
            {"run": run},
            body={"remark": remark, "envelope": envelope, "evidence": evidence, "root": root},
        )
        return found
