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
        """List snapshots. Without those that came of what the reader may not see. For adviser, compliance, control
        room, trader, operations, regulator."""
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
        older: bool | None = None,
        media: str = "application/json",
    ) -> SnapshotAnswer:
        """Seal a snapshot. A book in one JSON document (docs/book.schema.json), or, as application/zip, in CSV files.
        `base`: the snapshot to whose households the body's are added, in whose place they come where they are the
        same; the body then has their tables alone. `more`: others follow, and this one is never the newest. `over`:
        the newest snapshot, sealed since `base` was, or while the book came in parts, in whose place this one comes
        though it has not what that says. `older`: it may be of an older day than the newest. For operations."""
        found: SnapshotAnswer = self.wire.call(
            SnapshotAnswer,
            "POST",
            "/v1/snapshots",
            query={"source": source, "base": base, "more": more, "over": over, "older": older},
            body=content,
            media=media,
        )
        return found

    def get(self, snapshot: Ref) -> SnapshotAnswer:
        """Read a snapshot. Its source, its days, its manifest, and how much of what is in it. For adviser, compliance,
        control room, trader, operations, regulator."""
        found: SnapshotAnswer = self.wire.call(
            SnapshotAnswer, "GET", "/v1/snapshots/{snapshot}", {"snapshot": snapshot}
        )
        return found

    def document(self, snapshot: Ref, *, household: str | None = None) -> bytes:
        """Read the document of a snapshot. Its canonical document, or that of one `household` of it, as proofs name
        it; the whole is not for those who may see some households only, and none is for those who may not see every
        list in it. For adviser, compliance, control room, trader, operations, regulator."""
        found: bytes = self.wire.call(
            bytes, "GET", "/v1/snapshots/{snapshot}/document", {"snapshot": snapshot}, query={"household": household}
        )
        return found
