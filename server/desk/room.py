"""What would pass instead: for each order of a refused set, the most of it that would, the others kept.

Found by halving, so it says two things that were both judged: so much passes, and one unit more does not. Less than
that may fail again where a rule is not monotone (a minimum position); `none` means that not even leaving the order
out would do.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from policy.book.facts import Order
from policy.book.problem import Problem
from policy.book.read import Index
from policy.ir import meaning
from policy.ir.bound import Bound, Outcome
from policy.ir.point import point_of
from policy.judge.fast import Tables, judge_fast, tables
from policy.judge.redact import may_see
from server.desk.placed import placed
from solver.certify import flaws

MOST_ORDERS = 10
WORK = 10_000
"""Orders that are booked again, over all tries: of a large set only the first few orders are looked at, or none."""

WITHOUT_WORD = frozenset({Outcome.PASS})
LIVABLE = frozenset({Outcome.PASS, Outcome.WARN, Outcome.WAIVED})


@dataclass(frozen=True, slots=True)
class Room:
    """`passes`: the most that passes; `livable`: the most that passes with warnings; None where no amount does."""

    order: Order
    passes: Fraction | None
    livable: Fraction | None


@dataclass(frozen=True, slots=True)
class Rooms:
    """Of the orders of which less would do, among the first; `left_out`: how many were not looked at."""

    found: tuple[Room, ...]
    left_out: int


NO_ROOMS = Rooms((), 0)


@dataclass(frozen=True, slots=True)
class Refused:
    """Orders that are refused as they are. `bound`: bound for all of them, so that it holds every part of them too."""

    known: Index
    bound: Bound
    tables: Tables
    orders: tuple[Order, ...]


def rooms(known: Index, bound: Bound, orders: Sequence[Order], roles: Collection[str] = ()) -> Rooms:
    """Lots of a sale are used in the sequence given. Judged by what these roles may see, since an amount tells of the
    rule that it comes from. `bound`: for these orders, which are refused."""
    seen = replace(bound, obligations=tuple(o for o in bound.obligations if may_see(o, roles)))
    refused = Refused(known, seen, tables(seen), tuple(orders))
    found, work, looked = [], 0, 0
    for place in range(min(len(orders), MOST_ORDERS)):
        work += len(orders) * _tries(known, orders[place])
        if work > WORK:
            break
        looked += 1
        room = _room(refused, place)
        if room is not None:
            found.append(room)
    return Rooms(tuple(found), len(orders) - looked)


def _tries(known: Index, order: Order) -> int:
    """At most, for both words together."""
    return 2 * (int(order.quantity / _step(known, order)).bit_length() + 1)


def _step(known: Index, order: Order) -> Fraction:
    return known.book.instruments[order.instrument].step


def _room(refused: Refused, place: int) -> Room | None:
    """None where no amount can be lived with."""
    said: dict[int, Outcome | None] = {}
    livable = _most(refused, place, LIVABLE, said)
    return None if livable is None else Room(refused.orders[place], _most(refused, place, WITHOUT_WORD, said), livable)


def _most(
    refused: Refused, place: int, allowed: frozenset[Outcome], said: dict[int, Outcome | None]
) -> Fraction | None:
    """`said`: the word on so many units, as far as it is known already."""
    order = refused.orders[place]
    step = _step(refused.known, order)

    def passes(units: int) -> bool:
        if units not in said:
            said[units] = _word(refused, _with(refused.orders, place, units * step))
        return said[units] in allowed

    if not passes(0):
        return None
    low, high = 0, ceil(order.quantity / step) - 1  # the whole of it is refused
    while low < high:
        middle = (low + high + 1) // 2
        if passes(middle):
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


def _word(refused: Refused, orders: tuple[Order, ...]) -> Outcome | None:
    """The judge's word, on the way there too; None for orders that cannot be placed. An end that nobody can live with
    is not looked at any closer."""
    point = point_of(refused.known, orders)
    if isinstance(point, tuple):
        assert isinstance(point[0], Problem), "a point, or problems"
        return None
    if orders and flaws(refused.bound, point, meaning.values(refused.bound.forms, point)):
        return None
    end = judge_fast(refused.tables, point).outcome
    return placed(refused.known, refused.bound, orders, point).outcome if end in LIVABLE else end
