"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer
from server.client.types.shared import Receipt


class ModeAnswer(Answer):
    """`state`: asked or agreed; `active`: the instant from which it is the rule's mode."""

    id: str
    state: str
    version: int
    rulebook: str
    rule: str
    mode: str
    since: str | None
    reason: str
    asker: str
    made: str
    granter: str | None
    granted: str | None
    active: str | None
    log: Receipt | None = None


class ModesAnswer(Answer):
    """Of one rule book, newest first, as far as the reader may see the rules."""

    data: tuple[ModeAnswer, ...]
