"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.client.answer import Json, Ref
from server.client.types.rulebooks import (
    ChangesAnswer,
    ObservationsAnswer,
    RulebookAnswer,
    RulebooksAnswer,
    RulesAnswer,
)
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Rulebooks:
    wire: Wire

    def list(self, *, cursor: str | None = None, limit: int | None = None) -> RulebooksAnswer:
        """List rule books. Without states that came of what the reader may not see. For adviser, compliance, control
        room, trader, operations, regulator."""
        found: RulebooksAnswer = self.wire.call(
            RulebooksAnswer, "GET", "/v1/rulebooks", query={"cursor": cursor, "limit": limit}
        )
        return found

    def create(
        self, *, title: str, files: Mapping[str, str], observe: Sequence[str] | None = None, git: Json | None = None
    ) -> RulebookAnswer:
        """Publish a rule book. Every mistake is named; cases that fail are reported, and keep the book from being
        activated. For compliance."""
        found: RulebookAnswer = self.wire.call(
            RulebookAnswer,
            "POST",
            "/v1/rulebooks",
            body={"title": title, "files": files, "observe": observe, "git": git},
        )
        return found

    def ruled(self) -> RulebookAnswer:
        """Read the rule book in force. The one by which everything is judged now: a published one, or the state of it
        with the modes and waivers of now. For adviser, compliance, control room, trader, operations, regulator."""
        found: RulebookAnswer = self.wire.call(RulebookAnswer, "GET", "/v1/rulebooks/in-force")
        return found

    def get(self, rulebook: Ref) -> RulebookAnswer:
        """Read a rule book. Its files and the report of its cases, without what is for other eyes. For adviser,
        compliance, control room, trader, operations, regulator."""
        found: RulebookAnswer = self.wire.call(
            RulebookAnswer, "GET", "/v1/rulebooks/{rulebook}", {"rulebook": rulebook}
        )
        return found

    def rules(self, rulebook: Ref) -> RulesAnswer:
        """Read the rules of a rule book in words. Each with its mode, its sentence, its authority, and the facts that
        it needs. For adviser, compliance, control room, trader, operations, regulator."""
        found: RulesAnswer = self.wire.call(
            RulesAnswer, "GET", "/v1/rulebooks/{rulebook}/rules", {"rulebook": rulebook}
        )
        return found

    def activate(self, rulebook: Ref, *, from_: str, version: str | None = None) -> RulebookAnswer:
        """Put a rule book in force. In force from an instant on, by somebody who is not its author. The one before is
        superseded then. For compliance."""
        found: RulebookAnswer = self.wire.call(
            RulebookAnswer,
            "POST",
            "/v1/rulebooks/{rulebook}/activation",
            {"rulebook": rulebook},
            body={"from": from_},
            match=rulebook,
            version=version,
        )
        return found

    def changes(self, rulebook: Ref, *, against: str) -> ChangesAnswer:
        """Compare two rule books. Published ones, and states of them: then waivers and modes are what differs. For
        adviser, compliance, control room, trader, operations, regulator."""
        found: ChangesAnswer = self.wire.call(
            ChangesAnswer, "GET", "/v1/rulebooks/{rulebook}/changes", {"rulebook": rulebook}, query={"against": against}
        )
        return found

    def observations(self, rulebook: Ref) -> ObservationsAnswer:
        """Count what observed rules would have said. For keys that may see every household: the counts are of all. For
        adviser, compliance, control room, trader, operations, regulator."""
        found: ObservationsAnswer = self.wire.call(
            ObservationsAnswer, "GET", "/v1/rulebooks/{rulebook}/observations", {"rulebook": rulebook}
        )
        return found
