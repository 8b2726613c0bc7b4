"""What would pass instead: for each order of a refused set, the most of it that would, the others kept.

Found by halving, so it says two things that were both judged: so much passes, and one unit more does not. Less than
that may fail again where a rule is not monotone (a minimum position); `none` means that not even leaving the order
out would do.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from policy.book.facts import Order
from policy.book.problem import Problem
from policy.book.read import Index
from policy.ir import meaning
from policy.ir.bind import bind_to
from policy.ir.bound import Outcome
from policy.ir.core import Library
from policy.ir.point import point_of
from policy.judge.redact import may_see
from server.desk.placed import placed
from solver.certify import flaws

MOST_ORDERS = 10
WITHOUT_WORD = frozenset({Outcome.PASS})
LIVABLE = frozenset({Outcome.PASS, Outcome.WARN, Outcome.WAIVED})


@dataclass(frozen=True, slots=True)
class Room:
    """`passes`: the most that passes; `livable`: the most that passes with warnings; None where no amount does."""

    order: Order
    passes: Fraction | None
    livable: Fraction | None


def rooms(library: Library, known: Index, orders: Sequence[Order], roles: Collection[str] = ()) -> tuple[Room, ...]:
    """Of the first orders; only of those of which less would do. Lots of a sale are used in the sequence given. Judged
    by what these roles may see, since an amount tells of the rule that it comes from."""
    found = []
    for place in range(min(len(orders), MOST_ORDERS)):
        best = [_most(library, known, orders, place, allowed, roles) for allowed in (WITHOUT_WORD, LIVABLE)]
        if best[1] is not None:
            found.append(Room(orders[place], best[0], best[1]))
    return tuple(found)


def _most(
    library: Library,
    known: Index,
    orders: Sequence[Order],
    place: int,
    allowed: frozenset[Outcome],
    roles: Collection[str],
) -> Fraction | None:
    step = known.book.instruments[orders[place].instrument].step
    if not _passes(library, known, _with(orders, place, Fraction(0)), allowed, roles):
        return None
    low, high = 0, int(orders[place].quantity / step)
    while low < high:
        middle = (low + high + 1) // 2
        if _passes(library, known, _with(orders, place, middle * step), allowed, roles):
            low = middle
        else:
            high = middle - 1
    return low * step


def _with(orders: Sequence[Order], place: int, quantity: Fraction) -> tuple[Order, ...]:
    """The orders with another quantity of one of them; nothing of it is no order."""
    changed, left = [], quantity
    for lot, piece in orders[place].lots:
        changed.append((lot, min(piece, left)))
        left -= min(piece, left)
    lots = tuple((lot, piece) for lot, piece in changed if piece)
    order = (replace(orders[place], quantity=quantity, lots=lots),) if quantity else ()
    return (*orders[:place], *order, *orders[place + 1 :])


def _passes(
    library: Library, known: Index, orders: tuple[Order, ...], allowed: frozenset[Outcome], roles: Collection[str]
) -> bool:
    point = point_of(known, orders)
    if isinstance(point, tuple):
        assert isinstance(point[0], Problem), "a point, or problems"
        return False
    bound = bind_to(library, known, orders)
    if orders and flaws(bound, point, meaning.values(bound.forms, point)):
        return False
    findings = placed(known, bound, orders, point).findings
    return all(finding.outcome in allowed for finding in findings if may_see(finding.obligation, roles))
