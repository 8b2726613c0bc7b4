"""What may be filled while orders work, as a box, and the range of a number over all of it.

An order fills from nothing to all of it, its pieces one after the other: a broken line, an edge of the box, known by
its corners. Edges are free of each other, so a linear number's range is the sum of its ranges over the edges.

What exact booking adds to an account (its residue) is anything in its range once something is filled there, and
nothing before. Two boxes hold all that, and either may be the tighter one: in the first a residue is an edge of its
own, anything from the start; in the second each order of the account brings it along from its first unit on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate

from policy.proof.check.case import Case, Linear, Quantity
from policy.proof.check.ranges import ONE, ZERO, Number, between, ends, total, weighted
from policy.proof.proposal import Order, Side

Corner = tuple[tuple[str, Fraction], ...]
"""By how much quantities moved; the others did not."""

Edge = tuple[Corner, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """An order of which `low` to `high` units are filled, of its pieces in turn, nothing or at least a `unit`.
    `booked`: the residue of its account as its name and its two ends, where nothing was filled before."""

    pieces: Corner
    low: Fraction
    high: Fraction
    unit: Fraction
    booked: Edge


@dataclass(frozen=True, slots=True)
class Box:
    """`on`: the edges on which a quantity moves, by place."""

    edges: tuple[Edge, ...]
    on: Mapping[str, tuple[int, ...]]


def ways(case: Case, orders: Iterable[Order], due: Mapping[str, str]) -> tuple[Way, ...]:
    """`due`: the residues that are nothing until something is filled, by account. Lots of an account with a stated
    relief method fill in its order, lots that were chosen each for itself."""
    names = {(q.kind.value, q.account, q.instrument, q.lot): name for name, q in case.quantities.items()}
    found = []
    for order in orders:
        lots = order.lots if order.side in (Side.SELL, Side.COVER) else ((None, order.quantity),)
        pieces = [(names[order.side.value, order.account, order.instrument, lot], amount) for lot, amount in lots]
        for chain in _chains(case, order, pieces):
            whole = sum((amount for _, amount in chain), ZERO)
            step = case.quantities[chain[0][0]].step or ONE
            residue = due.get(order.account)
            booked = () if residue is None else ends_of(residue, case.quantities[residue])
            found.append(Way(chain, ZERO, whole, min(step, whole), booked))
    return tuple(found)


def _chains(case: Case, order: Order, pieces: Sequence[tuple[str, Fraction]]) -> list[Corner]:
    for domain in case.domains:
        chain = domain.relief.get(order.instrument, ()) if domain.account == order.account else ()
        if chain and not domain.specific and all(name in chain for name, _ in pieces):
            return [tuple(sorted(pieces, key=lambda piece: chain.index(piece[0])))]
    return [(piece,) for piece in pieces]


def ends_of(name: str, residue: Quantity) -> Edge:
    """A residue that is nothing, or anything between its ends."""
    return ((name, min(ZERO, residue.low)),), ((name, max(ZERO, residue.high)),)


def boxes(found: Iterable[Way]) -> tuple[Box, Box]:
    """The two boxes, each of which holds every state."""
    found = tuple(found)
    apart = dict.fromkeys(way.booked for way in found if way.booked)
    return box([*map(_edge, found), *apart]), box([_along(way) for way in found])


def box(edges: Sequence[Edge]) -> Box:
    on: dict[str, tuple[int, ...]] = {}
    for place, edge in enumerate(edges):
        for name in {name: None for corner in edge for name, _ in corner}:
            on[name] = (*on.get(name, ()), place)
    return Box(tuple(edges), on)


def _edge(way: Way) -> Edge:
    """Its ends, and each change from one piece to the next."""
    changes = accumulate(amount for _, amount in way.pieces)
    return tuple(_filled(way, n) for n in sorted({way.low, way.high, *(n for n in changes if way.low < n < way.high)}))


def _along(way: Way) -> Edge:
    """The order's corners, each with both ends of the residue that it brings."""
    if not way.booked:
        return _edge(way)
    corners = [corner for corner in _edge(way) if any(amount for _, amount in corner)]
    first = [_filled(way, way.unit)] if way.low < way.unit < way.high else []
    nothing = [_filled(way, ZERO)] if not way.low else []
    return (*nothing, *((*corner, *end) for corner in (*first, *corners) for end in way.booked))


def _filled(way: Way, units: Fraction) -> Corner:
    found = []
    for name, amount in way.pieces:
        found.append((name, min(amount, units)))
        units -= min(amount, units)
    return tuple(found)


# --- ranges ------------------------------------------------------------------------------------


def span(line: Linear, over: Box) -> Number:
    """The range of a line over the box: exact where its numbers are."""
    by = {name: slope for slope, name in line.terms}
    places = sorted({place for name in by for place in over.on.get(name, ())})
    return total([line.const, *(_hull(by, over.edges[place]) for place in places)])


def _hull(by: Mapping[str, Number], edge: Edge) -> Number:
    heights = [weighted((by[name], amount) for name, amount in corner if name in by) for corner in edge]
    lows, highs = zip(*map(ends, heights), strict=True)
    return between(
        None if None in lows else min(lows),
        None if None in highs else max(highs),
    )


# --- cuts --------------------------------------------------------------------------------------


def halves(found: tuple[Way, ...], lines: Iterable[Linear]) -> list[tuple[Way, ...]]:
    """The box cut in two across the order that moves the lines most; nothing where no order can be cut."""
    slopes = [{name: slope for slope, name in line.terms} for line in lines]
    pulls = [sum((_width(_hull(by, _edge(way))) for by in slopes), ZERO) for way in found]
    for place in sorted(range(len(found)), key=pulls.__getitem__, reverse=True):
        way = found[place]
        middle = (way.low + way.high) / 2 // way.unit * way.unit
        if pulls[place] and way.low < middle < way.high:
            parts = replace(way, high=middle), replace(way, low=middle)
            return [(*found[:place], part, *found[place + 1 :]) for part in parts]
    return []


def _width(number: Number) -> Fraction:
    low, high = ends(number)
    return ZERO if low is None or high is None else high - low
