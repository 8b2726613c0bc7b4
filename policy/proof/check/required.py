"""What a compliant point satisfies: the ladder as one formula, negations at the leaves, simplified (docs/rows.md).

A test without rows (see "Unknown" there) asks for nothing, so that what remains is still true of every compliant point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from policy.proof.check.case import (
    All,
    Any,
    Basket,
    Count,
    Formula,
    Greatest,
    Leaf,
    Least,
    Linear,
    Not,
    Obligation,
    Op,
    Outcome,
    Rung,
    Scalar,
    Squares,
    Sum,
    Top,
    Truth,
)
from policy.proof.check.columns import Columns, Expr, Lattice, NoEndError, added, boxed, combined, times
from policy.proof.check.ranges import ZERO, minus, negative, total
from policy.proof.check.ranges import times as product

NOTHING = Linear(ZERO, ())
OPPOSITE = {Op.LE: Op.GT, Op.LT: Op.GE, Op.GE: Op.LT, Op.GT: Op.LE}
MOST_COMPARED = 8  # parts of an `any` that are compared with one another


@dataclass(frozen=True, slots=True)
class Test:
    """more − less ≤ 0, or < 0; `more_at`, `less_at`: the marks of their places."""

    more: Scalar
    less: Scalar
    strict: bool
    more_at: str
    less_at: str


@dataclass(frozen=True, slots=True)
class Flat:
    """expr ≤ −step: a linear test. `open`: it was strict and has no step. `exact`: no fact in it is missing."""

    expr: Expr
    step: Fraction
    open: bool
    exact: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Node, ...]


Node = Flat | Test | AllOf | AnyOf | bool
"""A formula that is asked to be true, simplified."""

Fits = Callable[[Test], bool]
"""Whether a test has rows."""


def ladder(obligation: Obligation, allowed: frozenset[str], columns: Columns) -> Formula:
    """A formula that is true wherever the outcome is an allowed one."""
    rest: Formula = Truth(obligation.otherwise in allowed)
    for rung in reversed(obligation.ladder):
        if rung.outcome in allowed:
            rest = Any((rung.formula, rest))
        elif not _passed_over(rung, obligation, allowed) or _certain(rung.formula, columns):
            rest = All((Not(rung.formula), rest))
    return rest


def _passed_over(rung: Rung, obligation: Obligation, allowed: frozenset[str]) -> bool:
    """Whether a later rung's outcome may be the answer while this one is unknown."""
    return obligation.unknown_is_breach or (rung.outcome is Outcome.WAIVED and Outcome.CONSENT in allowed)


def simplified(formula: Formula, wanted: bool, columns: Columns, fits: Fits) -> Node:
    """`formula`, or its negation, asked to be true."""
    match formula:
        case Truth(value):
            return value is wanted
        case Not(part):
            return simplified(part, not wanted, columns, fits)
        case All(parts) | Any(parts):
            nodes = [simplified(part, wanted, columns, fits) for part in parts]
            return _all(nodes) if isinstance(formula, All) is wanted else _any(nodes, columns)
        case Leaf(base=base):
            if base is not None and not (wanted and _needs_no_guard(formula, base, columns)):
                return simplified(_guarded(formula, base, wanted), True, columns, fits)
            test = _test(formula, formula.op if wanted else OPPOSITE[formula.op])
            if not fits(test):
                return True
            return flat(test, columns) if is_linear(test) else test
        case _:
            assert_never(formula)


def flat(test: Test, columns: Columns) -> Flat | bool:
    """A linear test as one expression, or its truth where the boxes settle it."""
    more, less = _whole(test.more), _whole(test.less)
    exact = columns.is_exact(more) and columns.is_exact(less)
    try:
        expr = columns.end(_difference(more, less), True) if exact else _worst(more, less, columns)
    except NoEndError:
        return False
    step = step_below(expr, columns.lattice) if test.strict else ZERO
    without_step = test.strict and step == 0
    low, high = boxed(expr, columns.box)
    if not expr.conditions and (high < 0 if without_step else high <= -step):
        return True
    if low >= 0 if without_step else low > -step:
        return False
    return Flat(expr, step, without_step, exact)


def _difference(more: Linear, less: Linear) -> Linear:
    terms = (*more.terms, *((negative(factor), name) for factor, name in less.terms))
    return Linear(minus(more.const, less.const), terms)


def _worst(more: Linear, less: Linear, columns: Columns) -> Expr:
    return added([columns.end(more, True), times(Fraction(-1), columns.end(less, False))])


def step_below(expr: Expr, lattice: Callable[[str], Lattice | None]) -> Fraction:
    """The smallest s > 0 with −s on the lattice; 0 where there is none."""
    found = combined(expr, lattice)
    if found is None or found.grain == 0:
        return ZERO
    return -found.offset % found.grain or found.grain


def is_linear(test: Test) -> bool:
    return as_linear(test.more) is not None and as_linear(test.less) is not None


def as_linear(scalar: Scalar) -> Linear | None:
    """The scalar where it is linear; sums of linear parts are multiplied out."""
    match scalar:
        case Linear():
            return scalar
        case Sum(parts):
            inner = [(factor, as_linear(part)) for factor, part in parts]
            linear = [(factor, part) for factor, part in inner if part is not None]
            if len(linear) < len(inner):
                return None
            terms = [(product(factor, weight), name) for factor, part in linear for weight, name in part.terms]
            return Linear(total(product(factor, part.const) for factor, part in linear), tuple(terms))
        case _:
            return None


