"""Random scalars, formulas, ladders and obligations over a drafted book.

Most limits are set so that some leaf is exactly at its boundary at one of the points that will be judged, or one
small unit to either side of it. Bases are zero at some point now and then, negative now and then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from policy.interval import ZERO, Interval, Number, high, low, minus
from policy.ir import meaning
from policy.ir.bound import (
    All,
    Any,
    Basket,
    Count,
    Formula,
    Greatest,
    Leaf,
    Least,
    Lin,
    Member,
    Moment,
    Not,
    Obligation,
    Op,
    Origin,
    Outcome,
    Quad,
    Rung,
    Scalar,
    Sum,
    TopK,
    Truth,
)

ONE = Fraction(1)
UNKNOWN_NUMBER = 0.004  # a coefficient or constant that is an interval, per linear scalar
UNKNOWN_TRUTH = 0.15  # a fact that is missing, per Truth node
FACTORS = (ONE, ONE, ONE, -ONE, Fraction(1, 2), Fraction(1, 20), Fraction(7, 3), Fraction(-3, 2), Fraction(100))
NUDGES = (ZERO,) * 20 + (Fraction(1, 100), Fraction(-1, 100), Fraction(1, 10**9), Fraction(-1, 10**9), Fraction(1000))


@dataclass(frozen=True, slots=True)
class Clauses:
    """What clauses are drawn from: names of forms and quantities, those of net assets, those that are zero without
    orders, and the values of all at each point to be judged."""

    rng: Random
    names: Sequence[str]
    nets: Sequence[str]
    flows: Sequence[str]
    seen: Sequence[meaning.Values]


def obligation(c: Clauses, number: int, *, moments: tuple[Moment, ...]) -> Obligation:
    rng = c.rng
    rule = f"rule-{rng.randrange(4)}"
    origin = Origin(rule, rule.title(), number % 3, f"{rule}.mandate", 1, 1, "Rule 1", "firm", "00" * 32)
    ladder = tuple(_rung(c, place) for place in range(rng.choice((1, 1, 2, 2, 3, 4))))
    return Obligation(
        f"{rule}#{number}",
        origin,
        "household",
        ("A0",),
        rng.choice((None, f"group {number}")),
        moments,
        ladder,
        rng.choice((Outcome.BLOCK, Outcome.BLOCK, Outcome.CONSENT, Outcome.WARN)),
        unknown_is_breach=rng.random() < 0.15,
        visible_to=rng.choice((None, None, None, "control room")),
    )


def _rung(c: Clauses, place: int) -> Rung:
    if place == 0:
        return Rung(formula(c, c.rng.choice((0, 0, 0, 1, 2))), Outcome.PASS, "within the limit")
    outcome = c.rng.choice((Outcome.PASS, Outcome.WARN, Outcome.WAIVED, Outcome.CONSENT, Outcome.BLOCK))
    return Rung(formula(c, c.rng.choice((0, 0, 1))), outcome, f"rung {place}", tolerance=c.rng.random() < 0.4)


def formula(c: Clauses, depth: int) -> Formula:
    rng = c.rng
    pick = rng.random()
    if depth == 0 or pick < 0.55:
        return leaf(c, depth)
    if pick < 0.62:
        return Truth(None if rng.random() < UNKNOWN_TRUTH else rng.random() < 0.5, "a fact")
    if pick < 0.7:
        return Not(formula(c, depth - 1))
    parts = tuple(formula(c, depth - 1) for _ in range(rng.choice((0, 1, 2, 2, 3, 3))))
    return All(parts) if pick < 0.85 else Any(parts)


def leaf(c: Clauses, depth: int) -> Leaf:
    """`measure op bound`; at one of the points the two sides are equal, or differ by a nudge."""
    rng = c.rng
    measure = scalar(c, depth)
    at = rng.choice(c.seen)
    bound: Scalar = scalar(c, 0) if rng.random() < 0.7 else lin(c)
    if isinstance(bound, Lin):
        side = rng.choice((low, high))
        gap = minus(meaning.scalar(measure, at), meaning.scalar(bound, at))
        end = side(gap)
        if end is not None and isinstance(bound.const, Fraction):
            bound = Lin(bound.const + end + rng.choice(NUDGES), bound.terms)
    if isinstance(measure, Quad) and rng.random() < 0.5:
        bound = measure if rng.random() < 0.2 else Quad(((abs(rng.choice(FACTORS)), lin(c)),))
    base = _base(c, at) if rng.random() < 0.2 else None
    if base is not None and rng.random() < 0.5:
        measure = _zero_at(measure if isinstance(measure, Lin) else lin(c), at)
    over = base or (lin(c) if rng.random() < 0.3 else None)
    return Leaf(measure, rng.choice(list(Op)), bound, base, "what is measured", over, "USD")


def _base(c: Clauses, at: meaning.Values) -> Lin:
    """Something that is zero at one point, or while nothing is bought, or nothing special."""
    pick = c.rng.random()
    if pick < 0.4:
        return Lin(ZERO, ((ONE, c.rng.choice(c.flows)),))
    return _zero_at(lin(c), at) if pick < 0.7 else lin(c)


def _zero_at(scalar: Lin, at: meaning.Values) -> Lin:
    worth = meaning.scalar(scalar, at)
    if isinstance(worth, Fraction) and isinstance(scalar.const, Fraction):
        return Lin(scalar.const - worth, scalar.terms)
    return scalar


def lin(c: Clauses) -> Lin:
    rng = c.rng
    terms: list[tuple[Number, str]] = [
        (rng.choice(FACTORS), rng.choice(c.names)) for _ in range(rng.choice((0, 1, 1, 1, 2, 3)))
    ]
    if rng.random() < 0.4:
        terms.append((rng.choice((Fraction(1, 20), Fraction(-1, 10), ONE)), rng.choice(c.nets)))
    const: Number = rng.choice((ZERO, ZERO, Fraction(rng.randint(-10_000, 10_000), rng.choice((1, 100, 3)))))
    if rng.random() < UNKNOWN_NUMBER:
        const = _unknown(rng)
    if terms and rng.random() < UNKNOWN_NUMBER:
        terms[0] = (_unknown(rng), terms[0][1])
    return Lin(const, tuple(terms))


def _unknown(rng: Random) -> Interval:
    return rng.choice((Interval(ZERO, ONE), Interval(None, ZERO), Interval(ONE, Fraction(7)), Interval(None, None)))


def scalar(c: Clauses, depth: int) -> Scalar:
    rng = c.rng
    if depth == 0 or rng.random() < 0.5:
        return lin(c)
    some = rng.choice((1, 2, 3))
    match rng.randrange(6):
        case 0:
            return Basket(tuple(Member(f"m{i}", lin(c), formula(c, depth - 1)) for i in range(rng.choice((0, 2, 4)))))
        case 1:
            return Count(tuple((f"m{i}", formula(c, depth - 1)) for i in range(rng.choice((0, 2, 4)))))
        case 2:
            return TopK(some, tuple((f"m{i}", lin(c)) for i in range(rng.choice((1, 2, 4)))))
        case 3:
            parts = tuple(scalar(c, depth - 1) for _ in range(some))
            return Greatest(parts) if rng.random() < 0.5 else Least(parts)
        case 4:
            return Quad(tuple((abs(rng.choice(FACTORS)), lin(c)) for _ in range(some)))
        case _:
            return Sum(tuple((rng.choice(FACTORS), scalar(c, depth - 1)) for _ in range(some)))
