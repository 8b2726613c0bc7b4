"""What was traded, what is due, and what accounts were worth: questions over stretches of days.

An account's history counts as known from the day that the book states for it (`complete`). Before that day there
may have been more: sums are then intervals that are open above, and nothing is said not to have happened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from policy.book.calendar import ahead_end, month_ends, trailing_start
from policy.book.facts import Side, Trade
from policy.book.prices import money
from policy.interval import NOT_NEGATIVE, ZERO, Number, plus

if TYPE_CHECKING:
    from policy.book.read import Index

BUYS = frozenset({Side.BUY, Side.COVER})
SELLS = frozenset({Side.SELL, Side.SHORT})


@dataclass(frozen=True, slots=True)
class Past:
    """Trades found, those of which it is not known whether they count, and whether there can be no others."""

    trades: tuple[Trade, ...]
    perhaps: tuple[Trade, ...]
    complete: bool


def purchases(index: Index, accounts: Collection[str], days: int) -> Number:
    """Money paid for purchases over the trailing calendar days (M212 refuses any other)."""
    return _traded(index, accounts, trailing_start(index.book.as_of, days, False, ()), BUYS)


def sales(index: Index, accounts: Collection[str], days: int) -> Number:
    """Money received for sales over the trailing calendar days."""
    return _traded(index, accounts, trailing_start(index.book.as_of, days, False, ()), SELLS)


def loss_sales(index: Index, accounts: Collection[str], alike: Iterable[str], days: int) -> Past:
    """Sales at a loss of instruments that are substantially `alike`, at most `days` calendar days before the day of the
    book, that day included (26 USC 1091: 30 days). A sale whose gain is not known may be one; a short sale gains or
    loses nothing before it is covered (26 CFR 1.1233-1(a))."""
    return _losses(index, accounts, alike, days, Side.SELL)


def loss_covers(index: Index, accounts: Collection[str], alike: Iterable[str], days: int) -> Past:
    """Short sales of them that were closed at a loss in these days (26 USC 1091(e))."""
    return _losses(index, accounts, alike, days, Side.COVER)


def _losses(index: Index, accounts: Collection[str], alike: Iterable[str], days: int, side: Side) -> Past:
    trades, complete = _recent(index, accounts, alike, days, frozenset({side}))
    sure = tuple(trade for trade in trades if trade.gain is not None and trade.gain < 0)
    return Past(sure, tuple(trade for trade in trades if trade.gain is None), complete)


def recent_purchases(index: Index, accounts: Collection[str], alike: Iterable[str], days: int) -> Past:
    """Purchases of these instruments, at most `days` calendar days back, today included."""
    trades, complete = _recent(index, accounts, alike, days, BUYS)
    return Past(trades, (), complete)


def recent_sales(index: Index, accounts: Collection[str], alike: Iterable[str], days: int) -> Past:
    """Sales, and short sales, of them in these days."""
    trades, complete = _recent(index, accounts, alike, days, SELLS)
    return Past(trades, (), complete)


def withdrawals_due(index: Index, accounts: Collection[str], days: int, business: bool = False) -> Number:
    """Withdrawals less deposits from the day of the book to `days` beyond it, never below zero; not known unless the
    book says that it has every one of them."""
    if not _complete(index, "flows", accounts, index.book.as_of):
        return NOT_NEGATIVE
    end = ahead_end(index.book.as_of, days, business, index.book.holidays)
    due = (f.amount for a in accounts for f in index.flows.get(a, ()) if index.book.as_of <= f.day <= end)
    return max(ZERO, sum(due, ZERO))


def average_net_assets(index: Index, accounts: Collection[str], days: int, business: bool = False) -> Fraction | None:
    """Mean over the month ends of the trailing window of the accounts' net assets together; a month end counts
    with the last balance of its month. None where one is missing, or where no month ends in the window."""
    start = trailing_start(index.book.as_of, days, business, index.book.holidays)
    ends = month_ends(start, index.book.as_of)
    found = [_balance(index, account, end) for end in ends for account in accounts]
    known = [amount for amount in found if amount is not None]
    return sum(known, ZERO) / len(ends) if ends and len(known) == len(found) else None


def history_complete(index: Index, accounts: Iterable[str], start: date) -> bool:
    """Whether the book has every trade of these accounts since `start`."""
    return _complete(index, "history", accounts, start)


def _complete(index: Index, what: str, accounts: Iterable[str], start: date) -> bool:
    stated = (index.book.complete.get(f"{what} {account}") for account in accounts)
    return all(first is not None and first <= start for first in stated)


def _traded(index: Index, accounts: Collection[str], start: date, sides: frozenset[Side]) -> Number:
    total: Number = ZERO if history_complete(index, accounts, start) else NOT_NEGATIVE
    for account in accounts:
        for trade in index.trades.get(account, ()):
            if _within(index, trade, start, sides):
                total = plus(total, _worth(index, trade))
    return total


def _worth(index: Index, trade: Trade) -> Number:
    """Base currency at the rate of the trade's day; anything from zero up where there is no rate."""
    unit = money(index, index.book.instruments[trade.instrument], trade.price, trade.day)
    return NOT_NEGATIVE if unit is None else unit * trade.quantity


def _recent(
    index: Index, accounts: Collection[str], alike: Iterable[str], days: int, sides: frozenset[Side]
) -> tuple[tuple[Trade, ...], bool]:
    """The day of the book counts beside the `days` before it."""
    start = trailing_start(index.book.as_of, days + 1, False, ())
    found = (trade for instrument in alike for trade in index.traded.get(instrument, ()))
    wanted = frozenset(accounts)
    trades = tuple(trade for trade in found if trade.account in wanted and _within(index, trade, start, sides))
    return trades, history_complete(index, accounts, start)


def _within(index: Index, trade: Trade, start: date, sides: frozenset[Side]) -> bool:
    return start <= trade.day <= index.book.as_of and trade.side in sides


def _balance(index: Index, account: str, end: date) -> Fraction | None:
    months = index.balances.get(account, {})
    return months.get((end.year, end.month))
