"""Many scalars and formulas at once, over whole numbers: the fast judge's arithmetic.

Nodes of one kind lie side by side and are computed column by column, so that the work is `map` over lists of
integers. A leaf's measure and bound have one scale, and a floor is the cap of its negative: every comparison is
`value ≤ bound` or `value < bound`, and headroom is always bound − value. Truth is True, False or None, as in
`policy.ir.meaning`, which says what each node means; this file says only how to get there quickly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import add, le, lt, mul, neg
from typing import Generic, NamedTuple, TypeVar, assert_never

Column = TypeVar("Column")
Pick = Callable[[Sequence[int]], Iterable[int]]
Cuts = Sequence[slice]
"""Where the parts of each node lie in the column of all parts."""

NOBODY = -1
"""In place of a deciding leaf, where a formula has none."""


class Stage(NamedTuple):
    """A point: every node's integer, the integer that means one, and each leaf's scale over that."""

    nodes: Sequence[int]
    one: int
    scales: Sequence[LeafScale]

    def unit(self, leaf: int) -> int:
        """What means one in the value and bound of a leaf."""
        factor, squared = self.scales[leaf]
        return factor * self.one * (self.one if squared else 1)


class LeafScale(NamedTuple):
    """A leaf's integers mean multiples of 1 / (factor · one), or of 1 / (factor · one²) where there are squares."""

    factor: int
    squared: bool


@dataclass(frozen=True, slots=True)
class Mixed(Generic[Column]):
    """Columns of several kinds; `order` takes their results, end to end, back to the order that was asked for
    (None where it is that already)."""

    columns: tuple[Column, ...]
    order: Callable[[Sequence[object]], Sequence[object]] | None


# --- scalars -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rows:
    """Linear scalars with equally many terms: term j of all of them is picked from the nodes at once.

    A term's factors are None where all are one. `alike`: all rows are the same, so one is computed for all."""

    size: int
    terms: tuple[tuple[Pick, tuple[int, ...] | None], ...]
    alike: bool


@dataclass(frozen=True, slots=True)
class Baskets:
    values: Scalars
    whens: Formulas
    cuts: Cuts


@dataclass(frozen=True, slots=True)
class Counts:
    whens: Formulas
    factors: tuple[int, ...]  # of each count's leaf
    cuts: Cuts


@dataclass(frozen=True, slots=True)
class Tops:
    sizes: tuple[int, ...]
    values: Scalars
    cuts: Cuts


@dataclass(frozen=True, slots=True)
class Extremes:
    pick: Callable[[Iterable[int]], int]  # max or min
    values: Scalars
    cuts: Cuts


@dataclass(frozen=True, slots=True)
class Sums:
    """Σ numerator · part / denominator; the division leaves no rest."""

    numerators: tuple[int, ...]
    denominators: tuple[int, ...]
    values: Scalars
    cuts: Cuts


@dataclass(frozen=True, slots=True)
class Squares:
    """Σ factor · root²: in units of 1 / (factor of its leaf · one²)."""

    factors: tuple[int, ...]
    roots: Scalars
    cuts: Cuts


ScalarColumn = Rows | Baskets | Counts | Tops | Extremes | Sums | Squares
Scalars = Mixed[ScalarColumn]


def scalars(mixed: Scalars, stage: Stage) -> Sequence[int]:
    found = [_scalar(column, stage) for column in mixed.columns]
    return ordered(mixed, found)


