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
        clauses = tuple(_clauses(found, book))
        if clauses:
            yield _rule(found, clauses)


def _clauses(found: core.ListRule, book: Book) -> Iterator[core.Clause]:
    """What the list forbids; and after the divest window of an entry every trade in what it catches: the position is
    frozen, so that it may be held, and nobody is asked to sell it."""
    listed = core.Listed(found.id)
    if found.window is None or found.effective.start is None:
        yield from _ban(found, found.forbid, listed)
        return
    days, after = found.window
    frozen = core.Listed(found.id, before=book.as_of - timedelta(days=days))
    is_old = found.effective.start + timedelta(days=days) < book.as_of
    yield from _ban(found, tuple(verb for verb in found.forbid if verb != "hold"), listed)
    if "hold" in found.forbid:
        yield from _ban(found, ("hold",), core.All((listed, core.Not(frozen))) if is_old else listed)
    if is_old:
        yield from _ban(found, after, frozen)


def _ban(found: core.ListRule, verbs: tuple[str, ...], where: core.Test) -> Iterator[core.Clause]:
    if verbs:
        ban = core.Forbid(verbs, core.Pick("security", where))
        step = core.Step(ban, Outcome.PASS, f"nothing on list {found.id} is traded against it")
        yield core.Clause((step,), found.outcome, found.span)


def _rule(found: core.ListRule, clauses: tuple[core.Clause, ...]) -> core.Rule:
    return core.Rule(
        id=found.id,
        title=found.title,
        citations=found.citations,
        layer="firm",
        scope=found.scope,
        measure="market value",
        look_through=False,
        de_minimis=None,
        clauses=clauses,
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
