"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from typing import Any

from server.client.answer import Answer
from server.client.types.shared import Receipt


class PoliciesAnswer(Answer):
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[PolicyAnswer, ...]
    next: str | None


class PolicyAnswer(Answer):
    """`state`: draft, scheduled, active, ended or superseded. `active`: from when it is in force; `ends`: when its
    leniencies end. `clauses`: as they were written; not in lists."""

    id: str
    title: str
    state: str
    author: str
    made: str
    approver: str | None
    active: str | None
    ends: str | None
    currency: str | None = None
    clauses: tuple[Any, ...] | None = None
    log: Receipt | None = None
