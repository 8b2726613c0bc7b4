"""What forms, scalars and formulas are worth at a point: the meaning of the bound language.

Numbers are exact or intervals over the missing facts; truth is True, False or None (unknown), combined as
Kleene does. Every function is inclusion monotone: hiding a fact widens a number and can only turn a truth
into None. This file is the reference; it has no cache and no option.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import assert_never

from policy.interval import (
    ZERO,
    Number,
    at_most,
    between,
    dot,
    greatest,
    high,
    hull,
    least,
    less,
    low,
    squared,
    times,
)
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
    Not,
    Op,
    Point,
    Quad,
    Scalar,
    Sum,
    TopK,
    Truth,
)

ONE = Fraction(1)

Values = Mapping[str, Number]
"""The value of every quantity and form at one point."""


def values(forms: Mapping[str, Form], point: Point) -> Values:
    """Every form at the point, each computed once; quantities that the point leaves out are zero."""
    found: dict[str, Number] = dict(point)
    for name, form in forms.items():
        found[name] = _affine(form.const, form.terms, found)
    return found


def scalar(node: Scalar, at: Values) -> Number:
    """The scalar's value."""
    match node:
        case Lin(const, terms):
            return _affine(const, terms, at)
        case Basket(members):
            return _total(_counted(scalar(m.value, at), truth(m.when, at)) for m in members)
        case Count(members):
            held = [truth(when, at) for _, when in members]
            sure = held.count(True)
            return between(Fraction(sure), Fraction(sure + held.count(None)))
        case TopK(k, listed):
            return _top(k, [scalar(value, at) for _, value in listed])
        case Greatest(parts):
            return reduce(greatest, (scalar(part, at) for part in parts))
        case Least(parts):
            return reduce(least, (scalar(part, at) for part in parts))
        case Quad(squares):
            return dot(ZERO, ((weight, squared(scalar(root, at))) for weight, root in squares))
        case Sum(weighted):
            return dot(ZERO, ((factor, scalar(part, at)) for factor, part in weighted))
        case _:
            assert_never(node)


def truth(node: Formula, at: Values) -> bool | None:
    """Whether the formula holds; None where a missing fact decides."""
    match node:
        case Leaf():
            return leaf_truth(node, at)
        case All(parts):
            found = [truth(part, at) for part in parts]
            return False if False in found else None if None in found else True
        case Any(parts):
            found = [truth(part, at) for part in parts]
            return True if True in found else None if None in found else False
        case Not(part):
            inner = truth(part, at)
            return None if inner is None else not inner
        case Truth(value, _):
            return value
        case _:
            assert_never(node)


def leaf_truth(leaf: Leaf, at: Values) -> bool | None:
    return compared(leaf, scalar(leaf.measure, at), scalar(leaf.bound, at), at)


def compared(leaf: Leaf, measure: Number, bound: Number, at: Values) -> bool | None:
    """The comparison; with a base, the guarded ratio of `Leaf`'s docstring."""
    holds = COMPARE[leaf.op](measure, bound)
    if leaf.base is None:
        return holds
    base = scalar(leaf.base, at)
    if less(ZERO, base):
        return holds
    if base == ZERO and measure == ZERO:
        return True
    over_nothing = leaf.op in CAPS and less(ZERO, measure)
    never_positive = at_most(base, ZERO)
    return False if over_nothing and (never_positive or holds is False) else None


CAPS = frozenset({Op.LE, Op.LT})
COMPARE: Mapping[Op, Callable[[Number, Number], bool | None]] = {
    Op.LE: at_most,
    Op.LT: less,
    Op.GE: lambda a, b: at_most(b, a),
    Op.GT: lambda a, b: less(b, a),
}


def _affine(const: Number, terms: Sequence[tuple[Number, str]], at: Values) -> Number:
    if len(terms) == 1 and not const:  # the usual case, quickly
        ((coefficient, name),) = terms
        return times(coefficient, at.get(name, ZERO))
    return dot(const, ((coefficient, worth) for coefficient, name in terms if (worth := at.get(name))))


def _counted(value: Number, member: bool | None) -> Number:
    """A basket member's part: its value, nothing, or anything between where membership is unknown."""
    return value if member else ZERO if member is False else hull(ZERO, value)


def _total(parts: Iterable[Number]) -> Number:
    return dot(ZERO, ((ONE, part) for part in parts))


def _top(k: int, worth: list[Number]) -> Number:
    """The sum of the k largest: of the low ends from below, of the high ends from above."""
    lows = sorted((end for end in map(low, worth) if end is not None), reverse=True)[:k]
    highs = [high(number) for number in worth]
    return between(
        sum(lows, ZERO) if len(lows) == min(k, len(worth)) else None,
        None if None in highs else sum(sorted((end for end in highs if end is not None), reverse=True)[:k], ZERO),
    )
