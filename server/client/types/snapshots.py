"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

from server.client.answer import Answer
from server.client.types.shared import Jumps, Receipt


class SnapshotAnswer(Answer):
    """`manifest`: SHA-256 of the list of its parts, which the log names. `counts`: rows of its tables. `source`: whose
    data it is, as whoever sent it says. `more`: others are added to it, and it is never the newest. `jumps`: of
    prices, in the answer that sealed it."""

    id: str
    manifest: str
    source: str
    as_of: str
    known_at: str
    counts: Mapping[str, int]
    more: bool
    made: str
    log: Receipt | None = None
    jumps: Jumps | None = None


class SnapshotsAnswer(Answer):
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[SnapshotAnswer, ...]
    next: str | None
