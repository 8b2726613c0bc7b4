"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Ref
from server.client.types.modes import ModeAnswer, ModesAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Modes:
    wire: Wire

    def list(self, rulebook: Ref) -> ModesAnswer:
        """List the modes of a rule book's rules. Which rules somebody asked to observe or to enforce, newest first.
        For adviser, compliance, control room, trader, operations, regulator."""
        found: ModesAnswer = self.wire.call(
            ModesAnswer, "GET", "/v1/rulebooks/{rulebook}/modes", {"rulebook": rulebook}
        )
        return found

    def create(self, rulebook: Ref, *, rule: str, mode: str, reason: str, from_: str | None = None) -> ModeAnswer:
        """Ask that a rule be observed or enforced. For the published rule book, in every state of it. For compliance,
        control room."""
        found: ModeAnswer = self.wire.call(
            ModeAnswer,
            "POST",
            "/v1/rulebooks/{rulebook}/modes",
            {"rulebook": rulebook},
            body={"rule": rule, "mode": mode, "from": from_, "reason": reason},
        )
        return found

    def get(self, mode: Ref) -> ModeAnswer:
        """Read a mode. What was asked for, by whom, and from when on it holds. For adviser, compliance, control room,
        trader, operations, regulator."""
        found: ModeAnswer = self.wire.call(ModeAnswer, "GET", "/v1/modes/{mode}", {"mode": mode})
        return found

    def agree(self, mode: Ref, *, version: str | None = None) -> ModeAnswer:
        """Agree to a mode. By somebody else than who asked. For compliance, control room."""
        found: ModeAnswer = self.wire.call(
            ModeAnswer, "POST", "/v1/modes/{mode}/approval", {"mode": mode}, body={}, match=mode, version=version
        )
        return found
