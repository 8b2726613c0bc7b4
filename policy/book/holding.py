"""What is known of one tax lot: how long it is held, and what it has gained."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from policy.book.calendar import DAY
from policy.book.facts import Lot, Value
from policy.book.prices import quote, rate

if TYPE_CHECKING:
    from policy.book.read import Index


def days_held(lot: Lot, day: date) -> int | None:
    """Calendar days since the lot was acquired."""
    return None if lot.acquired is None else (day - lot.acquired).days


def long_term_from(acquired: date) -> date:
    """The first day on which a sale is long-term: the holding period starts on the day after the acquisition and
    must be more than a year (26 USC 1222(3); Rev. Rul. 66-7: acquired on the last day of a month, long-term from
    the first day of the thirteenth month)."""
    start = acquired + DAY if acquired < date.max else acquired
    if start.year == date.max.year:
        return date.max
    if (start.month, start.day) == (2, 29):
        return date(start.year + 1, 3, 1)
    return start.replace(year=start.year + 1)


def is_long_term(lot: Lot, day: date) -> bool | None:
    return None if lot.acquired is None else day >= long_term_from(lot.acquired)


def gain_per_unit(index: Index, lot: Lot) -> Fraction | None:
    """What one unit is worth beyond its basis, in the instrument's currency; a short lot gains as the price falls."""
    latest = quote(index, lot.instrument)
    if latest is None or lot.basis is None:
        return None
    worth = latest.price * index.book.instruments[lot.instrument].multiplier
    return worth - lot.basis if lot.quantity > 0 else lot.basis - worth


def unit_cost(index: Index, lot: Lot) -> Fraction | None:
    """The basis of one unit in the base currency, at the rate of the day on which the lot was acquired."""
    currency = index.book.instruments[lot.instrument].currency
    if lot.basis is None or (lot.acquired is None and currency != index.book.currency):
        return None
    exchange = rate(index, currency, lot.acquired)
    return None if exchange is None else lot.basis * exchange


def cost(index: Index, lot: Lot) -> Fraction | None:
    """What the whole lot cost, base currency; below zero for a short lot, whose basis is what it brought."""
    unit = unit_cost(index, lot)
    return None if unit is None else lot.quantity * unit


def lot_fact(index: Index, lot: Lot, words: str) -> Value | None:
    """A term of the vocabulary that belongs to lots."""
    match words:
        case "acquired":
            return lot.acquired
        case "days held":
            held = days_held(lot, index.book.as_of)
            return None if held is None else Fraction(held)
        case "long term":
            return is_long_term(lot, index.book.as_of)
        case "below basis":
            gain = gain_per_unit(index, lot)
            return None if gain is None else gain < 0
        case "unrealised gain":
            gain = gain_per_unit(index, lot)
            return gain / lot.basis if gain is not None and lot.basis else None
        case _:
            raise KeyError(f"`{words}` is no fact of a lot")
