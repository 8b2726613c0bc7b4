"""All standing verdicts of a firm, kept current: what a change of facts touches is judged again, and nothing else.

The law, kept by tests/laws/test_current.py: after any changes the answers are those of `policy.judge.eval.judge`, of
all rules bound to the whole book as it then is, without orders.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from policy.book.changes import Changes, reindexed
from policy.book.portions import Homes, Portion, homes, portion, whole
from policy.book.read import Index
from policy.ir import core
from policy.ir.bound import Obligation
from policy.judge import looks, part
from policy.judge.depends import Touched, deals_in, touched
from policy.judge.part import Group, Part, Repricing
from policy.judge.standing import Answer

Home = str | None
"""A household, `policy.book.parts.NOBODY`, or None: all accounts, for what is added up over the firm."""


@dataclass(frozen=True, slots=True)
class Current:
    """`apart`: the rules about accounts and households, `together`: those that add up the firm."""

    library: core.Library
    index: Index
    homes: Homes
    apart: tuple[Group, ...]
    together: tuple[Group, ...]
    parts: Mapping[Home, Part]


def current(library: core.Library, index: Index) -> Current:
    """Everything judged from scratch."""
    bare = begun(library, index)
    return replace(bare, parts={home: part.judged(groups(bare, home), where(bare, home)) for home in places(bare)})


def begun(library: core.Library, index: Index) -> Current:
    """Nothing judged yet."""
    apart, together = (part.groups(library, firm=firm) for firm in (False, True))
    return Current(library, index, homes(index.book), apart, together, {})


def places(known: Current) -> tuple[Home, ...]:
    """The parts that there are."""
    return (*known.homes.accounts, *((None,) if known.together and known.index.book.accounts else ()))


def groups(known: Current, home: Home) -> tuple[Group, ...]:
    return known.together if home is None else known.apart


def where(known: Current, home: Home) -> Portion:
    return whole(known.index) if home is None else portion(known.index, known.homes, home)


def after(known: Current, changes: Changes) -> tuple[Current, frozenset[Home]]:
    """The verdicts after the changes, and the parts in which something was judged again."""
    index = reindexed(known.index, changes)
    what = touched(known.index, index, changes, known.library)
    ages = [days for rule in known.library.rules for term, days in rule.freshness if term == "price"]
    priced = Repricing(looks.moved(known.index, index, what.priced, ages), known.index, index)
    now = replace(known, index=index, homes=homes(index.book) if changes.accounts else known.homes)
    parts = {home: _after(now, home, known.parts.get(home), what, priced) for home in places(now)}
    fresh = frozenset(home for home, found in parts.items() if found is not known.parts.get(home))
    return replace(now, parts=parts), fresh | (known.parts.keys() - parts.keys())


def _after(now: Current, home: Home, found: Part | None, what: Touched, priced: Repricing) -> Part:
    known = groups(now, home)
    if found is None or _whole(now, home, found, what):
        return part.judged(known, where(now, home))
    found = part.repriced(found, known, priced, lambda: where(now, home))
    caught = [name for name, whom in what.caught.items() if whom is None or not whom.isdisjoint(found.own)]
    return part.relisted(found, known, frozenset(caught), lambda: where(now, home)) if caught else found


def _whole(now: Current, home: Home, found: Part, what: Touched) -> bool:
    """Whether all of the part is to be bound again."""
    return (
        what.everything
        or (bool(what.homes) if home is None else home in what.homes)
        or not what.names.isdisjoint(found.own)
        or (bool(what.currencies) and deals_in(now.index, found.accounts, found.own, what.currencies))
    )


def reruled(known: Current, library: core.Library) -> tuple[Current, frozenset[Home]]:
    """The verdicts under other rules of the same book, and the parts in which something was judged again."""
    now = replace(begun(library, known.index), homes=known.homes)
    parts: dict[Home, Part] = {}
    for home in places(now):
        old, mine = known.parts.get(home), partial(where, now, home)
        same = old is not None and groups(known, home) == groups(now, home)
        parts[home] = (
            part.judged(groups(now, home), mine())
            if old is None
            else old
            if same
            else part.reruled(old, groups(known, home), groups(now, home), mine)
        )
    fresh = frozenset(home for home, found in parts.items() if found is not known.parts.get(home))
    return replace(now, parts=parts), fresh | (known.parts.keys() - parts.keys())


def answers(known: Current) -> Iterator[tuple[Obligation, Answer]]:
    """Each obligation, without its numbers, and what it says."""
    for found in known.parts.values():
        yield from part.answers(found)
