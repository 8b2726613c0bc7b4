"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer
from server.client.types.shared import Receipt


class Key(Answer):
    """`key` is shown once, to whoever asked for it first. Instants are UTC. `rotated`: the key that took its place."""

    id: str
    principal: str
    roles: tuple[str, ...]
    households: tuple[str, ...] | None
    made: str
    expires: str
    ended: str | None
    rotated: str | None
    key: str | None = None
    log: Receipt | None = None


class KeysAnswer(Answer):
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[Key, ...]
    next: str | None


class Me(Answer):
    id: str
    principal: str
    roles: tuple[str, ...]
    households: tuple[str, ...] | None
