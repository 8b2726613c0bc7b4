"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.client.answer import Ref
from server.client.types.snapshots import SnapshotAnswer, SnapshotsAnswer
from server.client.wire import Wire


@dataclass(frozen=True, slots=True)
class Snapshots:
    wire: Wire

    def list(self, *, cursor: str | None = None, limit: int | None = None) -> SnapshotsAnswer:
        """`GET /v1/snapshots`."""
        found: SnapshotsAnswer = self.wire.call(
            SnapshotsAnswer, "GET", "/v1/snapshots", query={"cursor": cursor, "limit": limit}
        )
        return found

    def create(
        self,
        content: Mapping[str, Any] | bytes,
        *,
        source: str | None = None,
        base: str | None = None,
        more: bool | None = None,
        over: str | None = None,
        media: str = "application/json",
    ) -> SnapshotAnswer:
        """`POST /v1/snapshots`."""
        found: SnapshotAnswer = self.wire.call(
            SnapshotAnswer,
            "POST",
            "/v1/snapshots",
            query={"source": source, "base": base, "more": more, "over": over},
            body=content,
            media=media,
        )
        return found

    def get(self, snapshot: Ref) -> SnapshotAnswer:
        """`GET /v1/snapshots/{snapshot}`."""
        found: SnapshotAnswer = self.wire.call(
            SnapshotAnswer, "GET", "/v1/snapshots/{snapshot}", {"snapshot": snapshot}
        )
        return found

    def document(self, snapshot: Ref, *, household: str | None = None) -> bytes:
        """`GET /v1/snapshots/{snapshot}/document`."""
        found: bytes = self.wire.call(
            bytes, "GET", "/v1/snapshots/{snapshot}/document", {"snapshot": snapshot}, query={"household": household}
        )
        return found
