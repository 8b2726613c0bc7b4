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
    from policy.book.facts import Lot
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
    """At most so much could be spent: cash of known worth, and every long lot of known price sold. An overdraft counts
    as nothing, since it may stand: no order has to pay it back. It bounds what a purchase can be, whatever the rules
    say."""
    return max(ZERO, _known_cash(index, account)) + _long_worth(index, account)


def own_worth(index: Index, account: str) -> Fraction:
    """Cash and long lots less what is short; not below 0, and 0 where the worth of a short lot is not known."""
    short = [(i, -sum((lot.quantity for lot in lots if lot.quantity < 0), ZERO)) for i, lots in _held(index, account)]
    owed = [(units, unit_value(index, instrument)) for instrument, units in short if units]
    if any(worth is None for _, worth in owed):
        return ZERO
    owned = _known_cash(index, account) + _long_worth(index, account)
    return max(ZERO, owned - sum((units * (worth or ZERO) for units, worth in owed), ZERO))


def _known_cash(index: Index, account: str) -> Fraction:
    found = index.book.accounts[account].cash.items()
    return sum(((rate(index, currency) or ZERO) * sum(amounts) for currency, amounts in found), ZERO)


def _long_worth(index: Index, account: str) -> Fraction:
    total = ZERO
    for instrument, lots in _held(index, account):
        worth = unit_value(index, instrument) or ZERO
        total += worth * sum((lot.quantity for lot in lots if lot.quantity > 0), ZERO)
    return total


def shortable(index: Index, account: str, instrument: str, worth: Fraction) -> Fraction:
    """Units of an instrument that an account of its own `worth` may sell short: until what it is short of it is worth
    as much."""
    holder, each = index.book.accounts[account], unit_value(index, instrument)
    if not holder.short_sales or holder.held_away or not each:
        return ZERO
    lots = index.held.get(account, {}).get(instrument, ())
    short = -sum((lot.quantity for lot in lots if lot.quantity < 0), ZERO)
    step = index.book.instruments[instrument].step
    return max(ZERO, (worth / each - short) // step * step)


def _held(index: Index, account: str) -> Iterable[tuple[str, tuple[Lot, ...]]]:
    return index.held.get(account, {}).items()


def residue(index: Index, account: str, given: Iterable[str] = ()) -> tuple[Fraction, Fraction]:
    """The box of the account's residue: one order for every instrument that it holds or that its model names, or the
    orders that are given (`given`: their instruments), whatever is more of an instrument."""
    holder = index.book.accounts[account]
    own, model = index.held.get(account, {}), index.weights.get((holder.model or "", "security"), {})
    one_each = len(own) + sum(name not in own for name in model)
    more = sum(count - (name in own or name in model) for name, count in Counter(given).items())
    return residue_box(holder.cost, index.book.currency, one_each + more)


def _worth(amount: Fraction, exchange: Fraction | None) -> Number:
    if exchange is not None or amount == 0:
        return amount * (exchange or ZERO)
    return NOT_NEGATIVE if amount > 0 else NOT_POSITIVE
