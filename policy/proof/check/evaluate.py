"""The truth of every obligation at a point, from the numbers in the bundle alone: the judge's independent twin.

docs/proofs.md states the meaning; this file is short enough to be read against it. Where facts are missing a
number is a range and a truth may be None; nothing unknown ever becomes true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never

from policy.proof.check.case import (
    RANK,
    All,
    Any,
    Basket,
    Case,
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
    Scalar,
    Squares,
    Sum,
    Top,
    Truth,
)
from policy.proof.check.ranges import (
    ONE,
    ZERO,
    Number,
    at_most,
    below,
    between,
    both,
    either,
    ends,
    largest,
    negated,
    smallest,
    square,
    times,
    total,
    weighted,
    with_zero,
)

Values = Mapping[str, Number]
"""What quantities and forms are at a point."""


def values(case: Case, point: Mapping[str, Number]) -> Values:
    """Every quantity (zero where the point is silent) and every form."""
    found: dict[str, Number] = {name: point.get(name, ZERO) for name in case.quantities}
    for name, form in case.forms.items():
        found[name] = linear(form, found)
    return found


def linear(lin: Linear, at: Values) -> Number:
    if len(lin.terms) == 1 and not lin.const:  # a share of net assets, the value of an issuer: most of all sides
        ((factor, name),) = lin.terms
        return times(factor, at[name])
    return weighted([(ONE, lin.const), *((factor, at[name]) for factor, name in lin.terms)])


def scalar(node: Scalar, at: Values) -> Number:
    match node:
        case Linear():
            return linear(node, at)
        case Basket(members):
            return total(_counted(linear(value, at), truth(when, at)) for value, when in members)
        case Count(members):
            return total(_counted(ONE, truth(when, at)) for when in members)
        case Top(k, parts):
            return _top(k, [linear(part, at) for part in parts])
        case Greatest(parts):
            return largest([scalar(part, at) for part in parts])
        case Least(parts):
            return smallest([scalar(part, at) for part in parts])
        case Squares(parts):
            return weighted((weight, square(linear(part, at))) for weight, part in parts)
        case Sum(parts):
            return weighted((factor, scalar(part, at)) for factor, part in parts)
        case _:
            assert_never(node)


def truth(node: Formula, at: Values) -> bool | None:
    match node:
        case Leaf():
            return leaf(node, at)
        case All(parts):
            return both(truth(part, at) for part in parts)
        case Any(parts):
            return either(truth(part, at) for part in parts)
        case Not(part):
            return negated(truth(part, at))
        case Truth(value):
            return value
        case _:
            assert_never(node)


def leaf(node: Leaf, at: Values) -> bool | None:
    return holds(node, scalar(node.measure, at), scalar(node.bound, at), at)


def holds(node: Leaf, measure: Number, bound: Number, at: Values) -> bool | None:
    """Whether the leaf holds with these values of its sides."""
    compared = comparison(measure, node.op, bound)
    return compared if node.base is None else _ratio(measure, node.op, compared, linear(node.base, at))


def comparison(measure: Number, op: Op, bound: Number) -> bool | None:
    match op:
        case Op.LE:
            return at_most(measure, bound)
        case Op.LT:
            return below(measure, bound)
        case Op.GE:
            return at_most(bound, measure)
        case Op.GT:
            return below(bound, measure)
        case _:
            assert_never(op)


def outcome(obligation: Obligation, at: Values) -> Outcome:
    """The answer of the ladder, by the rule of docs/proofs.md."""
    return settled(possible(obligation, at, obligation.unknown_is_breach))


def settled(outcomes: set[Outcome]) -> Outcome:
    """One answer for what is still possible."""
    if len(outcomes) == 1 or outcomes == {Outcome.WAIVED, Outcome.CONSENT}:
        return worst(outcomes)
    return Outcome.WARN if worst(outcomes) in (Outcome.PASS, Outcome.WARN) else Outcome.UNKNOWN


def possible(obligation: Obligation, at: Values, unknown_is_breach: bool) -> set[Outcome]:
    """The outcomes of the ladder over all truths of its unknown rungs."""
    found = set()
    for rung in obligation.ladder:
        holds = truth(rung.formula, at)
        if holds is None and unknown_is_breach:
            holds = False
        if holds is not False:
            found.add(rung.outcome)
        if holds is True:
            return found
    return found | {obligation.otherwise}


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    return max(outcomes, key=RANK.__getitem__, default=Outcome.PASS)


def _ratio(measure: Number, op: Op, compared: bool | None, base: Number) -> bool | None:
    """A ratio over a base that may not be above zero: docs/proofs.md, "Ratios"."""
    positive = below(ZERO, base)
    nothing = both([at_most(base, ZERO), at_most(ZERO, base), at_most(measure, ZERO), at_most(ZERO, measure)])
    if either([both([positive, compared]), nothing]) is True:
        return True
    broken = both([positive, negated(compared)])
    if op in (Op.LE, Op.LT):
        broken = either([broken, both([below(ZERO, measure), either([at_most(base, ZERO), negated(compared)])])])
    return False if broken is True else None


def _counted(value: Number, holds: bool | None) -> Number:
    return value if holds else ZERO if holds is False else with_zero(value)


def _top(k: int, parts: list[Number]) -> Number:
    """The sum of the k largest, an end at a time."""
    lows, highs = zip(*map(ends, parts), strict=True) if parts else ((), ())
    known = sorted((low for low in lows if low is not None), reverse=True)
    low = None if len(known) < min(k, len(parts)) else sum(known[:k], ZERO)
    if k and None in highs:
        return between(low, None)
    return between(low, sum(sorted((high for high in highs if high is not None), reverse=True)[:k], ZERO))
