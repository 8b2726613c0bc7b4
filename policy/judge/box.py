"""What a formula says all over a box of points, not at one: for partial fills and for moving prices.

A box is a product of edges. Along an edge some variables move together, from corner to corner in straight lines;
edges move freely of each other. Formulas are unfolded first: their forms are written out over the variables, so that
what is bought and what is paid for it cancel. A linear scalar's range over the box is then exact, and so is a leaf
with linear sides. Above that, ranges are combined as intervals, which is sound: what is true over the box is true at
each of its points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from typing import assert_never

from policy.interval import ZERO, Number, between, hull, less, negative, plus, times
from policy.ir import meaning
from policy.ir.bound import (
    All,
    Any,
    Basket,
    Count,
    Form,
    Formula,
    Greatest,
    Leaf,
    Least,
    Lin,
    Member,
    Not,
    Obligation,
    Outcome,
    Quad,
    Scalar,
    Sum,
    TopK,
    Truth,
)
from policy.judge import eval as reference

Corner = Sequence[tuple[str, Fraction]]
"""By how much variables move; what is left out does not."""

Edge = Sequence[Corner]


@dataclass(frozen=True, slots=True)
class Box:
    """Amounts as whole multiples of 1 / grain. `alone`: edges that move one variable, as (name, least, most); `joint`:
    the corners of the others. A variable on several edges moves by their sum."""

    grain: int
    alone: Sequence[tuple[str, int, int]]
    joint: Sequence[Sequence[Sequence[tuple[str, int]]]]


def box(edges: Iterable[Edge]) -> Box:
    listed = list(edges)
    grain = lcm(*(amount.denominator for edge in listed for corner in edge for _, amount in corner))
    alone, joint = [], []
    for edge in listed:
        corners = [[(name, amount.numerator * (grain // amount.denominator)) for name, amount in c] for c in edge]
        if len({name for corner in corners for name, _ in corner}) == 1 and all(len(corner) == 1 for corner in corners):
            amounts = [amount for ((_, amount),) in corners]
            alone.append((corners[0][0][0], min(amounts), max(amounts)))
        else:
            joint.append(corners)
    return Box(grain, alone, joint)


# --- linear scalars over the variables ---------------------------------------------------------

Lines = Mapping[str, Lin]
"""Forms and variables as linear scalars over the variables alone, each variable named once."""


def lines(forms: Mapping[str, Form], at: meaning.Values, variables: Iterable[str]) -> Lines:
    """Each variable and every form over the variables; a variable (a quantity or a form) is its value in `at` and what
    it moves by. A name that is neither has its value in `at`."""
    found = {name: Lin(at.get(name, ZERO), ((Fraction(1), name),)) for name in variables}
    for name, form in forms.items():
        if name not in found:
            found[name] = written_out(Lin(form.const, form.terms), found, at)
    return found


def written_out(node: Lin, over: Lines, at: meaning.Values) -> Lin:
    const, by = node.const, dict[str, Number]()
    for factor, name in node.terms:
        line = over.get(name)
        if line is None:
            const = plus(const, times(factor, at.get(name, ZERO)))
            continue
        const = plus(const, times(factor, line.const))
        for slope, variable in line.terms:
            product = times(factor, slope)
            by[variable] = plus(by[variable], product) if variable in by else product
    return Lin(const, tuple((slope, variable) for variable, slope in by.items()))


@dataclass(frozen=True, slots=True)
class Slopes:
    """What a linear scalar's variables are multiplied by: whole multiples of 1 / scale, where no fact is missing."""

    scale: int
    whole: Mapping[str, int]


