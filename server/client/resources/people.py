"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Json, Ref
from server.client.types.people import OwnKey, OwnKeysAnswer
from server.client.types.shared import Signable
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class People:
    wire: Wire

    def challenge(self, *, key: str) -> Signable:
        """Ask for a challenge to sign. What to sign, once and within ten minutes, to register the key. For adviser,
        compliance, control room, trader, operations, admin."""
        found: Signable = self.wire.call(Signable, "POST", "/v1/me/keys/challenges", body={"key": key})
        return found

    def create(self, *, envelope: Json) -> OwnKey:
        """Register a signing key of one's own. With the challenge, signed by the key: that one has it is shown before
        anybody trusts it. For adviser, compliance, control room, trader, operations, admin."""
        found: OwnKey = self.wire.call(OwnKey, "POST", "/v1/me/keys", body={"envelope": envelope})
        return found

    def list(self, *, cursor: str | None = None, limit: int | None = None) -> OwnKeysAnswer:
        """List people's signing keys. Everybody's, also those that ended. For adviser, compliance, control room,
        trader, operations, regulator."""
        found: OwnKeysAnswer = self.wire.call(
            OwnKeysAnswer, "GET", "/v1/people/keys", query={"cursor": cursor, "limit": limit}
        )
        return found

    def trust_card(self) -> str:
        """Read the trust card with people's keys. The card of `/v1/log/trust-card` with everybody's keys on it: for
        whoever will check who approved. For adviser, compliance, control room, trader, operations, regulator."""
        found: str = self.wire.call(str, "GET", "/v1/people/trust-card")
        return found

    def end(self, key: Ref) -> OwnKey:
        """End a person's signing key. One's own, or anybody's by an administrator. Ending it again changes nothing.
        For adviser, compliance, control room, trader, operations, admin."""
        found: OwnKey = self.wire.call(OwnKey, "DELETE", "/v1/people/keys/{key}", {"key": key})
        return found
