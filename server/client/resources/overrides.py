"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Json, Ref
from server.client.types.overrides import OverrideAnswer, OverridesAnswer
from server.client.types.shared import Signable
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Overrides:
    wire: Wire

    def list(self, proposal: Ref) -> OverridesAnswer:
        """List the overrides of a proposal. Those that were asked for, granted and ended. For adviser, compliance,
        control room, trader, operations, regulator."""
        found: OverridesAnswer = self.wire.call(
            OverridesAnswer, "GET", "/v1/proposals/{proposal}/overrides", {"proposal": proposal}
        )
        return found

    def create(self, proposal: Ref, *, reason: str, evidence: str | None = None) -> OverrideAnswer:
        """Ask for an override. Of a proposal that waits for its decision and whose orders need consent. For adviser,
        compliance, control room, trader."""
        found: OverrideAnswer = self.wire.call(
            OverrideAnswer,
            "POST",
            "/v1/proposals/{proposal}/overrides",
            {"proposal": proposal},
            body={"reason": reason, "evidence": evidence},
        )
        return found

    def get(self, override: Ref) -> OverrideAnswer:
        """Read an override. Its reason, its evidence, and who granted it. For adviser, compliance, control room,
        trader, operations, regulator."""
        found: OverrideAnswer = self.wire.call(
            OverrideAnswer, "GET", "/v1/overrides/{override}", {"override": override}
        )
        return found

    def end(self, override: Ref, *, version: str | None = None) -> OverrideAnswer:
        """End an override. From now on; what was approved by it stays approved. For adviser, compliance, control room,
        trader."""
        found: OverrideAnswer = self.wire.call(
            OverrideAnswer, "DELETE", "/v1/overrides/{override}", {"override": override}, version=version
        )
        return found

    def payload(self, override: Ref) -> Signable:
        """Read what to sign to grant an override. What to sign with a key of one's own, within a day, to grant it in
        person (`proofolio sign`). For compliance."""
        found: Signable = self.wire.call(
            Signable, "GET", "/v1/overrides/{override}/grant-payload", {"override": override}
        )
        return found

    def grant(self, override: Ref, *, envelope: Json | None = None, version: str | None = None) -> OverrideAnswer:
        """Grant an override. By somebody else than who asked, and than the proposer; with an envelope over `grant-
        payload`, in person. For compliance."""
        found: OverrideAnswer = self.wire.call(
            OverrideAnswer,
            "POST",
            "/v1/overrides/{override}/grant",
            {"override": override},
            body={"envelope": envelope},
            match=override,
            version=version,
        )
        return found
