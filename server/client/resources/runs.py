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
        """`GET /v1/runs`."""
        found: RunsAnswer = self.wire.call(RunsAnswer, "GET", "/v1/runs", query={"cursor": cursor, "limit": limit})
        return found

    def create(
        self,
        *,
        snapshot: str | None = None,
        rulebook: str | None = None,
        households: Sequence[str] | None = None,
        outcomes: Sequence[str] | None = None,
        drift_over: str | None = None,
        cash_over: str | None = None,
        intent: Json | None = None,
        expires: str | None = None,
    ) -> RunAnswer:
        """`POST /v1/runs`."""
        found: RunAnswer = self.wire.call(
            RunAnswer,
            "POST",
            "/v1/runs",
            body={
                "snapshot": snapshot,
                "rulebook": rulebook,
                "households": households,
                "outcomes": outcomes,
                "drift_over": drift_over,
                "cash_over": cash_over,
                "intent": intent,
                "expires": expires,
            },
        )
        return found

    def get(self, run: Ref) -> RunAnswer:
        """`GET /v1/runs/{run}`."""
        found: RunAnswer = self.wire.call(RunAnswer, "GET", "/v1/runs/{run}", {"run": run})
        return found

    def items(self, run: Ref, *, begin: int | None = None, limit: int | None = None) -> ItemsAnswer:
        """`GET /v1/runs/{run}/items`."""
        found: ItemsAnswer = self.wire.call(
            ItemsAnswer, "GET", "/v1/runs/{run}/items", {"run": run}, query={"begin": begin, "limit": limit}
        )
        return found

    def pause(self, run: Ref, *, reason: str | None = None, version: str | None = None) -> RunAnswer:
        """`POST /v1/runs/{run}/pause`."""
        found: RunAnswer = self.wire.call(
            RunAnswer, "POST", "/v1/runs/{run}/pause", {"run": run}, body={"reason": reason}, match=run, version=version
        )
        return found

    def resume(self, run: Ref, *, reason: str | None = None, version: str | None = None) -> RunAnswer:
        """`POST /v1/runs/{run}/resumption`."""
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
        """`POST /v1/runs/{run}/cancellation`."""
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
        """`GET /v1/runs/{run}/approval-payload`."""
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
        """`POST /v1/runs/{run}/approvals`."""
        found: RunApproved = self.wire.call(
            RunApproved,
            "POST",
            "/v1/runs/{run}/approvals",
            {"run": run},
            body={"remark": remark, "envelope": envelope, "evidence": evidence, "root": root},
        )
        return found
