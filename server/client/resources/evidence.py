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
        """`POST /v1/evidence`."""
        found: EvidenceAnswer = self.wire.call(EvidenceAnswer, "POST", "/v1/evidence", body=content, media=media)
        return found

    def get(self, name: Ref) -> bytes:
        """`GET /v1/evidence/{name}`."""
        found: bytes = self.wire.call(bytes, "GET", "/v1/evidence/{name}", {"name": name})
        return found
