"""One part of a book (`policy.book.parts`) judged as it stands, in blocks of rules that are bound together.

Rules that look at nothing but what things are worth make one block; a rule that looks at a price in another way, or
speaks of a list, is a block of its own, so that it alone is bound again when that moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from policy.book.portions import Portion
from policy.book.read import Index
from policy.ir import core
from policy.ir.bind import bind_to
from policy.ir.bound import Obligation
from policy.judge import looks, piece
from policy.judge.depends import lists_of
from policy.judge.looks import Look, Moved
from policy.judge.piece import Answer, Piece


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are bound together: `library` says them and nothing else. `lists`: those that they speak of."""

    library: core.Library
    looks: frozenset[Look]
    lists: frozenset[str]


Block = tuple[Piece, ...]
"""A group, bound and judged."""

Part = tuple[Block, ...]
"""By group."""


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
    return tuple(block(group, found) for group in known)


def block(group: Group, found: Portion) -> Block:
    bound = bind_to(group.library, found.index, (), frozenset(found.accounts))
    moving = None if Look.ANY in group.looks else piece.moving(bound, found.index.unit_values)
    return (piece.fixed(bound),) if moving is None else moving


def answers(found: Part) -> Iterator[tuple[Obligation, Answer]]:
    return (pair for block in found for each in block for pair in piece.answers(each))


def news(found: Part | None, other: Part | None) -> Iterator[tuple[Obligation, Answer]]:
    """What a part says, but for what the other says as well."""
    alike = {id(each.told): each for block in other or () for each in block}
    pairs = ((each, alike.get(id(each.told))) for block in found or () for each in block)
    return (pair for each, but in pairs if each is not but for pair in piece.answers(each, but))


def size(found: Part) -> int:
    """Bytes."""
    return sum(piece.size(each) for block in found for each in block)


# --- when prices move ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Repricing:
    """Prices that moved, between two indexes of at least what is no household's."""

    moved: Moved
    before: Index
    after: Index


def repriced(
    part: Part, known: Sequence[Group], own: frozenset[str], to: Repricing, portion: Callable[[], Portion]
) -> Part:
    """The part after that; itself where it says what it said. `own`: what it looks at, as far as something of it moved;
    `portion`: of it, asked for where something is bound again: what saw more of a price than what things are worth at
    it."""
    blocks = (_repriced(old, group, own, to, portion) for old, group in zip(part, known, strict=True))
    return _whole(part, blocks, known, portion)


def _repriced(
    old: Block, group: Group, own: frozenset[str], to: Repricing, portion: Callable[[], Portion]
) -> Block | None:
    """None where it is to be bound again."""

    def turned(names: frozenset[str]) -> bool:
        return looks.turned(to.before, to.after, portion().index.held, names)

    here = to.moved.worth & own
    if to.moved.new & own or looks.seen(group.looks, to.moved, own, turned):
        return None
    if not here:
        return old
    found: list[Piece] = []
    for each in old:
        if (now := piece.again(each, here, to.after.unit_values)) is None:
            return None
        found.append(now)
    return tuple(found)


# --- when rules change ---------------------------------------------------------------------------


def reruled(part: Part, before: Sequence[Group], known: Sequence[Group], portion: Callable[[], Portion]) -> Part:
    """The part under other rules: groups that are as they were keep their block."""
    kept = list(zip(before, part, strict=True))
    blocks = (next((found for old, found in kept if old == group), None) for group in known)
    return _whole(part, blocks, known, portion)


# --- when lists change ---------------------------------------------------------------------------


def relisted(part: Part, known: Sequence[Group], lists: frozenset[str], portion: Callable[[], Portion]) -> Part:
    """The part, with the rules that speak of one of the lists bound again."""
    blocks = (old if lists.isdisjoint(group.lists) else None for old, group in zip(part, known, strict=True))
    return _whole(part, blocks, known, portion)


def _whole(part: Part, blocks: Iterable[Block | None], known: Iterable[Group], portion: Callable[[], Portion]) -> Part:
    """With what is missing bound again; the part itself where that says what it said."""
    pairs = zip(blocks, known, strict=True)
    found = tuple(block(group, portion()) if old is None else old for old, group in pairs)
    return part if found == part else found
