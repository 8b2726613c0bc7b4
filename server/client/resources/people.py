"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Json, Ref
from server.client.types.people import OwnKey
from server.client.types.shared import Signable
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class People:
    wire: Wire

    def challenge(self, *, key: str) -> Signable:
        """`POST /v1/me/keys/challenges`."""
        found: Signable = self.wire.call(Signable, "POST", "/v1/me/keys/challenges", body={"key": key})
        return found

    def create(self, *, envelope: Json) -> OwnKey:
        """`POST /v1/me/keys`."""
        found: OwnKey = self.wire.call(OwnKey, "POST", "/v1/me/keys", body={"envelope": envelope})
        return found

    def list(self) -> tuple[OwnKey, ...]:
        """`GET /v1/people/keys`."""
        found: tuple[OwnKey, ...] = self.wire.call(tuple[OwnKey, ...], "GET", "/v1/people/keys")
        return found

    def trust_card(self) -> str:
        """`GET /v1/people/trust-card`."""
        found: str = self.wire.call(str, "GET", "/v1/people/trust-card")
        return found

    def end(self, key: Ref) -> OwnKey:
        """`DELETE /v1/people/keys/{key}`."""
        found: OwnKey = self.wire.call(OwnKey, "DELETE", "/v1/people/keys/{key}", {"key": key})
        return found
