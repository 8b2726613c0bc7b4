"""One part of a book (`policy.book.parts`) judged as it stands, in blocks of rules that are bound together.

Rules that look at nothing but what things are worth make one block; a rule that looks at a price in another way, or
speaks of a list, is a block of its own, so that it alone is bound again when that moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from policy.book.portions import Portion, looked_at
from policy.book.read import Index
from policy.ir import core
from policy.ir.bind import bind_to
from policy.ir.bound import Obligation
from policy.judge import eval as reference
from policy.judge import looks, standing
from policy.judge.depends import lists_of
from policy.judge.linear import over_prices
from policy.judge.looks import Look, Moved
from policy.judge.standing import Answer, Rows, Truths, Worth


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are bound together: `library` says them and nothing else. `lists`: those that they speak of."""

    library: core.Library
    looks: frozenset[Look]
    lists: frozenset[str]


@dataclass(frozen=True, slots=True)
class Block:
    """A group, bound and judged. `rows`: where nothing but worth counts, with the truths of their rungs; `answers` in
    the order of `told`."""

    told: tuple[Obligation, ...]
    answers: tuple[Answer, ...]
    rows: tuple[Rows, ...] | None
    said: tuple[Truths, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """`own`: what it looks at (`policy.book.portions.looked_at`)."""

    accounts: tuple[str, ...]
    own: frozenset[str]
    blocks: tuple[Block, ...]


# --- rules in groups -----------------------------------------------------------------------------


def groups(library: core.Library, *, firm: bool) -> tuple[Group, ...]:
    """The rules that add up the whole firm, or the others."""
    rules = [rule for rule in library.rules if (rule.scope.kind == "firm") is firm]
    lists = [found for found in library.lists if (found.scope.kind == "firm") is firm]
    alone = [rule for rule in rules if looks.looks(rule, library.waivers) or lists_of(rule)]
    together = [rule for rule in rules if rule not in alone]
    return (
        *([_group(library, together, ())] if together else ()),
        *(_group(library, (rule,), ()) for rule in alone),
        *(_group(library, (), (found,)) for found in lists),
    )


def _group(library: core.Library, rules: Iterable[core.Rule], lists: Iterable[core.ListRule]) -> Group:
    """With their waivers. The other lists are there to be looked up, and forbid nothing."""
    rules, lists = tuple(rules), tuple(lists)
    names = {rule.id for rule in rules}
    waivers = tuple(waiver for waiver in library.waivers if waiver.rule in names)
    said = tuple(found if found in lists else replace(found, forbid=(), window=None) for found in library.lists)
    kinds = [looks.looks(rule, waivers) for rule in rules]
    named = [lists_of(rule) for rule in rules] + [frozenset({found.id}) for found in lists]
    own = replace(library, rules=rules, lists=said, waivers=waivers)
    return Group(own, frozenset[Look]().union(*kinds), frozenset[str]().union(*named))


# --- judged --------------------------------------------------------------------------------------


def judged(known: Iterable[Group], found: Portion) -> Part:
    """The part from scratch."""
    own = looked_at(found.index, found.accounts)
    return Part(found.accounts, own, tuple(block(group, found) for group in known))


def block(group: Group, found: Portion) -> Block:
    bound = bind_to(group.library, found.index, (), frozenset(found.accounts))
    forms = None if Look.ANY in group.looks else over_prices(bound)
    laid_out = None if forms is None else _by_rows(standing.rows(bound, forms), found.index.unit_values)
    if laid_out is not None:
        return laid_out
    findings = reference.judge(bound, {}, standing=True).findings
    told = tuple(standing.told(finding.obligation) for finding in findings)
    return Block(told, tuple(Answer(f.outcome, f.reason, f.within) for f in findings), None, ())


def _by_rows(rows: tuple[Rows, ...], worth: Worth) -> Block | None:
    """None where the rows do not hold at the prices that they were bound at."""
    said, answers = [], list[Answer]()
    for each in rows:
        truths = standing.truths(each, worth)
        if truths is None:
            return None
        said.append(truths)
        answers += standing.answers(each, truths)
    return Block(tuple(o for each in rows for o in each.told), tuple(answers), rows, tuple(said))


# --- when prices move ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Repricing:
    """Prices that moved, between two indexes of at least what is no household's."""

    moved: Moved
    before: Index
    after: Index


def repriced(part: Part, known: Sequence[Group], to: Repricing, portion: Callable[[], Portion]) -> Part:
    """The part after that. `portion`: of it, asked for where something is bound again: what saw more of a price than
    what things are worth at it. The part itself, where it has nothing to do with these instruments."""
    moved = to.moved
    if (moved.worth | moved.new | moved.volume | moved.age).isdisjoint(part.own):
        return part
    blocks = (_repriced(old, group, part, to, portion) for old, group in zip(part.blocks, known, strict=True))
    found = tuple(
        block(group, portion()) if new is None else new for new, group in zip(list(blocks), known, strict=True)
    )
    return replace(part, blocks=found)


def _repriced(old: Block, group: Group, part: Part, to: Repricing, portion: Callable[[], Portion]) -> Block | None:
    """None where it is to be bound again."""

    def turned(names: frozenset[str]) -> bool:
        return looks.turned(to.before, to.after, portion().index.held, names)

    here = to.moved.worth & part.own
    if to.moved.new & part.own or looks.seen(group.looks, to.moved, part.own, turned):
        return None
    if old.rows is None:
        return None if here else old
    return _again(old, old.rows, here, to.after.unit_values)


def _again(old: Block, rows: tuple[Rows, ...], moved: frozenset[str], worth: Worth) -> Block | None:
    """By the rows alone, those that read a price that moved; None where they are not what binding would give."""
    if all(moved.isdisjoint(each.priced) for each in rows):
        return old
    said, answers, start = [], list[Answer](), 0
    for each, before in zip(rows, old.said, strict=True):
        mine = old.answers[start : start + len(each.told)]
        start += len(each.told)
        now = before if moved.isdisjoint(each.priced) else standing.truths(each, worth)
        if now is None:
            return None
        said.append(now)
        answers += standing.again(each, now, before, mine)
    return replace(old, answers=tuple(answers), said=tuple(said))


# --- when rules change ---------------------------------------------------------------------------


def reruled(part: Part, before: Sequence[Group], known: Sequence[Group], portion: Callable[[], Portion]) -> Part:
    """The part under other rules: groups that are as they were keep their block."""
    kept = [(old, found) for old, found in zip(before, part.blocks, strict=True)]
    blocks = (next((found for old, found in kept if old == group), None) or block(group, portion()) for group in known)
    return replace(part, blocks=tuple(blocks))


# --- when lists change ---------------------------------------------------------------------------


def relisted(part: Part, known: Sequence[Group], lists: frozenset[str], portion: Callable[[], Portion]) -> Part:
    """The part, with the rules that speak of one of the lists bound again."""
    if all(lists.isdisjoint(group.lists) for group in known):
        return part
    there = portion()
    blocks = (
        old if lists.isdisjoint(group.lists) else block(group, there)
        for old, group in zip(part.blocks, known, strict=True)
    )
    return replace(part, blocks=tuple(blocks))


def answers(part: Part) -> Iterator[tuple[Obligation, Answer]]:
    for found in part.blocks:
        yield from zip(found.told, found.answers, strict=True)
