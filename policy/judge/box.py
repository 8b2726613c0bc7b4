"""What a formula says all over a box of points, not at one: for partial fills and for moving prices.

A box is a product of edges. Along an edge some variables move together, from corner to corner in straight lines;
edges move freely of each other. Formulas are unfolded first: their forms are written out over the variables, so that
what is bought and what is paid for it cancel. A linear scalar's range over the box is then exact, and so is a leaf
with linear sides. Above that, ranges are combined as intervals, which is sound: what is true over the box is true at
each of its points.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import assert_never

from policy.interval import ZERO, Number, hull, less, negative, plus, times
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
    """`edges_of`: the numbers of the edges that move a variable; it moves by their sum."""

    edges: Sequence[Edge]
    edges_of: Mapping[str, Collection[int]]


def box(edges: Iterable[Edge]) -> Box:
    listed = list(edges)
    edges_of: dict[str, set[int]] = {}
    for number, name in ((n, name) for n, edge in enumerate(listed) for corner in edge for name, _ in corner):
        edges_of.setdefault(name, set()).add(number)
    return Box(listed, edges_of)


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
    const, slopes = node.const, dict[str, Number]()
    for factor, name in node.terms:
        line = over.get(name)
        if line is None:
            const = plus(const, times(factor, at.get(name, ZERO)))
            continue
        const = plus(const, times(factor, line.const))
        for slope, variable in line.terms:
            product = times(factor, slope)
            slopes[variable] = plus(slopes[variable], product) if variable in slopes else product
    return Lin(const, tuple((slope, variable) for variable, slope in slopes.items()))


def span(line: Lin, over: Box) -> Number:
    """The range over the box: exact where the scalar's numbers are."""
    moved: dict[int, dict[str, Number]] = {}
    for slope, name in line.terms:
        for number in over.edges_of.get(name, ()):
            moved.setdefault(number, {})[name] = slope
    total = line.const
    for number, slopes in moved.items():
        first, *others = (_rise(slopes, corner) for corner in over.edges[number])
        for other in others:
            first = hull(first, other)
        total = plus(total, first)
    return total


def rises(line: Lin, edge: Edge) -> list[Number]:
    """What each corner of an edge adds to the scalar."""
    slopes = {name: slope for slope, name in line.terms}
    return [_rise(slopes, corner) for corner in edge]


def _rise(slopes: Mapping[str, Number], corner: Corner) -> Number:
    total: Number = ZERO
    for name, amount in corner:
        if name in slopes:
            total = plus(total, times(slopes[name], amount))
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


def holds(node: Formula, over: Box) -> bool | None:
    """Of an unfolded formula: True at every point of the box, False at none; None: it depends, or a missing fact
    decides."""
    return meaning.truth(replaced(node, lambda line: Lin(span(line, over))), {})


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
