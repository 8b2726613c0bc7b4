"""Lists as rules: what a list forbids today, for whatever stands on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from policy.book.facts import Book
from policy.ir import core
from policy.ir.bound import Moment, Outcome


def as_rules(lists: Iterable[core.ListRule], book: Book) -> Iterator[core.Rule]:
    """One rule per list that forbids something on the day of the book."""
    for found in lists:
        verbs = verbs_today(found, book)
        if verbs:
            yield _rule(found, verbs)


def verbs_today(found: core.ListRule, book: Book) -> tuple[str, ...]:
    """A list with a divest window forbids one thing inside it and another after it: first purchases, then every
    trade (the position is frozen; holding stays allowed)."""
    if found.window is None or found.effective.start is None:
        return found.forbid
    days, after = found.window
    return found.forbid if book.as_of <= found.effective.start + timedelta(days=days) else after


def _rule(found: core.ListRule, verbs: tuple[str, ...]) -> core.Rule:
    ban = core.Forbid(verbs, core.Pick("security", core.Listed(found.id)))
    step = core.Step(ban, Outcome.PASS, f"nothing on list {found.id} is traded against it")
    return core.Rule(
        id=found.id,
        title=found.title,
        citations=found.citations,
        layer="firm",
        scope=found.scope,
        measure="market value",
        look_through=False,
        de_minimis=None,
        clauses=(core.Clause((step,), found.outcome, found.span),),
        moments=(Moment.PROPOSAL, Moment.TRADE),
        missing="unknown",
        passive=core.Passive("worsen", "units"),
        effective=found.effective,
        freshness=(),
        waivable_by=(),
        visible_to=found.visible_to,
        file=found.file,
        span=found.span,
    )
