"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.client.answer import Ref
from server.client.types.keys import Key, Me
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Keys:
    wire: Wire

    def list(self) -> tuple[Key, ...]:
        """`GET /v1/keys`."""
        found: tuple[Key, ...] = self.wire.call(tuple[Key, ...], "GET", "/v1/keys")
        return found

    def create(
        self, *, principal: str, roles: Sequence[str], households: Sequence[str] | None = None, days: int | None = None
    ) -> Key:
        """`POST /v1/keys`."""
        found: Key = self.wire.call(
            Key,
            "POST",
            "/v1/keys",
            body={"principal": principal, "roles": roles, "households": households, "days": days},
        )
        return found

    def end(self, key: Ref) -> Key:
        """`DELETE /v1/keys/{key}`."""
        found: Key = self.wire.call(Key, "DELETE", "/v1/keys/{key}", {"key": key})
        return found

    def me(self) -> Me:
        """`GET /v1/me`."""
        found: Me = self.wire.call(Me, "GET", "/v1/me")
        return found