def slopes(line: Lin) -> Slopes | None:
    """None where a fact is missing."""
    exact = [(slope, name) for slope, name in line.terms if isinstance(slope, Fraction)]
    if len(exact) < len(line.terms):
        return None
    scale = lcm(*(slope.denominator for slope, _ in exact))
    return Slopes(scale, {name: slope.numerator * (scale // slope.denominator) for slope, name in exact})


def span(line: Lin, over: Box, known: Slopes | None = None) -> Number:
    """The range over the box: exact where the scalar's numbers are. `known`: its slopes, if they are at hand."""
    found = slopes(line) if known is None else known
    return _loose_span(line, over) if found is None else plus(line.const, _moves(found, over))


def _moves(by: Slopes, over: Box) -> Number:
    least = most = 0
    for name, low, high in over.alone:
        if slope := by.whole.get(name):
            ends = (slope * low, slope * high) if slope > 0 else (slope * high, slope * low)
            least, most = least + ends[0], most + ends[1]
    for corners in over.joint:
        heights = [sum(by.whole.get(name, 0) * amount for name, amount in corner) for corner in corners]
        least, most = least + min(heights), most + max(heights)
    unit = by.scale * over.grain
    return between(Fraction(least, unit), Fraction(most, unit))


def _loose_span(line: Lin, over: Box) -> Number:
    by = {name: slope for slope, name in line.terms}
    edges = [*over.joint, *([[(name, low)], [(name, high)]] for name, low, high in over.alone if name in by)]
    total = line.const
    for corners in edges:
        first, *others = (_rise(by, [(name, Fraction(n, over.grain)) for name, n in corner]) for corner in corners)
        for other in others:
            first = hull(first, other)
        total = plus(total, first)
    return total


def rises(line: Lin, edge: Edge) -> list[Number]:
    """What each corner of an edge adds to the scalar."""
    by = {name: slope for slope, name in line.terms}
    return [_rise(by, corner) for corner in edge]


def _rise(by: Mapping[str, Number], corner: Corner) -> Number:
    total: Number = ZERO
    for name, amount in corner:
        if name in by:
            total = plus(total, times(by[name], amount))
    return total


# --- formulas over the variables ---------------------------------------------------------------

Linear = Callable[[Lin], Lin]


def unfolded(node: Formula, over: Lines, at: meaning.Values, span_of: Callable[[Lin], Number]) -> Formula:
    """The formula over the variables. A leaf with linear sides becomes their difference against zero, unless the guard
    of its ratio, which is not above zero all over the box, must see the measure. `span_of`: ranges over that box."""

    def write(node: Lin) -> Lin:
        return written_out(node, over, at)

    def leaf(node: Leaf) -> Leaf:
        if node.base is not None and less(ZERO, span_of(write(node.base))):
            node = replace(node, base=None)
        if node.base is None and isinstance(node.measure, Lin) and isinstance(node.bound, Lin):
            node = Leaf(_difference(node.measure, node.bound), node.op, Lin(ZERO))
        return node

    return replaced(node, write, leaf)


def _difference(a: Lin, b: Lin) -> Lin:
    return Lin(plus(a.const, negative(b.const)), (*a.terms, *((negative(factor), name) for factor, name in b.terms)))


@dataclass(frozen=True, slots=True)
class Prepared:
    """An unfolded formula, to be asked about many boxes: the slopes of its linear scalars, by identity."""

    formula: Formula
    slopes: Mapping[int, Slopes | None]


def prepared(formula: Formula) -> Prepared:
    known: dict[int, Slopes | None] = {}

    def learn(line: Lin) -> Lin:
        known[id(line)] = slopes(line)
        return line

    replaced(formula, learn)
    return Prepared(formula, known)


def holds(node: Prepared, over: Box) -> bool | None:
    """True at every point of the box, False at none; None: it depends, or a missing fact decides."""
    ranged = replaced(node.formula, lambda line: Lin(span(line, over, node.slopes[id(line)])))
    return meaning.truth(ranged, {})


def replaced(node: Formula, linear: Linear, leaf: Callable[[Leaf], Leaf] = lambda leaf: leaf) -> Formula:
    """The formula with other linear scalars; `leaf` sees each leaf first."""

    def formula(node: Formula) -> Formula:
        match node:
            case Leaf():
                seen = leaf(node)
                base = None if seen.base is None else linear(seen.base)
                return Leaf(scalar(seen.measure), seen.op, scalar(seen.bound), base)
            case All(parts):
                return All(tuple(formula(part) for part in parts))
            case Any(parts):
                return Any(tuple(formula(part) for part in parts))
            case Not(part):
                return Not(formula(part))
            case Truth():
                return node
            case _:
                assert_never(node)

    def scalar(node: Scalar) -> Scalar:
        match node:
            case Lin():
                return linear(node)
            case Basket(members):
                return Basket(tuple(Member(m.label, linear(m.value), formula(m.when)) for m in members))
            case Count(conditions):
                return Count(tuple((label, formula(when)) for label, when in conditions))
            case TopK(k, values):
                return TopK(k, tuple((label, linear(value)) for label, value in values))
            case Greatest(parts):
                return Greatest(tuple(scalar(part) for part in parts))
            case Least(parts):
                return Least(tuple(scalar(part) for part in parts))
            case Quad(squares):
                return Quad(tuple((weight, linear(root)) for weight, root in squares))
            case Sum(weighted):
                return Sum(tuple((factor, scalar(part)) for factor, part in weighted))
            case _:
                assert_never(node)

    return formula(node)


# --- outcomes over a box -----------------------------------------------------------------------


def possible(obligation: Obligation, held: Iterable[bool | None], sure: Sequence[bool]) -> frozenset[Outcome]:
    """Every outcome that the ladder may have somewhere in a box, from what its rungs say all over it. Where a rung is
    not `sure` to be true or false at a point (see `policy.judge.reach.decided`), the answer may be unknown there."""
    found: set[Outcome] = set()
    open_ = False
    for rung, holds_, certain in zip(obligation.ladder, held, sure, strict=False):
        if holds_ is not False:
            found.add(rung.outcome)
        if holds_:
            break
        open_ = open_ or (holds_ is None and not certain)
    else:
        found.add(obligation.otherwise)
    if open_ and len(found) > 1 and not obligation.unknown_is_breach:
        bad = reference.worst(found).rank > Outcome.WARN.rank
        found |= {Outcome.WARN, Outcome.UNKNOWN} if bad else {Outcome.WARN}
    return frozenset(found)
