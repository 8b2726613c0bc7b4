"""Columns of the rows: what quantities and forms can be, at their worst ends (docs/rows.md).

Expressions are in the units of quantities and forms; only a finished row counts a quantity in its steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import chain
from math import gcd, lcm

from policy.proof.check.case import Case, Linear
from policy.proof.check.ranges import ZERO, Number, Range, between, dot, ends, known, total
from policy.proof.check.ranges import times as product
from policy.proof.reading import ShapeError

ONE = Fraction(1)
DEEPEST = 100  # definitions above one another
Box = tuple[Fraction, Fraction]
Condition = tuple[int, str, str]


class NoEndError(Exception):
    """The value may be anything: whatever compares it is never known to be true."""


class NotEncodedError(Exception):
    """docs/rows.md has no row for this: it is judged, not searched."""


@dataclass(frozen=True, slots=True)
class Expr:
    """const + Σ coefficient · column: the worst end of a value, provided that sign · column ≤ 0 for each of the
    `conditions` (sign, column, waiver), or that their waiver, a binary ("": none), is 1."""

    const: Fraction = ZERO
    terms: tuple[tuple[Fraction, str], ...] = ()
    conditions: frozenset[Condition] = frozenset()


@dataclass(frozen=True, slots=True)
class Lattice:
    """The values offset + k · grain, for all integers k."""

    offset: Fraction
    grain: Fraction


@dataclass(frozen=True, slots=True)
class Columns:
    """Answers about the columns of a case. `exact`: forms without unknowns. `defined`: what a column is made of, None
    for a quantity. `whole`: an exact column over quantities alone. `box`, `lattice`: of a column (no lattice: None).
    `end`: the high or low end of a linear value; `is_exact`: no fact in it is missing, and both are one."""

    case: Case
    exact: frozenset[str]
    defined: Callable[[str], Expr | None]
    whole: Callable[[str], Expr]
    box: Callable[[str], Box]
    lattice: Callable[[str], Lattice | None]
    end: Callable[[Linear, bool], Expr]
    is_exact: Callable[[Linear], bool]


def columns(case: Case) -> Columns:
    exact = _exact(case)

    def end(lin: Linear, high: bool) -> Expr:
        """The value at its worst: docs/rows.md, "Unknown"."""
        if is_exact(lin):
            return gathered(known(lin.const), ((known(factor), name) for factor, name in lin.terms))
        const = ends(lin.const)[high]
        if const is None:
            raise NoEndError
        return added([Expr(const), *(_term_end(factor, name, high) for factor, name in lin.terms)])

    def is_exact(lin: Linear) -> bool:
        return not isinstance(lin.const, tuple) and all(
            not isinstance(factor, tuple) and (name in exact or name in case.quantities) for factor, name in lin.terms
        )

    def _term_end(factor: Number, name: str, high: bool) -> Expr:
        if isinstance(factor, Fraction):
            return times(factor, _column_end(name, high if factor > 0 else not high)) if factor else Expr()
        if _reach(name, False) >= 0:
            return _unknown_times(factor, high, lambda side: _column_end(name, side))
        if _reach(name, True) <= 0:
            low_factor, high_factor = factor
            mirrored = (None if high_factor is None else -high_factor, None if low_factor is None else -low_factor)
            return _unknown_times(mirrored, high, lambda side: times(-ONE, _column_end(name, not side)))
        raise NotEncodedError

    def _column_end(name: str, high: bool) -> Expr:
        if name in case.quantities or name in exact:
            return Expr(terms=((ONE, name),))
        split = f"{name}|{'high' if high else 'low'}"
        return Expr(terms=((ONE, split),), conditions=_definition(split).conditions)

    def _reach(name: str, high: bool) -> Fraction:
        """How low or how high a value can be; beyond 0 where nobody knows."""
        unknown = ONE if high else -ONE
        try:
            outer = _column_end(name, high)
        except (NoEndError, NotEncodedError):
            return unknown
        return unknown if outer.conditions else boxed(outer, box)[high]

    @cache
    def _definition(name: str) -> Expr:
        if name in case.forms:
            return end(case.forms[name], True)
        base, _, side = name.rpartition("|")
        return end(case.forms[base], side == "high")

    def defined(name: str) -> Expr | None:
        return None if name in case.quantities else _definition(name)

    @cache
    def whole(name: str) -> Expr:
        if name in case.quantities:
            return Expr(terms=((ONE, name),))
        form = case.forms[name]
        return added([Expr(known(form.const)), *(times(known(factor), whole(inner)) for factor, inner in form.terms)])

    @cache
    def _expanded(name: str) -> tuple[Number, Mapping[str, Number]]:
        """The same for any form: every coefficient is a sum of products along the ways to it, a range where facts
        are missing."""
        const, sums = [case.forms[name].const], dict[str, Number]()
        for factor, inner in case.forms[name].terms:
            if inner in case.quantities:
                sums[inner] = total((sums[inner], factor)) if inner in sums else factor
                continue
            inner_const, inner_terms = _expanded(inner)
            const.append(product(factor, inner_const))
            for quantity, coefficient in inner_terms.items():
                part = product(factor, coefficient)
                sums[quantity] = total((sums[quantity], part)) if quantity in sums else part
        return total(const), sums

    @cache
    def _full(name: str) -> Range:
        """What a form can be over the boxes of all quantities."""
        if name in exact:
            made = _definition(name)
            return boxed(made if len(made.terms) == 1 else whole(name), box)  # in one column nothing cancels
        const, sums = _expanded(name)
        spans = (product(factor, between(*box(quantity))) for quantity, factor in sums.items())
        return ends(total([const, *spans]))

    @cache
    def box(name: str) -> Box:
        if name in case.quantities:
            return (case.quantities[name].low, case.quantities[name].high)
        if name in exact:
            low, high = _full(name)
            assert low is not None, f"{name} is exact"
            assert high is not None, f"{name} is exact"
            return low, high
        outer = boxed(_definition(name), box)
        if _definition(name).conditions:  # the column is less than the end, which has no number
            return outer
        low, high = _full(name.rpartition("|")[0])
        return outer[0] if low is None else max(outer[0], low), outer[1] if high is None else min(outer[1], high)

    @cache
    def lattice(name: str) -> Lattice | None:
        if name not in case.quantities:
            return combined(_definition(name), lattice)
        quantity = case.quantities[name]
        if quantity.low == quantity.high:
            return Lattice(quantity.low, ZERO)
        if quantity.step is None:
            return None
        return Lattice(ZERO, common([quantity.step, quantity.low, quantity.high]))

    return Columns(case, exact, defined, whole, box, lattice, end, is_exact)


# --- expressions -------------------------------------------------------------------------------


def times(factor: Fraction, expr: Expr) -> Expr:
    if factor == 1:
        return expr
    if factor == -1:
        return Expr(-expr.const, tuple((-c, name) for c, name in expr.terms), expr.conditions)
    return Expr(factor * expr.const, tuple((factor * c, name) for c, name in expr.terms), expr.conditions)


def added(parts: Iterable[Expr]) -> Expr:
    """The sum: terms of one column added up, zeros dropped."""
    whole = list(parts)
    const = sum((part.const for part in whole if part.const), ZERO)
    terms = chain.from_iterable(part.terms for part in whole)
    return gathered(const, terms, frozenset().union(*(part.conditions for part in whole)))


def gathered(
    const: Fraction, terms: Iterable[tuple[Fraction, str]], conditions: frozenset[Condition] = frozenset()
) -> Expr:
    sums: dict[str, Fraction] = {}
    for factor, name in terms:
        sums[name] = sums[name] + factor if name in sums else factor
    return Expr(const, tuple((factor, name) for name, factor in sums.items() if factor), conditions)


def boxed(expr: Expr, box: Callable[[str], Box]) -> Box:
    """Term by term."""
    lows, highs = [], []
    for factor, name in expr.terms:
        low, high = box(name) if factor.numerator > 0 else reversed(box(name))
        lows.append((factor, low))
        highs.append((factor, high))
    return dot(expr.const, lows), dot(expr.const, highs)


def combined(expr: Expr, lattice: Callable[[str], Lattice | None]) -> Lattice | None:
    """The lattice of const + Σ coefficient · column."""
    parts = [(factor, lattice(name)) for factor, name in expr.terms if factor]
    known = [(factor, part) for factor, part in parts if part is not None]
    if len(known) < len(parts):
        return None
    offset = dot(expr.const, ((factor, part.offset) for factor, part in known))
    return Lattice(offset, common(factor * part.grain for factor, part in known))


def common(numbers: Iterable[Fraction]) -> Fraction:
    """The greatest common divisor of rationals."""
    above, below = 0, 1
    for number in numbers:  # each in lowest terms
        above, below = gcd(above, number.numerator), lcm(below, number.denominator)
    return Fraction(above, below)


def _unknown_times(factor: tuple[Fraction | None, Fraction | None], high: bool, end: Callable[[bool], Expr]) -> Expr:
    """An end of an unknown factor times plus or minus a column that is never below 0; where the factor is open, the
    end is a number only if the column is 0."""
    outer = factor[high]
    if outer is None:
        top = end(True)
        ((sign, column),) = top.terms
        return Expr(conditions=top.conditions | {(int(sign), column, "")})
    return times(outer, end(high if outer > 0 else not high)) if outer else Expr()


def _exact(case: Case) -> frozenset[str]:
    """The forms without unknowns; ShapeError where forms stand too high on one another."""
    exact: set[str] = set()
    depth: dict[str, int] = {}
    for name, form in case.forms.items():
        depth[name] = 1 + max((depth.get(inner, 0) for _, inner in form.terms), default=0)
        if depth[name] > DEEPEST:
            raise ShapeError(f"the form `{name}` rests on more than {DEEPEST} others")
        known = isinstance(form.const, Fraction) and all(isinstance(factor, Fraction) for factor, _ in form.terms)
        if known and all(inner in exact or inner in case.quantities for _, inner in form.terms):
            exact.add(name)
    return frozenset(exact)
