"""The book after orders, exactly: lots relieved, new lots at cost, cash to the cent, the trades in the history.

Every order is filled whole at the book's price and settles in the base currency at the book's rate, as unsettled
cash. Laws: what orders sell leaves the lots and nothing else does; the change of cash is the sum of the fills;
judging the orders on the book is judging no orders on the book after them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from policy.book import costs
from policy.book.facts import Account, Book, Lot, Order, Side, Trade
from policy.book.fills import RELIEVING, ZERO, Fill, fills
from policy.book.holding import unit_cost
from policy.book.prices import quote, rate
from policy.book.problem import Problem
from policy.book.read import Index


def after(index: Index, orders: Sequence[Order]) -> Book | tuple[Problem, ...]:
    """The book after the orders; or every reason why they cannot be filled."""
    filled = fills(index, orders)
    problems = tuple(found for found in filled if isinstance(found, Problem))
    return problems or booked(index, (found for found in filled if isinstance(found, Fill)))


def booked(index: Index, filled: Iterable[Fill]) -> Book:
    """The book after these fills."""
    filled = tuple(filled)
    book = index.book
    return replace(
        book,
        lots=_lots(index, filled),
        accounts=_paid(book, filled),
        trades=book.trades + tuple(trade for fill in filled for trade in _trades(index, fill)),
    )


def residue(index: Index, filled: Iterable[Fill]) -> dict[str, Fraction]:
    """Of every account: the exact change of cash less the affine estimate (`policy.book.costs`)."""
    sums: dict[str, Fraction] = dict.fromkeys(index.book.accounts, ZERO)
    for fill in filled:
        order, cost = fill.order, index.book.accounts[fill.order.account].cost
        sums[order.account] += fill.cash - costs.estimate(cost, order.side, order.quantity, fill.worth)
    return sums


def _lots(index: Index, filled: tuple[Fill, ...]) -> dict[str, Lot]:
    lots = dict(index.book.lots)
    for fill in filled:
        for used, piece in fill.pieces:
            lot = lots.pop(used.id)
            rest = lot.quantity - piece * RELIEVING[fill.order.side]
            if rest:
                lots[used.id] = replace(lot, quantity=rest)
    for fill in filled:
        if not fill.pieces:
            lot = _opened(index, fill, lots)
            lots[lot.id] = lot
    return lots


def _opened(index: Index, fill: Fill, lots: Mapping[str, Lot]) -> Lot:
    """The new lot of a purchase or a short sale: its basis is what was paid, or what it brought, all costs in."""
    order, book = fill.order, index.book
    exchange = rate(index, book.instruments[order.instrument].currency)
    if exchange is None:
        raise AssertionError("a fill without a rate")
    name = f"{order.side}/{order.account}/{order.instrument}/{book.as_of}"
    number = next(n for n in range(1, len(lots) + 2) if f"{name}/{n}" not in lots)
    quantity = order.quantity if order.side is Side.BUY else -order.quantity
    basis = max(ZERO, -fill.cash / quantity) / exchange
    return Lot(f"{name}/{number}", order.account, order.instrument, quantity, basis, book.as_of)


def _paid(book: Book, filled: tuple[Fill, ...]) -> dict[str, Account]:
    accounts = dict(book.accounts)
    for fill in filled:
        account = accounts[fill.order.account]
        settled, unsettled = account.cash.get(book.currency, (ZERO, ZERO))
        cash = {**account.cash, book.currency: (settled, unsettled + fill.cash)}
        accounts[account.id] = replace(account, cash=cash)
    return accounts


def _trades(index: Index, fill: Fill) -> Iterator[Trade]:
    """One entry per lot used, so that a loss on one lot is not hidden by a gain on another."""
    order, latest = fill.order, quote(index, fill.order.instrument)
    if latest is None:
        raise AssertionError("a fill without a price")
    for lot, piece in fill.pieces or ((None, order.quantity),):
        gain = None if lot is None else _gain(index, fill, lot, piece)
        yield Trade(order.account, order.instrument, order.side, piece, latest.price, index.book.as_of, gain)


def _gain(index: Index, fill: Fill, lot: Lot, piece: Fraction) -> Fraction | None:
    """The piece's share of the fill's cash, less its basis (plus, for a short lot); base currency, not rounded, so
    that the gains of a fill add up to its cash less its basis."""
    unit = unit_cost(index, lot)
    if unit is None:
        return None
    return fill.cash * piece / fill.order.quantity - RELIEVING[fill.order.side] * piece * unit
