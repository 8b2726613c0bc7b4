"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

from server.client.answer import Answer
from server.client.types.shared import Receipt


class Item(Answer):
    """`statement`: SHA-256 of what the log's entry commits to, null where there are no orders; `why`: by what it was
    chosen or is passed over, where the run asks for something."""

    number: int
    household: str
    state: str
    proposal: str | None
    statement: str | None
    why: tuple[Reason, ...]


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


class Reason(Answer):
    """`by`: outcomes, drift_over, cash_over, or hold. `met`: null where that is not known. `where`: in which account
    and group; `found`: what there is, an outcome or an exact number; `asked`: what it was compared with; `missing`:
    facts without which it is not known."""

    by: str
    met: bool | None
    where: str | None
    found: str | None
    asked: str | None
    missing: tuple[str, ...] = ()


class RunAnswer(Answer):
    """`total`: households; `chosen`: by what some of them are passed over. `progress`: counted when it is read; not in
    lists. `allows`: what may be done with it."""

    id: str
    kind: str
    state: str
    version: int
    rulebook: str
    snapshot: str
    proposer: str
    total: int
    chosen: Selection
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


class Selection(Answer):
    """What of this is null, or empty, is not asked for. `level`, `model`: what the targets are of, as in an intent;
    `roles`: of whoever asked: which households are chosen tells of no rule that is kept from them."""

    outcomes: tuple[str, ...] = ()
    drift_over: str | None = None
    cash_over: str | None = None
    level: str = "security"
    model: str | None = None
    roles: tuple[str, ...] = ()
