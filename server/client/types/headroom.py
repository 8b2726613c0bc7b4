"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer, Exact
from server.client.types.judged import Range


class HeadroomAnswer(Answer):
    """`limits`: for who may see all households; `holders`: those that are the reader's to see."""

    snapshot: str
    as_of: str
    known_at: str
    sealed: str
    oldest_fact_age: str
    rulebook: str
    limits: tuple[LimitAnswer, ...]
    holders: tuple[HolderAnswer, ...]


class HolderAnswer(Answer):
    """`until`: null where it is approved and the data do not show its orders as filled yet, or has no end."""

    proposal: str
    household: str | None
    state: str
    until: str | None


class LimitAnswer(Answer):
    """One limit for one group. `used`: what is held, without any orders; `reserved`: what proposals may take of what
    is left, at most, and `left` after them; null where a missing fact leaves it open."""

    rule: str
    clause: int
    group: str | None
    unit: str
    limit: Exact | Range
    used: Exact | Range
    reserved: Exact | None
    left: Exact | None
