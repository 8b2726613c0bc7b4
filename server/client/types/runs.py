"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

from server.client.answer import Answer
from server.client.types.shared import Receipt


class Item(Answer):
    """`statement`: SHA-256 of what the log's entry commits to, null where nothing is proven."""

    number: int
    household: str
    state: str
    proposal: str | None
    statement: str | None


class ItemsAnswer(Answer):
    """In the order of the run. `next`: the number from which the next page begins, null after the last."""

    data: tuple[Item, ...]
    next: int | None


class Progress(Answer):
    """Counted from the rows. `states`: items by state, those without any left out; `settled`: how many have a result,
    or never will have one; `per_minute`: since it began; `left`: in words, null while it cannot be said."""

    total: int
    settled: int
    states: Mapping[str, int]
    per_minute: int | None
    left: str | None


class RunAnswer(Answer):
    """`total`: households. `progress`: counted when it is read; not in lists. `allows`: what may be done with it."""

    id: str
    kind: str
    state: str
    version: int
    rulebook: str
    snapshot: str
    proposer: str
    total: int
    made: str
    begun: str | None
    ended: str | None
    expires: str | None
    allows: tuple[str, ...]
    reason: str | None
    progress: Progress | None = None
    log: Receipt | None = None


class RunApproved(Answer):
    """`root`: over the statements of the `size` proposals that are approved now."""

    run: str
    root: str
    size: int
    kind: str
    log: Receipt | None = None


class RunsAnswer(Answer):
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[RunAnswer, ...]
    next: str | None