def _scalar(column: ScalarColumn, stage: Stage) -> Sequence[int]:
    match column:
        case Rows():
            return _rows(column, stage.nodes)
        case Baskets(inner, whens, cuts):
            held = formulas(whens, stage).truths
            counted = [value if holds else 0 for value, holds in zip(scalars(inner, stage), held, strict=True)]
            return [sum(counted[cut]) for cut in cuts]
        case Counts(whens, factors, cuts):
            held = formulas(whens, stage).truths
            return [held[cut].count(True) * factor * stage.one for cut, factor in zip(cuts, factors, strict=True)]
        case Tops(sizes, inner, cuts):
            worth = scalars(inner, stage)
            return [sum(sorted(worth[cut], reverse=True)[:k]) for cut, k in zip(cuts, sizes, strict=True)]
        case Extremes(pick, inner, cuts):
            worth = scalars(inner, stage)
            return [pick(worth[cut]) for cut in cuts]
        case Sums(numerators, denominators, inner, cuts):
            terms = [a * v // b for a, b, v in zip(numerators, denominators, scalars(inner, stage), strict=True)]
            return [sum(terms[cut]) for cut in cuts]
        case Squares(factors, roots, cuts):
            terms = [f * v * v for f, v in zip(factors, scalars(roots, stage), strict=True)]
            return [sum(terms[cut]) for cut in cuts]
        case _:
            assert_never(column)


def _rows(rows: Rows, nodes: Sequence[int]) -> Sequence[int]:
    if not rows.terms:
        return [0] * rows.size
    total, *more = [pick(nodes) if factors is None else map(mul, factors, pick(nodes)) for pick, factors in rows.terms]
    for product in more:
        total = map(add, total, product)
    return list(total) * rows.size if rows.alike else list(total)


# --- formulas ----------------------------------------------------------------------------------


class Said(NamedTuple):
    """Per formula: its truth, and of its deciding leaf the value, the bound and which leaf it is. As whole numbers,
    negated for a floor; NOBODY and two zeros where no leaf decides."""

    truths: Sequence[bool | None]
    values: Sequence[int]
    bounds: Sequence[int]
    leaves: Sequence[int]


@dataclass(frozen=True, slots=True)
class Leaves:
    """Leaves of one operator. `lifted`: which of measures and bounds are multiplied by one once more, because the
    other side is squares."""

    numbers: tuple[int, ...]
    measures: Scalars
    bounds: Scalars
    bases: Scalars | None
    floor: bool
    strict: bool
    lifted: tuple[bool, bool]


@dataclass(frozen=True, slots=True)
class Alls:
    parts: Formulas
    cuts: Cuts


@dataclass(frozen=True, slots=True)
class Anys:
    parts: Formulas
    cuts: Cuts


@dataclass(frozen=True, slots=True)
class Nots:
    parts: Formulas


@dataclass(frozen=True, slots=True)
class Facts:
    truths: tuple[bool | None, ...]


FormulaColumn = Leaves | Alls | Anys | Nots | Facts
Formulas = Mixed[FormulaColumn]


def formulas(mixed: Formulas, stage: Stage) -> Said:
    found = [_formula(column, stage) for column in mixed.columns]
    if mixed.order is None:
        return found[0] if found else Said([], [], [], [])
    return Said(*(ordered(mixed, lists) for lists in zip(*found, strict=True)))


def _formula(column: FormulaColumn, stage: Stage) -> Said:
    match column:
        case Leaves():
            return _leaves(column, stage)
        case Alls(parts, cuts):
            said = formulas(parts, stage)
            return _joined(said, [_all(said, cut, stage) for cut in cuts])
        case Anys(parts, cuts):
            said = formulas(parts, stage)
            return _joined(said, [_any(said, cut) for cut in cuts])
        case Nots(parts):
            said = formulas(parts, stage)
            return said._replace(truths=[None if t is None else not t for t in said.truths])
        case Facts(truths):
            nothing = [0] * len(truths)
            return Said(truths, nothing, nothing, [NOBODY] * len(truths))
        case _:
            assert_never(column)


def _leaves(column: Leaves, stage: Stage) -> Said:
    values, bounds = scalars(column.measures, stage), scalars(column.bounds, stage)
    if True in column.lifted:
        values, bounds = (lifted(side, up, stage.one) for side, up in zip((values, bounds), column.lifted, strict=True))
    if column.floor:
        values, bounds = list(map(neg, values)), list(map(neg, bounds))
    truths: Sequence[bool | None] = list(map(lt if column.strict else le, values, bounds))
    if column.bases is not None:
        bases = scalars(column.bases, stage)
        truths = [_guarded(t, v, b, column.floor) for t, v, b in zip(truths, values, bases, strict=True)]
    return Said(truths, values, bounds, column.numbers)


def lifted(side: Sequence[int], up: bool, one: int) -> Sequence[int]:
    return [value * one for value in side] if up else side


def _guarded(compared: bool | None, value: int, base: int, floor: bool) -> bool | None:
    """The ratio's guard: see `Leaf`."""
    if base > 0:
        return compared
    if base == 0 and value == 0:
        return True
    return False if value > 0 and not floor else None


Decided = tuple[bool | None, int | None]
"""A truth, and the place among the parts of the one that decides."""


def _all(said: Said, cut: slice, stage: Stage) -> Decided:
    """The tightest of the parts that agree with the whole."""
    parts = said.truths[cut]
    whole = False if False in parts else None if None in parts else True
    return whole, tightest(said, (place for place, t in enumerate(parts, start=cut.start) if t is whole), stage)


def tightest(said: Said, places: Iterable[int], stage: Stage) -> int | None:
    """The first place with least room / max(|bound|, |value|, 1), compared without dividing."""
    best, best_room, best_size = None, 0, 1
    for place in places:
        if (leaf := said.leaves[place]) != NOBODY:
            value, bound = said.values[place], said.bounds[place]
            room, size = bound - value, max(abs(bound), abs(value), stage.unit(leaf))
            if best is None or room * best_size < best_room * size:
                best, best_room, best_size = place, room, size
    return best


def _any(said: Said, cut: slice) -> Decided:
    """The last of the parts that agree with the whole."""
    last = cut.stop - 1
    if cut.start <= last and said.truths[last] and said.leaves[last] != NOBODY:
        return True, last
    parts = said.truths[cut]
    whole = True if True in parts else None if None in parts else False
    for place in range(cut.stop - 1, cut.start - 1, -1):
        if said.truths[place] is whole and said.leaves[place] != NOBODY:
            return whole, place
    return whole, None


def _joined(said: Said, decided: Sequence[Decided]) -> Said:
    chosen = [place for _, place in decided]
    return Said(
        [truth for truth, _ in decided],
        [0 if place is None else said.values[place] for place in chosen],
        [0 if place is None else said.bounds[place] for place in chosen],
        [NOBODY if place is None else said.leaves[place] for place in chosen],
    )


Item = TypeVar("Item")


def ordered(mixed: Mixed[Column], found: Sequence[Sequence[Item]]) -> Sequence[Item]:
    if mixed.order is None:
        return found[0] if found else []
    joined: Sequence[object] = list(chain.from_iterable(found))
    return mixed.order(joined)  # type: ignore[return-value]  # a permutation keeps the type of its items
