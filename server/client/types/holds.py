"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer
from server.client.types.shared import Receipt


class HoldAnswer(Answer):
    """`state`: scheduled, standing or ended; `ender`: who ended it before its time, or without one."""

    id: str
    state: str
    version: int
    household: str
    account: str | None
    reason: str
    since: str
    until: str | None
    author: str
    made: str
    ender: str | None
    log: Receipt | None = None


class HoldsAnswer(Answer):
    """Newest first; what is not the reader's to see is passed over. `next`: the cursor of the next page."""

    data: tuple[HoldAnswer, ...]
    next: str | None
