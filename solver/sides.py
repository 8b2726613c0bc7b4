"""Either-or conditions of trading, settled from a claim: a side for every instrument, lots in their order, orders
worth placing.

A linear claim may buy and sell the same instrument, sell lots against the account's relief method, or place orders
that are too small. Here each is settled the way the claim leans, as restrictions under which the model is solved
again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from policy.interval import ZERO
from policy.ir.bound import Bound, Domain
from solver.model import Row, Standing
from solver.orders import Positions
from solver.restrict import held

NOISE = Fraction(1, 10**6)  # units; less than this is a float's error

Amounts = Mapping[str, Fraction]
"""Claimed quantities, in their own units."""


def unsettled(bound: Bound, held_by: Positions, amounts: Amounts) -> bool:
    """Whether the claim breaks one of the conditions."""
    return any(
        bool(crossed(domain, amounts))
        or _out_of_order(domain, bound, amounts)
        or any(True for _ in _small(domain, held_by, bound, amounts))
        for domain in bound.domains
    )


def settle(bound: Bound, held_by: Positions, amounts: Amounts) -> list[Row]:
    """Restrictions that keep every condition, close to the claim."""
    rows: list[Row] = []
    for domain in bound.domains:
        rows += _one_side(domain, bound, amounts)
        rows += _in_order(domain, bound, amounts)
        rows += _worth_placing(domain, held_by, bound, amounts)
    return rows


def _sum(names: tuple[str, ...], amounts: Amounts) -> Fraction:
    return sum((amounts.get(name, ZERO) for name in names), ZERO)


# --- one side ------------------------------------------------------------------------------------


def crossed(domain: Domain, amounts: Amounts) -> list[str]:
    """Purchases of what is also sold."""
    return [buy for buy, sells in domain.crossing if amounts.get(buy, ZERO) > NOISE and _sum(sells, amounts) > NOISE]


def _one_side(domain: Domain, bound: Bound, amounts: Amounts) -> Iterator[Row]:
    """The side of the net trade; where nothing is traded, both stay open until a claim uses both."""
    for buy, sells in domain.crossing:
        bought, sold = amounts.get(buy, ZERO), _sum(sells, amounts)
        if bought > NOISE or sold > NOISE:
            for name in sells if bought >= sold else (buy,):
                yield held(name, None, ZERO)


# --- lots in their order ---------------------------------------------------------------------------


def _out_of_order(domain: Domain, bound: Bound, amounts: Amounts) -> bool:
    for lots in () if domain.specific else domain.relief.values():
        open_lot = False
        for lot in lots:
            if open_lot and amounts.get(lot, ZERO) > NOISE:
                return True
            open_lot = open_lot or amounts.get(lot, ZERO) < bound.quantities[lot].high - NOISE
    return False


def _in_order(domain: Domain, bound: Bound, amounts: Amounts) -> Iterator[Row]:
    """Lots before the one that the total reaches are used up, lots after it are left."""
    for lots in () if domain.specific else domain.relief.values():
        left = _sum(lots, amounts)
        for lot in lots:
            top = bound.quantities[lot].high
            if left <= NOISE and lot != lots[0]:
                yield held(lot, None, ZERO)
            elif left >= top and lot != lots[-1]:
                yield held(lot, top / (bound.quantities[lot].step or 1), None)
            left = max(ZERO, left - top)


# --- orders worth placing --------------------------------------------------------------------------


Small = tuple[tuple[str, ...], Fraction, Fraction]
"""An order below the minimum: its quantities, units claimed, least units that may be placed."""


def _small(domain: Domain, held_by: Positions, bound: Bound, amounts: Amounts) -> Iterator[Small]:
    if domain.minimum_trade <= 0:
        return
    for instrument, price in domain.prices.items():
        position = held_by.get((domain.account, instrument))
        for names in () if position is None else (position.opening, position.closing):
            whole = sum((bound.quantities[name].high for name in names), ZERO)
            least = domain.minimum_trade / price
            if names and position is not None and names == position.closing:
                least = min(least, whole)
            claimed = _sum(names, amounts)
            if NOISE < claimed < least - NOISE:
                yield names, claimed, least


def _worth_placing(domain: Domain, held_by: Positions, bound: Bound, amounts: Amounts) -> Iterator[Row]:
    for names, claimed, least in _small(domain, held_by, bound, amounts):
        if claimed * 2 < least or sum((bound.quantities[name].high for name in names), ZERO) < least:
            yield from (held(name, None, ZERO) for name in names)
        else:
            terms = tuple((bound.quantities[name].step or Fraction(1), name) for name in names)
            yield Row(f"{names[0]} least!", terms, least, None, Standing.RESTRICTION, "search")
