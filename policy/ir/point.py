"""Orders as a point: how much of every quantity they decide, and what exact booking adds to the estimate."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from policy.book.after import residue
from policy.book.facts import Order, Side
from policy.book.fills import Fill, fills
from policy.book.problem import Place, Problem
from policy.book.read import Index
from policy.interval import ZERO
from policy.ir.bound import Point


def point_of(index: Index, orders: Sequence[Order]) -> Point | tuple[Problem, ...]:
    """The point at which all orders are filled; or every reason why they cannot be. The residue of an account is
    what its fills bring to the cent, less the affine estimate. Binding makes no quantities of short sales yet: what
    would not be seen is refused, so that it cannot pass."""
    if unseen := tuple(_unseen(number, order) for number, order in enumerate(orders) if order.side in SHORTS):
        return unseen
    filled = fills(index, orders)
    problems = tuple(fill for fill in filled if isinstance(fill, Problem))
    if problems:
        return problems
    done = [fill for fill in filled if isinstance(fill, Fill)]
    point: dict[str, Fraction] = {}
    for fill in done:
        order = fill.order
        if fill.pieces:
            for lot, piece in fill.pieces:
                _add(point, f"sell/{lot.id}", piece)
        else:
            _add(point, f"{order.side}/{order.account}/{order.instrument}", order.quantity)
    for account, amount in residue(index, done).items():
        _add(point, f"residue/{account}", amount)
    return {name: value for name, value in point.items() if value}


SHORTS = frozenset({Side.SHORT, Side.COVER})


def _unseen(number: int, order: Order) -> Problem:
    place = Place(pointer=f"/orders/{number}", field="side")
    return Problem(place, f"a {order.side} of `{order.instrument}` cannot be judged yet", "leave the order out")


def _add(point: dict[str, Fraction], name: str, value: Fraction) -> None:
    point[name] = point.get(name, ZERO) + value
