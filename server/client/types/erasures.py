"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer
from server.client.types.shared import Receipt


class ErasureAnswer(Answer):
    """`state`: asked or erased; `entries`, and `parts` of snapshots: how many were."""

    id: str
    state: str
    version: int
    household: str | None
    leaf: str | None
    reason: str
    asker: str
    made: str
    granter: str | None
    granted: str | None
    entries: int
    parts: int
    log: Receipt | None = None


class LegalHoldAnswer(Answer):
    """`state`: standing or ended."""

    id: str
    state: str
    household: str
    reason: str
    placer: str
    made: str
    ended: str | None
    ender: str | None
    log: Receipt | None = None


class LegalHoldsAnswer(Answer):
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[LegalHoldAnswer, ...]
    next: str | None