def _whole(scalar: Scalar) -> Linear:
    linear = as_linear(scalar)
    assert linear is not None, "only linear tests are flat"
    return linear


def _test(leaf: Leaf, op: Op) -> Test:
    if op in (Op.LE, Op.LT):
        return Test(leaf.measure, leaf.bound, op is Op.LT, "m", "b")
    return Test(leaf.bound, leaf.measure, op is Op.GT, "b", "m")


# --- simplification ----------------------------------------------------------------------------


def _all(nodes: Sequence[Node]) -> Node:
    parts = [part for node in nodes for part in (node.parts if isinstance(node, AllOf) else (node,))]
    kept = tuple(part for part in parts if part is not True)
    if False in kept:
        return False
    return kept[0] if len(kept) == 1 else AllOf(kept) if kept else True


def _any(nodes: Sequence[Node], columns: Columns) -> Node:
    parts = [part for node in nodes for part in (node.parts if isinstance(node, AnyOf) else (node,))]
    if True in parts:
        return True
    kept = _weakest([part for part in parts if part is not False], columns)
    return kept[0] if len(kept) == 1 else AnyOf(kept) if kept else False


def _weakest(parts: list[Node], columns: Columns) -> tuple[Node, ...]:
    """Without the linear parts that imply another one."""
    kept = list(range(len(parts)))
    if 2 <= len(parts) <= MOST_COMPARED:
        for k in reversed(range(len(parts))):
            if any(j != k and _implied(parts[j], parts[k], columns) for j in kept):
                kept.remove(k)
    return tuple(parts[k] for k in kept)


def _implied(weak: Node, strong: Node, columns: Columns) -> bool:
    if not (isinstance(weak, Flat) and isinstance(strong, Flat) and weak.exact and strong.exact) or weak.open:
        return False
    gap = added([weak.expr, Expr(weak.step - strong.step), times(Fraction(-1), strong.expr)])
    return boxed(gap, columns.box)[1] <= 0


# --- ratios and certainty ----------------------------------------------------------------------


def _needs_no_guard(leaf: Leaf, base: Linear, columns: Columns) -> bool:
    """A cap of p > 0 times a base that is never negative, on a measure that is never negative: at a base of zero
    the comparison says what the guard would."""
    measure, bound = as_linear(leaf.measure), leaf.bound
    if leaf.op is not Op.LE or measure is None or not isinstance(bound, Linear) or not columns.is_exact(base):
        return False
    if not _is_multiple(bound, base) or boxed(columns.end(base, False), columns.box)[0] < 0:
        return False
    try:
        low = columns.end(measure, False)
    except NoEndError:
        return False
    return not low.conditions and boxed(low, columns.box)[0] >= 0


def _is_multiple(bound: Linear, base: Linear) -> bool:
    """bound = p · base for one p > 0, term by term in order."""
    if [name for _, name in bound.terms] != [name for _, name in base.terms]:
        return False
    sides = zip((bound.const, *(f for f, _ in bound.terms)), (base.const, *(f for f, _ in base.terms)), strict=True)
    known = [(a, b) for a, b in sides if isinstance(a, Fraction) and isinstance(b, Fraction)]
    p = next((a / b for a, b in known if b), ZERO)
    return p > 0 and len(known) == 1 + len(base.terms) and all(a == p * b for a, b in known)


def _guarded(leaf: Leaf, base: Linear, wanted: bool) -> Formula:
    compared = Leaf(leaf.measure, leaf.op, leaf.bound, None, None, "", "")
    positive = _against_zero(base, Op.GT)
    if wanted:
        nothing = (
            *(_against_zero(base, op) for op in (Op.LE, Op.GE)),
            *(_against_zero(leaf.measure, op) for op in (Op.LE, Op.GE)),
        )
        return Any((All((positive, compared)), All(nothing)))
    broken = All((positive, Not(compared)))
    if leaf.op in (Op.GE, Op.GT):
        return broken
    over_nothing = All((_against_zero(leaf.measure, Op.GT), Any((_against_zero(base, Op.LE), Not(compared)))))
    return Any((broken, over_nothing))


def _against_zero(scalar: Scalar, op: Op) -> Leaf:
    return Leaf(scalar, op, NOTHING, None, None, "", "")


def _certain(formula: Formula, columns: Columns) -> bool:
    """No missing fact can make the formula unknown."""
    match formula:
        case Truth(value):
            return value is not None
        case Not(part):
            return _certain(part, columns)
        case All(parts) | Any(parts):
            return all(_certain(part, columns) for part in parts)
        case Leaf(measure, _, bound, base):
            return base is None and _known(measure, columns) and _known(bound, columns)
        case _:
            assert_never(formula)


def _known(scalar: Scalar, columns: Columns) -> bool:
    match scalar:
        case Linear():
            return columns.is_exact(scalar)
        case Basket(members):
            return all(columns.is_exact(value) and _certain(when, columns) for value, when in members)
        case Count(members):
            return all(_certain(when, columns) for when in members)
        case Top(_, values):
            return all(columns.is_exact(value) for value in values)
        case Greatest(parts) | Least(parts):
            return all(_known(part, columns) for part in parts)
        case Squares(parts) | Sum(parts):
            return all(_known(part, columns) for _, part in parts)
        case _:
            assert_never(scalar)
