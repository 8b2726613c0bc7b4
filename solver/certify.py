"""The exact word on a point: the judge's, and what the account's orders must respect.

Nothing leaves the finder that has not passed here. A flaw names what is wrong; an empty list of flaws and a verdict
among the allowed outcomes are what "certified" means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from policy.interval import ZERO, low
from policy.ir import meaning
from policy.ir.bound import Bound, Domain, Lin, Outcome, Point, Quantity
from policy.judge.eval import climb, judge, read
from policy.judge.verdict import Verdict
from solver.orders import Position, Positions, positions

Values = meaning.Values


@dataclass(frozen=True, slots=True)
class Certified:
    """A point, the judge's verdict there, and the flaws of its orders."""

    point: Point
    verdict: Verdict
    flaws: tuple[str, ...]

    def passes(self, allowed: frozenset[Outcome]) -> bool:
        return not self.flaws and all(f.outcome in allowed for f in self.verdict.findings)


def certify(bound: Bound, point: Point) -> Certified:
    """Judges the point with the reference judge, and checks the domains of all accounts."""
    return Certified(point, judge(bound, point), flaws(bound, point, meaning.values(bound.forms, point)))


def outcomes(bound: Bound, at: Values) -> list[Outcome]:
    """What each obligation says, without the numbers that explain it."""
    return [
        climb(o, (rungs := read(o, standing=False)), (meaning.truth(r.formula, at) for r in rungs))[0]
        for o in bound.obligations
    ]


def flaws(bound: Bound, point: Point, at: Values) -> tuple[str, ...]:
    """What is wrong with the orders, whatever the rules say."""
    found = [flaw for name, amount in point.items() if (flaw := _amiss(bound.quantities[name], amount))]
    held = positions(bound) if any(domain.minimum_trade > 0 for domain in bound.domains) else {}
    for domain in bound.domains:
        found += _domain(domain, held, bound, point, at)
    return tuple(found)


def _amiss(quantity: Quantity, amount: Fraction) -> str | None:
    if not quantity.low <= amount <= quantity.high:
        return f"{quantity.name} is outside its box"
    if quantity.step is not None and amount != quantity.high and (amount / quantity.step).denominator != 1:
        return f"{quantity.name} is no whole number of units"
    return None


def _domain(domain: Domain, held: Positions, bound: Bound, point: Point, at: Values) -> Iterator[str]:
    left = low(meaning.scalar(Lin(ZERO, ((Fraction(1), domain.cash),)), at))
    if left is None or left < domain.cash_floor:
        yield f"{domain.account} would be short of cash"
    for buy, sells in domain.crossing:
        if point.get(buy) and any(point.get(sell) for sell in sells):
            yield f"{buy} crosses an order the other way in the same instrument"
    if not domain.specific:
        for lots in domain.relief.values():
            for lot, following in pairwise(lots):
                if point.get(following) and point.get(lot, ZERO) < bound.quantities[lot].high:
                    yield f"{following} is used before {lot}, against the account's relief method"
    if domain.minimum_trade > 0:
        yield from _too_small(domain, held, bound, point)


def _too_small(domain: Domain, held: Positions, bound: Bound, point: Point) -> Iterator[str]:
    for instrument, price in domain.prices.items():
        position = held.get((domain.account, instrument), Position((), ()))
        for names, closing in ((position.opening, False), (position.closing, True)):
            amount = sum((point.get(name, ZERO) for name in names), ZERO)
            all_of_it = closing and amount == sum((bound.quantities[name].high for name in names), ZERO)
            if amount and price * amount < domain.minimum_trade and not all_of_it:
                yield f"an order of {instrument} in {domain.account} is below the minimum trade"
