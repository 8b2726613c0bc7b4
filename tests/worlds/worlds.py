"""A world: one bound book with the points at which it is judged. One seed, one world, on every machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from random import Random

from policy.interval import ZERO
from policy.ir import meaning
from policy.ir.bound import Bound, Kind, Moment, Point, Quantity
from tests.worlds.books import Draft, book
from tests.worlds.clauses import Clauses, obligation

DAY = date(2026, 7, 1)
MOMENTS = ((Moment.PROPOSAL,), (Moment.PROPOSAL,), (Moment.TRADE,), (Moment.TRADE, Moment.CLOSE))


@dataclass(frozen=True, slots=True)
class World:
    bound: Bound
    points: tuple[Point, ...]


def world(seed: int, *, obligations: int = 10, points: int = 10, securities: int = 4) -> World:
    """The first point is the book as it stands; of the others, two of three differ from the one before in one order."""
    rng = Random(seed)
    draft = book(rng, accounts=rng.choice((1, 1, 2)), securities=rng.randint(1, securities))
    quantities, forms = dict(draft.quantities), dict(draft.forms)
    bound = Bound(DAY, DAY, "USD", quantities, forms, (), tuple(draft.domains), "00" * 32, "11" * 32)
    drawn: list[Point] = [{}]
    while len(drawn) < points:
        far = point(rng, bound)
        drawn += [far, neighbour(rng, bound, far), neighbour(rng, bound, far)]
    clauses = _clauses(rng, draft, drawn)
    made = tuple(obligation(clauses, i, moments=rng.choice(MOMENTS)) for i in range(obligations))
    return World(replace(bound, obligations=made), tuple(drawn))


def _clauses(rng: Random, draft: Draft, points: list[Point]) -> Clauses:
    seen = [meaning.values(draft.forms, p) for p in points]
    nets = [name for name in draft.forms if name.startswith("net assets/")]
    flows = [*draft.quantities, *(name for name in draft.forms if name.startswith("bought/"))]
    return Clauses(rng, [*draft.forms, *draft.quantities], nets, flows, seen)


def point(rng: Random, bound: Bound) -> Point:
    """Some quantities at whole steps, some at their ends, a few between steps; residues in their boxes."""
    share = rng.choice((0.2, 0.5, 0.9))
    chosen = {name: _amount(rng, q) for name, q in bound.quantities.items() if rng.random() < share}
    return {name: amount for name, amount in chosen.items() if amount or rng.random() < 0.1}


def neighbour(rng: Random, bound: Bound, point: Point) -> Point:
    """The point with one order a step larger or smaller, or left out."""
    name, quantity = rng.choice(list(bound.quantities.items()))
    amount = point.get(name, ZERO)
    moved = rng.choice((ZERO, amount + (quantity.step or 0), amount - (quantity.step or 0)))
    return {**point, name: min(quantity.high, max(ZERO, moved))}


def _amount(rng: Random, quantity: Quantity) -> Fraction:
    if quantity.kind is Kind.RESIDUE or quantity.step is None:
        return quantity.low + (quantity.high - quantity.low) * Fraction(rng.randint(0, 300), 300)
    if rng.random() < 0.2:
        return quantity.high
    if rng.random() < 0.05:
        return quantity.high * Fraction(rng.randint(0, 7), 7)
    steps = int(quantity.high / quantity.step)
    return min(quantity.high, quantity.step * rng.randint(0, steps)) if steps > 0 else ZERO
