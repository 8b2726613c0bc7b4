"""Many scalars and formulas at once, over whole numbers: the fast judge's arithmetic.

Nodes of one kind lie side by side and are computed column by column, so that the work is `map` over lists of
integers. A leaf's measure and bound have one scale, and a floor is the cap of its negative: every comparison is
`value ≤ bound` or `value < bound`, and headroom is always bound − value. Truth is True, False or None, as in
`policy.ir.meaning`, which says what each node means; this file says only how to get there quickly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import add, le, lt, mul, neg
from typing import Generic, NamedTuple, TypeVar, assert_never

Column = TypeVar("Column")
Pick = Callable[[Sequence[int]], Iterable[int]]
Cuts = Sequence[slice]
"""Where the parts of each node lie in the column of all parts."""

NOBODY = -1
"""In place of a deciding leaf, where a formula has none."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A point: every node's integer, the integer that means one, and each leaf's scale over that. `found`: what columns
    said there, by their identity: those that say the same are one (`policy.judge.from_ir.Layout`)."""

    nodes: Sequence[int]
    one: int
    scales: Sequence[LeafScale]
    found: dict[int, Sequence[int]] = field(default_factory=dict)
    tops: dict[int, tuple[int, int]] = field(default_factory=dict)
    told: dict[int, Said] = field(default_factory=dict)

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
    found = stage.found.get(id(mixed))
    if found is None:
        found = stage.found[id(mixed)] = ordered(mixed, [_scalar(column, stage) for column in mixed.columns])
    return found


def top(mixed: Scalars, stage: Stage) -> tuple[int, int]:
    """The greatest of them, of which there is one, and the first row that has it."""
    found = stage.tops.get(id(mixed))
    if found is None:
        values = scalars(mixed, stage)
        most = max(values)
        found = stage.tops[id(mixed)] = most, values.index(most)
    return found


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
    return [*total] * rows.size if rows.alike else [*total]


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
    other side is squares. `level`: caps that are not strict, of numbers of one kind, all with the same bound."""

    numbers: Sequence[int]
    measures: Scalars
    bounds: Scalars
    bases: Scalars | None
    floor: bool
    strict: bool
    lifted: tuple[bool, bool]
    level: bool


@dataclass(frozen=True, slots=True)
class Alls:
    parts: Formulas
    cuts: Cuts


@dataclass(frozen=True, slots=True)
class Anys:
    """The last part of each, and apart from these the others."""

    lasts: Formulas
    others: Formulas
    cuts: Cuts  # of the others


@dataclass(frozen=True, slots=True)
class Nots:
    parts: Formulas


@dataclass(frozen=True, slots=True)
class Facts:
    truths: tuple[bool | None, ...]


FormulaColumn = Leaves | Alls | Anys | Nots | Facts
Formulas = Mixed[FormulaColumn]


def formulas(mixed: Formulas, stage: Stage) -> Said:
    told = stage.told.get(id(mixed))
    if told is None:
        told = stage.told[id(mixed)] = _formulas(mixed, stage)
    return told


def _formulas(mixed: Formulas, stage: Stage) -> Said:
    found = [_formula(column, stage) for column in mixed.columns]
    if mixed.order is None:
        return found[0] if found else Said([], [], [], [])
    return Said(*(ordered(mixed, lists) for lists in zip(*found, strict=True)))


def truths(mixed: Formulas, stage: Stage) -> Sequence[bool | None]:
    """Where nobody asks for the numbers that decide."""
    return ordered(mixed, [_formula(column, stage).truths for column in mixed.columns])


def _formula(column: FormulaColumn, stage: Stage) -> Said:
    match column:
        case Leaves():
            return _leaves(column, stage)
        case Alls(parts, cuts):
            said = formulas(parts, stage)
            return _joined(said, [_all(said, cut, stage) for cut in cuts])
        case Anys():
            return _anys(column, stage)
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
    if column.level and top(column.measures, stage)[0] <= bounds[0]:
        return Said([True] * len(values), values, bounds, column.numbers)
    truths: Sequence[bool | None] = list(map(lt if column.strict else le, values, bounds))
    if column.bases is not None:
        bases = scalars(column.bases, stage)
        truths = [_guarded(t, v, b, column.floor) for t, v, b in zip(truths, values, bases, strict=True)]
    return Said(truths, values, bounds, column.numbers)


def leaves(mixed: Formulas) -> Iterator[int]:
    """Those whose numbers may decide one of the formulas."""
    for column in mixed.columns:
        match column:
            case Leaves():
                yield from column.numbers
            case Alls(parts, _) | Nots(parts):
                yield from leaves(parts)
            case Anys(lasts, others, _):
                yield from leaves(lasts)
                yield from leaves(others)
            case Facts():
                pass
            case _:
                assert_never(column)


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


def _anys(column: Anys, stage: Stage) -> Said:
    """The others are asked where a last part does not hold, or has no leaf."""
    lasts = formulas(column.lasts, stage)
    if all(lasts.truths) and NOBODY not in lasts.leaves:
        return lasts
    others = formulas(column.others, stage)
    said = Said(
        [*others.truths, *lasts.truths],
        [*others.values, *lasts.values],
        [*others.bounds, *lasts.bounds],
        [*others.leaves, *lasts.leaves],
    )
    return _joined(said, [_any(said, cut, last) for last, cut in enumerate(column.cuts, start=len(others.truths))])


def _any(said: Said, cut: slice, last: int) -> Decided:
    """The last of the parts that agree with the whole."""
    parts = (*range(cut.start, cut.stop), last)
    truths = [said.truths[place] for place in parts]
    whole = True if True in truths else None if None in truths else False
    agreeing = (place for place in reversed(parts) if said.truths[place] is whole and said.leaves[place] != NOBODY)
    return whole, next(agreeing, None)


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
