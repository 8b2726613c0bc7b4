"""Whether orders are orders that the accounts can place, and whether they are the point that is judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import pairwise

from policy.proof.check.case import Case, Domain, Orders, Quantity, orders_of
from policy.proof.check.evaluate import Values
from policy.proof.check.ranges import ZERO, Number, at_most
from policy.proof.proposal import Order, Side
from policy.proof.reading import ShapeError


def admissible(case: Case, point: Mapping[str, Number], at: Values) -> list[str]:
    """What an account forbids whatever the rules say; empty for a point that can be traded."""
    found = [f"`{name}` is no quantity of this book" for name in point if name not in case.quantities]
    for name, quantity in case.quantities.items():
        amount = point.get(name, ZERO)
        if not isinstance(amount, Fraction):
            found.append(f"`{name}` is not known exactly")
        elif (fault := _fault(quantity, amount)) is not None:
            found.append(f"`{name}` is {amount}, {fault}")
    made_of = orders_of(case)
    for domain in case.domains:
        found += _broken(case, domain, at) + _too_small(case, domain, at, made_of)
    return found


def _fault(quantity: Quantity, amount: Fraction) -> str | None:
    if not quantity.low <= amount <= quantity.high:
        return f"outside {quantity.low} … {quantity.high}"
    if quantity.step is not None and amount % quantity.step and amount != quantity.high:
        return f"not a multiple of {quantity.step}"
    return None


def _broken(case: Case, domain: Domain, at: Values) -> list[str]:
    found = []
    if at_most(domain.cash_floor, at[domain.cash]) is not True:
        found.append(f"account {domain.account}: cash would be below {domain.cash_floor}")
    for buy, sells in domain.crossing:
        if _above_zero(at, buy) and any(_above_zero(at, sell) for sell in sells):
            found.append(f"account {domain.account}: `{buy}` and orders the other way in the same instrument")
    for lots in () if domain.specific else domain.relief.values():
        for lot, following in pairwise(lots):
            if _above_zero(at, following) and at[lot] != case.quantities[lot].high:
                found.append(f"account {domain.account}: `{following}` before `{lot}` is used up")
    return found


def _too_small(case: Case, domain: Domain, at: Values, made_of: Orders) -> list[str]:
    found = []
    for instrument, price in domain.prices.items():
        for opens in (True, False):
            names = made_of.get((domain.account, instrument, opens), ())
            units = sum((_amount(at, name) for name in names), ZERO)
            closes = not opens and units == sum((case.quantities[name].high for name in names), ZERO)
            if 0 < units * price < domain.minimum_trade and not closes:
                found.append(f"account {domain.account}: an order in {instrument} is below the minimum trade")
    return found


def _above_zero(at: Values, name: str) -> bool:
    return _amount(at, name) > 0


def _amount(at: Values, name: str) -> Fraction:
    """A quantity of a point is exact, or was reported above."""
    amount = at[name]
    return amount if isinstance(amount, Fraction) else ZERO


def point_of(case: Case, orders: Iterable[Order]) -> dict[str, Fraction]:
    """The quantities that the orders decide; ShapeError where an order is of nothing that the book offers."""
    places = {(q.kind.value, q.account, q.instrument, q.lot): name for name, q in case.quantities.items()}
    point: dict[str, Fraction] = {}
    for order in orders:
        pieces = order.lots if order.side in (Side.SELL, Side.COVER) else ((None, order.quantity),)
        if sum((amount for _, amount in pieces), ZERO) != order.quantity:
            raise ShapeError(f"the lots of the order in `{order.instrument}` are not its quantity")
        for lot, amount in pieces:
            name = places.get((order.side.value, order.account, order.instrument, lot))
            if name is None:
                what = f"{order.side} of `{order.instrument}`" + (f" from lot `{lot}`" if lot else "")
                raise ShapeError(f"account `{order.account}` has no {what}")
            point[name] = point.get(name, ZERO) + amount
    return point
