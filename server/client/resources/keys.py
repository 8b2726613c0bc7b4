"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.client.answer import Ref
from server.client.types.keys import Key, KeysAnswer, Me
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Keys:
    wire: Wire

    def list(self, *, cursor: str | None = None, limit: int | None = None) -> KeysAnswer:
        """List API keys. Those that see no more than the caller may; a page may be shorter than its limit. For
        admin."""
        found: KeysAnswer = self.wire.call(KeysAnswer, "GET", "/v1/keys", query={"cursor": cursor, "limit": limit})
        return found

    def create(
        self, *, principal: str, roles: Sequence[str], households: Sequence[str] | None = None, days: int | None = None
    ) -> Key:
        """Make an API key. For no more households than the caller may see. For admin."""
        found: Key = self.wire.call(
            Key,
            "POST",
            "/v1/keys",
            body={"principal": principal, "roles": roles, "households": households, "days": days},
        )
        return found

    def end(self, key: Ref) -> Key:
        """Revoke an API key. From now on the key is dead; ending it again changes nothing. For admin."""
        found: Key = self.wire.call(Key, "DELETE", "/v1/keys/{key}", {"key": key})
        return found

    def rotate(self, key: Ref, *, overlap_minutes: int | None = None, days: int | None = None) -> Key:
        """Rotate an API key. A new secret for the same person, roles and households, by whoever holds the key (whose
        term it keeps) or by an administrator. The old one goes on for a while, and can be revoked before. For every
        role."""
        found: Key = self.wire.call(
            Key,
            "POST",
            "/v1/keys/{key}/rotation",
            {"key": key},
            body={"overlap_minutes": overlap_minutes, "days": days},
        )
        return found

    def me(self) -> Me:
        """Read who one is. Name, roles and households of the key or token of this request. For every role."""
        found: Me = self.wire.call(Me, "GET", "/v1/me")
        return found
