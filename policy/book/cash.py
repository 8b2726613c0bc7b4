"""Cash of an account in the base currency, and how far it reaches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from policy.book.costs import residue_box
from policy.book.prices import rate, unit_value
from policy.interval import NOT_NEGATIVE, ZERO, Interval, Number, plus

if TYPE_CHECKING:
    from policy.book.read import Index

NOT_POSITIVE = Interval(None, ZERO)


def cash(index: Index, account: str) -> tuple[Number, Number]:
    """(settled, unsettled); foreign cash without a rate is worth anything of its sign."""
    settled: Number = ZERO
    unsettled: Number = ZERO
    for currency, (now, later) in index.book.accounts[account].cash.items():
        exchange = rate(index, currency)
        settled = plus(settled, _worth(now, exchange))
        unsettled = plus(unsettled, _worth(later, exchange))
    return settled, unsettled


def spendable(index: Index, account: str) -> Fraction:
    """At most so much could be spent: cash of known worth, and every long lot of known price sold; not below 0.
    It bounds what a purchase can be, whatever the rules say."""
    holder = index.book.accounts[account]
    total = ZERO
    for currency, amounts in holder.cash.items():
        total += (rate(index, currency) or ZERO) * sum(amounts)
    for instrument, lots in index.held.get(account, {}).items():
        worth = unit_value(index, instrument) or ZERO
        total += worth * sum((lot.quantity for lot in lots if lot.quantity > 0), ZERO)
    return max(ZERO, total)


def residue(index: Index, account: str, given: Iterable[str] = ()) -> tuple[Fraction, Fraction]:
    """The box of the account's residue: one order for every instrument that it holds or that its model names, or the
    orders that are given (`given`: their instruments), whatever is more of an instrument."""
    holder = index.book.accounts[account]
    model = index.weights.get((holder.model or "", "security"), {})
    orders = Counter(dict.fromkeys(index.held.get(account, {}).keys() | model.keys(), 1)) | Counter(given)
    return residue_box(holder.cost, index.book.currency, orders.total())


def _worth(amount: Fraction, exchange: Fraction | None) -> Number:
    if exchange is not None or amount == 0:
        return amount * (exchange or ZERO)
    return NOT_NEGATIVE if amount > 0 else NOT_POSITIVE
