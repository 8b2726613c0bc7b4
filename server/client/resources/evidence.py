"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.client.answer import Ref
from server.client.types.evidence import EvidenceAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Evidence:
    wire: Wire

    def create(self, content: Mapping[str, Any] | bytes, *, media: str = "application/octet-stream") -> EvidenceAnswer:
        """File evidence. Up to 16 MB. It has no name: its hash is its name. For adviser, compliance, control room,
        trader, operations."""
        found: EvidenceAnswer = self.wire.call(EvidenceAnswer, "POST", "/v1/evidence", body=content, media=media)
        return found

    def get(self, name: Ref) -> bytes:
        """Read evidence. Byte for byte, for who filed it and for whoever may see a waiver, an override or an approval
        that names it. For adviser, compliance, control room, trader, operations, regulator."""
        found: bytes = self.wire.call(bytes, "GET", "/v1/evidence/{name}", {"name": name})
        return found
