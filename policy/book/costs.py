"""What trading costs, said once: the affine estimate that rules and the solver use, and what a fill pays exactly.

`worth` is one unit in the base currency: price · multiplier · exchange rate. The estimate of the cash that orders
bring is

    Σ sold · received_per_unit − Σ bought · paid_per_unit

A fill pays the same less its ticket, rounded once to the cent. The difference is the account's residue, and its
box is known before the orders are: per order, the ticket and half a cent either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from policy.book.currency import cent, to_cents
from policy.book.facts import Cost, Side

ZERO = Fraction(0)
PAYING: Mapping[Side, bool] = {Side.BUY: True, Side.COVER: True, Side.SELL: False, Side.SHORT: False}
"""Whether the account pays (or is paid) on this side."""


def lost_per_unit(cost: Cost, worth: Fraction) -> Fraction:
    """Base currency that trading a unit costs on either side, ticket and rounding aside."""
    return worth * cost.spread + cost.per_unit


def paid_per_unit(cost: Cost, worth: Fraction) -> Fraction:
    """Base currency that a bought or covered unit costs, ticket and rounding aside."""
    return worth + lost_per_unit(cost, worth)


def received_per_unit(cost: Cost, worth: Fraction) -> Fraction:
    """Base currency that a sold or shorted unit brings, ticket and rounding aside."""
    return worth - lost_per_unit(cost, worth)


def estimate(cost: Cost, side: Side, quantity: Fraction, worth: Fraction) -> Fraction:
    """Change of cash by the affine estimate; below zero for a purchase."""
    if PAYING[side]:
        return -quantity * paid_per_unit(cost, worth)
    return quantity * received_per_unit(cost, worth)


def fill(cost: Cost, side: Side, quantity: Fraction, worth: Fraction, currency: str) -> Fraction:
    """Change of cash that one order makes when it is filled whole, to the cent."""
    return to_cents(estimate(cost, side, quantity, worth) - cost.ticket, currency)


def residue_box(cost: Cost, currency: str, orders: int) -> tuple[Fraction, Fraction]:
    """Lowest and highest sum of (fill − estimate) over at most `orders` orders."""
    half = cent(currency) / 2
    return orders * min(ZERO, -cost.ticket - half), orders * max(ZERO, half - cost.ticket)
