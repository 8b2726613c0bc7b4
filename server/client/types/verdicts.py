"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer


class ReachedAnswer(Answer):
    """Null before there is a snapshot under rules in force; `time` is that of the entry."""

    rulebook: str | None
    snapshot: str | None
    index: int
    time: str | None


class VerdictAnswer(Answer):
    """What one obligation says. `household` is null for what is added up over the firm, and where an account states
    none; `reason` where it is for other eyes. `since`: the journal entry by which it came to this."""

    obligation: str
    rule: str
    scope: str
    group: str | None
    household: str | None
    outcome: str
    reason: str | None
    since: int
    time: str


class VerdictsAnswer(Answer):
    """By household, then by obligation. `next`: the cursor of the next page, null after the last."""

    reached: ReachedAnswer
    data: tuple[VerdictAnswer, ...]
    next: str | None
