"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from server.client.answer import Ref
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Log:
    wire: Wire

    def checkpoint(self) -> str:
        """`GET /v1/log/checkpoint`."""
        found: str = self.wire.call(str, "GET", "/v1/log/checkpoint")
        return found

    def trust_card(self) -> str:
        """`GET /v1/log/trust-card`."""
        found: str = self.wire.call(str, "GET", "/v1/log/trust-card")
        return found

    def tile(self, level: Ref, place: Ref) -> bytes:
        """`GET /v1/log/tile/{level}/{place}`."""
        found: bytes = self.wire.call(bytes, "GET", "/v1/log/tile/{level}/{place}", {"level": level, "place": place})
        return found

    def bundle(self, place: Ref) -> bytes:
        """`GET /v1/log/tile/entries/{place}`."""
        found: bytes = self.wire.call(bytes, "GET", "/v1/log/tile/entries/{place}", {"place": place})
        return found

    def entry(self, leaf: Ref) -> bytes:
        """`GET /v1/log/entries/{leaf}`."""
        found: bytes = self.wire.call(bytes, "GET", "/v1/log/entries/{leaf}", {"leaf": leaf})
        return found

    def proof(self, leaf: Ref) -> str:
        """`GET /v1/log/entries/{leaf}/proof`."""
        found: str = self.wire.call(str, "GET", "/v1/log/entries/{leaf}/proof", {"leaf": leaf})
        return found

    def consistency(self, *, from_: int, to: int | None = None) -> str:
        """`GET /v1/log/proofs/consistency`."""
        found: str = self.wire.call(str, "GET", "/v1/log/proofs/consistency", query={"from": from_, "to": to})
        return found
