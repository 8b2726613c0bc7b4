"""Orders as a point: how much of every quantity they decide, and what exact booking adds to the estimate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from policy.book.after import residue
from policy.book.amount import number_text
from policy.book.cash import own_worth, shortable
from policy.book.facts import Order, Side
from policy.book.fills import Fill, fills
from policy.book.problem import Place, Problem
from policy.book.read import Index
from policy.interval import ZERO
from policy.ir.bound import Point


def point_of(index: Index, orders: Sequence[Order]) -> Point | tuple[Problem, ...]:
    """The point at which all orders are filled; or every reason why they cannot be. The residue of an account is
    what its fills bring to the cent, less the affine estimate."""
    filled = fills(index, orders)
    problems = (*(fill for fill in filled if isinstance(fill, Problem)), *_wrong_way(index, orders))
    if problems:
        return problems
    done = [fill for fill in filled if isinstance(fill, Fill)]
    point: dict[str, Fraction] = {}
    for fill in done:
        order = fill.order
        if fill.pieces:
            for lot, piece in fill.pieces:
                _add(point, f"{order.side}/{lot.id}", piece)
        else:
            _add(point, f"{order.side}/{order.account}/{order.instrument}", order.quantity)
    for account, amount in residue(index, done).items():
        _add(point, f"residue/{account}", amount)
    return {name: value for name, value in point.items() if value}


def _add(point: dict[str, Fraction], name: str, value: Fraction) -> None:
    point[name] = point.get(name, ZERO) + value


def _wrong_way(index: Index, orders: Sequence[Order]) -> Iterator[Problem]:
    """Orders for which binding has no quantity, or none so large: a short sale without permission, or beyond what the
    account is worth; and whatever would make a position long and short at once, also where other orders close it
    first."""
    shorted: dict[tuple[str, str], Fraction] = {}
    for number, order in enumerate(orders):
        account, lots = order.account, index.held.get(order.account, {}).get(order.instrument, ())
        wrong: tuple[str, str] | None = None
        if order.side is Side.BUY and any(lot.quantity < 0 for lot in lots):
            wrong = (
                f"`{account}` is short of `{order.instrument}`",
                "cover what is short; buy when nothing of it is left",
            )
        elif order.side is Side.SHORT and any(lot.quantity > 0 for lot in lots):
            wrong = (
                f"`{account}` is long of `{order.instrument}`",
                "sell what is held; then sell short, by later orders",
            )
        elif order.side is Side.SHORT and account in index.book.accounts and order.instrument in index.book.instruments:
            key = account, order.instrument
            shorted[key] = shorted.get(key, ZERO) + order.quantity
            wrong = _too_short(index, account, order.instrument, shorted[key])
        if wrong is not None:
            yield Problem(Place(pointer=f"/orders/{number}/side", field="side"), *wrong)


def _too_short(index: Index, account: str, instrument: str, units: Fraction) -> tuple[str, str] | None:
    if not index.book.accounts[account].short_sales:
        return f"`{account}` may not sell short", "leave the order out; or the book has to say `short_sales`"
    most = shortable(index, account, instrument, own_worth(index, account))
    if units <= most:
        return None
    what = f"{number_text(units)} of `{instrument}` are more than `{account}` is worth"
    return what, f"sell at most {number_text(most)} short" if most else "leave the order out"
