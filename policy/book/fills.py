"""Orders against a book: what each one, filled whole at the book's prices, would use, pay and gain.

Orders are read as independent of one another: each uses lots that were there before all of them, so that their
sequence changes no total. Every order that cannot be filled is a problem, and all problems are found in one run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from policy.book import costs
from policy.book.amount import number_text
from policy.book.facts import Account, Instrument, Lot, Order, Relief, Side
from policy.book.prices import unit_value
from policy.book.problem import Place, Problem
from policy.book.read import Index
from policy.book.relief import Pieces, relieved

ZERO = Fraction(0)
RELIEVING = {Side.SELL: 1, Side.COVER: -1}
"""Sides that use lots, and the sign of the lots' quantity."""


@dataclass(frozen=True, slots=True)
class Fill:
    """`worth`: base currency per unit; `cash`: the exact change of cash, to the cent; `pieces`: lots used."""

    order: Order
    worth: Fraction
    cash: Fraction
    pieces: Pieces


def fills(index: Index, orders: Sequence[Order]) -> tuple[Fill, ...] | tuple[Problem, ...]:
    """One fill per order, in the same sequence; or every problem."""
    found: list[Fill] = []
    problems: list[Problem] = []
    held = (index.held.get(order.account, {}).get(order.instrument, ()) for order in orders)
    left = {lot.id: abs(lot.quantity) for lots in held for lot in lots}
    for number, order in enumerate(orders):
        what = _fill(index, order, left)
        if isinstance(what, Fill):
            found.append(what)
            for lot, piece in what.pieces:
                left[lot.id] -= piece
        else:
            problems.append(Problem(Place(pointer=f"/orders/{number}/{what[0]}", field=what[0]), what[1], what[2]))
    return tuple(problems) or tuple(found)


_Reason = tuple[str, str, str]
"""Field, what is wrong, what to do."""


def _fill(index: Index, order: Order, left: dict[str, Fraction]) -> Fill | _Reason:
    account = index.book.accounts.get(order.account)
    instrument = index.book.instruments.get(order.instrument)
    if account is None:
        return "account", f"the book has no account `{order.account}`", "name an account of the book"
    if instrument is None:
        return "instrument", f"the book has no instrument `{order.instrument}`", "name an instrument of the book"
    if account.held_away:
        return "account", f"`{account.id}` is held away", "it is counted but never traded; leave the order out"
    if order.quantity <= 0:
        return "quantity", f"`{number_text(order.quantity)}` is not above zero", "the side says which way it goes"
    worth = unit_value(index, instrument.id)
    if worth is None:
        return "instrument", f"`{instrument.id}` has no known price in {index.book.currency}", _PRICE
    pieces = _pieces(index, order, account, left) if order.side in RELIEVING else _opening(order)
    if not isinstance(pieces, dict):
        return pieces
    used = tuple((index.book.lots[name], quantity) for name, quantity in pieces.items())
    if unit := _off_step(instrument, order.quantity, used):
        return unit
    cash = costs.fill(account.cost, order.side, order.quantity, worth, index.book.currency)
    return Fill(order, worth, cash, used)


_PRICE = "give a price on or before the day of the book, and a rate where it is in another currency"


def _opening(order: Order) -> dict[str, Fraction] | _Reason:
    return {} if not order.lots else ("lots", f"a {order.side} uses no lots", "leave `lots` out")


def _pieces(index: Index, order: Order, account: Account, left: dict[str, Fraction]) -> dict[str, Fraction] | _Reason:
    """What the order uses of each lot, by lot id."""
    sign = RELIEVING[order.side]
    lots = [lot for lot in index.held.get(account.id, {}).get(order.instrument, ()) if lot.quantity * sign > 0]
    available = sum((left[lot.id] for lot in lots), ZERO)
    if order.quantity > available:
        asked, there = number_text(order.quantity), number_text(available)
        kind = "held" if sign > 0 else "short"
        return "quantity", f"{asked} of `{order.instrument}` are to be used and {there} are {kind}", _LESS[order.side]
    named = _named(order, {lot.id for lot in lots}, left)
    if not isinstance(named, dict):
        return named
    if account.relief is Relief.SPECIFIC and order.quantity < available:
        return named or ("lots", f"`{account.id}` sells named lots", "say in `lots` which ones, and how much of each")
    by_method = {lot.id: piece for lot, piece in relieved(account.relief, lots, left, order.quantity)}
    if named and named != by_method:
        wanted = ", ".join(f"{number_text(piece)} of `{lot}`" for lot, piece in by_method.items())
        return "lots", f"`{account.id}` relieves lots by {account.relief}", f"that is {wanted}; or leave `lots` out"
    return by_method


_LESS = {Side.SELL: "sell less, or sell short in an order of its own", Side.COVER: "cover less"}


def _named(order: Order, lots: Iterable[str], left: dict[str, Fraction]) -> dict[str, Fraction] | _Reason:
    """The lots that the order names."""
    pieces = dict(order.lots)
    for name, quantity in order.lots:
        if name not in lots:
            return "lots", f"`{name}` is no lot of `{order.instrument}` in `{order.account}` for a {order.side}", _LOT
        if not 0 < quantity <= left[name]:
            there = number_text(left[name])
            return "lots", f"{number_text(quantity)} of lot `{name}` are asked for, and {there} are left", _LOT
    if len(pieces) != len(order.lots):
        return "lots", "a lot is named twice", "name each lot once, with all that is used of it"
    if pieces and sum(pieces.values()) != order.quantity:
        total = number_text(sum(pieces.values(), ZERO))
        return "lots", f"the lots add up to {total}, the order to {number_text(order.quantity)}", "make them equal"
    return pieces


_LOT = "name lots that the account holds, and at most what is in them"


def _off_step(instrument: Instrument, quantity: Fraction, pieces: Pieces) -> _Reason | None:
    """A quantity must be a multiple of the tradable unit; so must its pieces, unless they use a lot up."""
    if _whole(quantity, instrument) or (pieces and all(_whole(p, instrument) or _last(lot, p) for lot, p in pieces)):
        return None
    step = number_text(instrument.step)
    return "quantity", f"{number_text(quantity)} is no multiple of {step}, the unit of `{instrument.id}`", _STEP


_STEP = "trade whole units; only the last piece of a lot may be less"


def _whole(quantity: Fraction, instrument: Instrument) -> bool:
    return (quantity / instrument.step).denominator == 1


def _last(lot: Lot, piece: Fraction) -> bool:
    return piece == abs(lot.quantity)
