"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer
from server.client.types.shared import Receipt


class OwnKey(Answer):
    """`key`: `NAME+ID+KEY`, as trust cards name it. `ended`: from when it signs nothing any more."""

    id: str
    person: str
    key: str
    made: str
    ended: str | None
    log: Receipt | None = None


class OwnKeysAnswer(Answer):
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[OwnKey, ...]
    next: str | None
