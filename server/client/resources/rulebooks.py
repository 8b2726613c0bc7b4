"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.client.answer import Ref
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
        """`GET /v1/rulebooks`."""
        found: RulebooksAnswer = self.wire.call(
            RulebooksAnswer, "GET", "/v1/rulebooks", query={"cursor": cursor, "limit": limit}
        )
        return found

    def create(self, *, title: str, files: Mapping[str, str], observe: Sequence[str] | None = None) -> RulebookAnswer:
        """`POST /v1/rulebooks`."""
        found: RulebookAnswer = self.wire.call(
            RulebookAnswer, "POST", "/v1/rulebooks", body={"title": title, "files": files, "observe": observe}
        )
        return found

    def get(self, rulebook: Ref) -> RulebookAnswer:
        """`GET /v1/rulebooks/{rulebook}`."""
        found: RulebookAnswer = self.wire.call(
            RulebookAnswer, "GET", "/v1/rulebooks/{rulebook}", {"rulebook": rulebook}
        )
        return found

    def rules(self, rulebook: Ref) -> RulesAnswer:
        """`GET /v1/rulebooks/{rulebook}/rules`."""
        found: RulesAnswer = self.wire.call(
            RulesAnswer, "GET", "/v1/rulebooks/{rulebook}/rules", {"rulebook": rulebook}
        )
        return found

    def activate(self, rulebook: Ref, *, from_: str, version: str | None = None) -> RulebookAnswer:
        """`POST /v1/rulebooks/{rulebook}/activation`."""
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
        """`GET /v1/rulebooks/{rulebook}/changes`."""
        found: ChangesAnswer = self.wire.call(
            ChangesAnswer, "GET", "/v1/rulebooks/{rulebook}/changes", {"rulebook": rulebook}, query={"against": against}
        )
        return found

    def observations(self, rulebook: Ref) -> ObservationsAnswer:
        """`GET /v1/rulebooks/{rulebook}/observations`."""
        found: ObservationsAnswer = self.wire.call(
            ObservationsAnswer, "GET", "/v1/rulebooks/{rulebook}/observations", {"rulebook": rulebook}
        )
        return found
