"""Books so small that every point can be judged: random clauses, a handful of units to trade, an objective."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random

from policy.interval import ZERO
from policy.ir import meaning
from policy.ir.bound import Bound, Deviation, Kind, Lin, Objective, Outcome, Point, Quantity
from solver.certify import flaws, outcomes
from solver.objective import value
from tests.worlds.worlds import world

UNITS = 3


def tiny(seed: int, obligations: int = 3) -> tuple[Bound, Objective]:
    """At most three units of anything, no residues; two objectives out of three have a deviation."""
    rng = Random(seed)
    bound = world(seed, obligations=obligations, securities=2).bound
    quantities = {name: _shrunk(q) for name, q in bound.quantities.items()}
    kept = 0
    for name, q in quantities.items():
        kept += q.low < q.high
        if kept > 6:
            quantities[name] = replace(q, low=ZERO, high=ZERO)
    return replace(bound, quantities=quantities), _goal(rng, bound)


def _shrunk(q: Quantity) -> Quantity:
    if q.kind is Kind.RESIDUE:
        return replace(q, low=ZERO, high=ZERO)
    assert q.step is not None
    return replace(q, high=min(q.high, UNITS * q.step))


def _goal(rng: Random, bound: Bound) -> Objective:
    linear = tuple(
        (Fraction(rng.randint(-5, 5)), q.name) for q in bound.quantities.values() if q.kind is not Kind.RESIDUE
    )
    exact = [
        n for n, f in bound.forms.items() if n.startswith("value/") and all(isinstance(c, Fraction) for c, _ in f.terms)
    ]
    deviations = tuple(
        Deviation(
            name, Lin(Fraction(-rng.randint(0, 2000)), ((Fraction(1), name),)), Fraction(rng.randint(0, 3)), Fraction(1)
        )
        for name in exact
        if rng.random() < 0.5
    )
    return Objective(Lin(ZERO, linear), deviations)


def points(bound: Bound) -> Iterator[Point]:
    """Every point: whole units, and lots sold out."""
    ranges = [[(q.name, amount) for amount in _amounts(q)] for q in bound.quantities.values() if q.high > q.low]
    for chosen in product(*ranges):
        yield {name: amount for name, amount in chosen if amount}


def _amounts(q: Quantity) -> list[Fraction]:
    assert q.step is not None
    whole = [q.step * n for n in range(int(q.high / q.step) + 1)]
    return whole if whole[-1] == q.high else [*whole, q.high]


def compliant(bound: Bound, goal: Objective, allowed: frozenset[Outcome]) -> list[tuple[Fraction, Point]]:
    """Every point that passes, with what it is worth."""
    found = []
    for point in points(bound):
        at = meaning.values(bound.forms, point)
        if all(said in allowed for said in outcomes(bound, at)) and not flaws(bound, point, at):
            found.append((value(goal, at), point))
    return found
