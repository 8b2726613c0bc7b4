"""The verdict on orders as somebody places them: at the end, and on the way there in the sequence of their batches."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from policy.book.facts import Order
from policy.book.fills import Fill, fills
from policy.book.read import Index
from policy.ir.bound import Bound, Point
from policy.judge.fills import Batch, judge_orders, sells_first
from policy.judge.verdict import Verdict


def placed(known: Index, bound: Bound, orders: Sequence[Order], point: Point) -> Verdict:
    """`point`: where all orders are filled, which they can be."""
    return judge_orders(bound, point, batches(known, bound, orders, point))


def batches(known: Index, bound: Bound, orders: Sequence[Order], point: Point) -> tuple[Batch, ...]:
    """In which orders are released: as they number them; sells before buys where they number none."""
    numbers = sorted({order.batch for order in orders})
    if len(numbers) < 2:
        return sells_first(bound, point)
    filled = [fill for fill in fills(known, orders) if isinstance(fill, Fill)]
    parts = [_point([fill for fill in filled if fill.order.batch == number]) for number in numbers]
    return tuple(tuple(order for batch in sells_first(bound, part) for order in batch) for part in parts)


def _point(filled: Iterable[Fill]) -> Point:
    found: dict[str, Fraction] = {}
    for fill in filled:
        order = fill.order
        opened = [(f"{order.side}/{order.account}/{order.instrument}", order.quantity)]
        for name, amount in [(f"{order.side}/{lot.id}", piece) for lot, piece in fill.pieces] or opened:
            found[name] = found.get(name, Fraction(0)) + amount
    return found
