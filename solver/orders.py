"""A point as orders: which quantities make one order, in which sequence orders are released, what booking adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from policy.book import costs
from policy.book.facts import Order, Side
from policy.book.prices import unit_value
from policy.book.read import Index
from policy.interval import ZERO
from policy.ir.bound import Bound, Kind, Point

OPENING = frozenset({Kind.BUY, Kind.SHORT})
RELEASED = ((Kind.SELL,), (Kind.COVER,), (Kind.BUY, Kind.SHORT))
"""Release order: what is closed is filled before what is opened, and what brings cash before what costs cash. A short
sale brings none that could be spent."""

Booking = Callable[[Sequence[Order]], Mapping[str, Fraction]]
"""By residue quantity: what exact booking of the orders brings beyond the affine estimate."""


@dataclass(frozen=True, slots=True)
class Position:
    """One instrument in one account: names of the quantities that open a position, and of those that close it."""

    opening: tuple[str, ...]
    closing: tuple[str, ...]


Positions = Mapping[tuple[str, str], Position]
"""By account and instrument."""


def positions(bound: Bound) -> Positions:
    found: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for q in bound.quantities.values():
        if q.instrument is not None:
            opening, closing = found.setdefault((q.account, q.instrument), ([], []))
            (opening if q.kind in OPENING else closing).append(q.name)
    return {key: Position(tuple(opening), tuple(closing)) for key, (opening, closing) in found.items()}


def orders(bound: Bound, point: Point) -> tuple[Order, ...]:
    """One order per account, instrument and side, in batches of the release order."""
    lots: dict[tuple[str, str, Kind], list[tuple[str, Fraction]]] = {}
    for name, amount in point.items():
        q = bound.quantities[name]
        if amount and q.instrument is not None:
            lots.setdefault((q.account, q.instrument, q.kind), []).append((q.lot or "", amount))
    batches = [kinds for kinds in RELEASED if any(kind in kinds for _, _, kind in lots)]
    made = [
        Order(
            account,
            instrument,
            Side(kind.value),
            sum((amount for _, amount in pieces), ZERO),
            tuple(pieces) if kind not in OPENING else (),
            next(number for number, kinds in enumerate(batches) if kind in kinds),
        )
        for (account, instrument, kind), pieces in lots.items()
    ]
    return tuple(sorted(made, key=lambda o: (o.batch, o.account, o.instrument, o.side)))


def settled(bound: Bound, point: Point, booking: Booking) -> Point:
    """The point with its residues: not chosen, but what booking these orders brings."""
    quantities = bound.quantities
    chosen = {n: amount for n, amount in point.items() if amount and quantities[n].kind is not Kind.RESIDUE}
    residues = {name: amount for name, amount in booking(orders(bound, chosen)).items() if amount}
    return {**chosen, **residues}


def booked_in(index: Index) -> Booking:
    """What booking in a book brings: ticket and rounding to the cent, order by order."""

    def booking(made: Sequence[Order]) -> Mapping[str, Fraction]:
        found: dict[str, Fraction] = {}
        for order in made:
            cost, price = index.book.accounts[order.account].cost, unit_value(index, order.instrument)
            assert price is not None, "what has no price is not traded"
            terms = cost, order.side, order.quantity, price
            extra = costs.fill(*terms, index.book.currency) - costs.estimate(*terms)
            name = f"residue/{order.account}"
            found[name] = found.get(name, ZERO) + extra
        return found

    return booking


def no_residue(_: Sequence[Order]) -> Mapping[str, Fraction]:
    """The booking of a bound book whose costs are all affine."""
    return {}
