"""From a claim in fractions to whole units: a search by single units, in floating point.

The start is the claim with purchases rounded down and sales up, so that cash never runs short. Then units are added
and taken away: first while requirements are missed, to meet them; then while the objective falls, never missing a
requirement. What comes out is a claim like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

import numpy as np

from policy.interval import ZERO
from policy.ir.bound import Bound, Domain, Kind, Objective, Point, Quantity
from solver.backend.terrain import Terrain, Vector, terrain
from solver.orders import OPENING, Positions, positions
from solver.scale import in_steps
from solver.slice import Slice

WHOLE = 1e-6  # a claim this close to a whole unit means the whole unit
TINY = 1e-11  # of a requirement's own size: met, as far as floats can tell
BEST = 48  # moves that promise most, looked at closely in one step of repair
NOTHING: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class Effort:
    """`steps`: units moved to meet requirements; `passes` over all movable units to improve the objective."""

    steps: int = 400
    passes: int = 4


@dataclass(slots=True)
class Walk:
    """Where the search stands. `units`: of every quantity that is not a residue."""

    land: Terrain
    units: dict[str, float]
    rules: Rules
    excess: Vector = field(init=False)
    off: Vector = field(init=False)

    def __post_init__(self) -> None:
        self.excess, self.off = self.land.excess.copy(), self.land.off.copy()

    def move(self, j: int, by: float) -> None:
        self.units[self.land.names[j]] += by
        rows, effect = self.land.touch[j]
        self.excess[rows] += by * effect
        rows, effect = self.land.drift[j]
        self.off[rows] += by * effect

    def missed(self) -> float:
        return float(self.excess[self.excess > TINY].sum())

    def missed_after(self, j: int, by: float) -> float:
        """Change of what is missed."""
        rows, effect = self.land.touch[j]
        before = self.excess[rows]
        after = before + by * effect
        return float(after[after > TINY].sum() - before[before > TINY].sum())

    def worse_anywhere(self, j: int, by: float) -> bool:
        """Whether the move misses a requirement, or misses one by more."""
        rows, effect = self.land.touch[j]
        after = self.excess[rows] + by * effect
        return bool(np.any((after > TINY) & (by * effect > 0)))

    def gain(self, j: int, by: float) -> float:
        """Money by which the objective falls."""
        rows, effect = self.land.drift[j]
        over, under, before = self.land.over[rows], self.land.under[rows], self.off[rows]
        after = before + by * effect
        return _price(before, over, under) - _price(after, over, under) - by * float(self.land.cost[j])


def _price(off: Vector, over: Vector, under: Vector) -> float:
    return float((over * off.clip(min=0) - under * off.clip(max=0)).sum())


# --- what a single move must respect ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rules:
    """Boxes in units; `rivals`: quantities that must be zero for this one to grow from zero; `before`: the lot that
    must be used up first; `after`: the lot that must be untouched for this one to shrink; `order`: (money per unit,
    least money, quantities of the same order, whether selling out is always allowed)."""

    low: Mapping[str, float]
    high: Mapping[str, float]
    rivals: Mapping[str, tuple[str, ...]]
    before: Mapping[str, str]
    after: Mapping[str, str]
    order: Mapping[str, tuple[float, float, tuple[str, ...], bool]]

    def up(self, name: str, units: Mapping[str, float]) -> float:
        """One unit more, or the last piece; 0 where there is none."""
        here, top = units[name], self.high[name]
        if here >= top or (here == 0 and any(units[rival] for rival in self.rivals.get(name, ()))):
            return 0.0
        earlier = self.before.get(name)
        if earlier is not None and units[earlier] < self.high[earlier]:
            return 0.0
        return self._allowed(name, min(floor(here) + 1.0, top) - here, units)

    def down(self, name: str, units: Mapping[str, float]) -> float:
        here = units[name]
        later = self.after.get(name)
        if here <= self.low[name] or (later is not None and units[later]):
            return 0.0
        return self._allowed(name, max(ceil(here) - 1.0, self.low[name]) - here, units)

    def _allowed(self, name: str, by: float, units: Mapping[str, float]) -> float:
        """The move, unless its order would be too small."""
        if name not in self.order:
            return by
        price, least, names, closing = self.order[name]
        total = sum(units[n] for n in names) + by
        out = closing and total >= sum(self.high[n] for n in names)
        return by if total == 0 or out or price * total >= least else 0.0


def rules(bound: Bound) -> Rules:
    chosen = [q for q in bound.quantities.values() if q.kind is not Kind.RESIDUE]
    rivals: dict[str, tuple[str, ...]] = {}
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    order: dict[str, tuple[float, float, tuple[str, ...], bool]] = {}
    held = positions(bound)
    for domain in bound.domains:
        for buy, sells in domain.crossing:
            for name, others in ((buy, sells), *((sell, (buy,)) for sell in sells)):
                rivals[name] = (*rivals.get(name, ()), *others)
        for lots in () if domain.specific else domain.relief.values():
            before |= {later: earlier for earlier, later in pairwise(lots)}
            after |= dict(pairwise(lots))
        order |= dict(_orders(domain, held, bound))
    low = {q.name: _units(q, q.low) for q in chosen}
    return Rules(low, {q.name: _units(q, q.high) for q in chosen}, rivals, before, after, order)


def _orders(
    domain: Domain, held: Positions, bound: Bound
) -> Iterable[tuple[str, tuple[float, float, tuple[str, ...], bool]]]:
    for (account, instrument), position in held.items():
        if account == domain.account and instrument in domain.prices and domain.minimum_trade > 0:
            for names, closing in ((position.opening, False), (position.closing, True)):
                for name in names:
                    price = domain.prices[instrument] * (bound.quantities[name].step or 1)
                    yield name, (float(price), float(domain.minimum_trade), names, closing)


def _units(q: Quantity, amount: Fraction) -> float:
    return float(in_steps(q, amount))


# --- the search ------------------------------------------------------------------------------------


def whole_units(
    bound: Bound, goal: Objective, near: Slice, claim: Mapping[str, Fraction], movable: Sequence[str], effort: Effort
) -> Point:
    """A point in whole units close to the claimed one (both in the quantities' own units). Residues stay as claimed;
    quantities that are not `movable` are rounded and then left alone."""
    limits = rules(bound)
    units = {name: _start(bound.quantities[name], claim.get(name, ZERO), limits.high[name]) for name in limits.high}
    start = {**claim, **_point(bound, units)}
    walk = Walk(terrain(bound, goal, near, start, movable), units, limits)
    _meet(walk, effort.steps)
    _improve(walk, effort.passes)
    return _point(bound, walk.units)


def _start(q: Quantity, claimed: Fraction, top: float) -> float:
    amount = _units(q, claimed)
    nearest = float(round(amount))
    if abs(amount - nearest) <= WHOLE:
        return min(nearest, top)
    return min(float(floor(amount) if q.kind in OPENING or q.kind is Kind.COVER else ceil(amount)), top)


def _point(bound: Bound, units: Mapping[str, float]) -> dict[str, Fraction]:
    """Exact again: so many whole steps, or the end of the box."""
    found: dict[str, Fraction] = {}
    for name, count in units.items():
        if count:
            q = bound.quantities[name]
            whole = (q.step or Fraction(1)) * int(count)
            found[name] = whole if count == int(count) else q.high
    return found


def _moves(walk: Walk) -> Iterable[tuple[int, float]]:
    for j, name in enumerate(walk.land.names):
        for by in (walk.rules.up(name, walk.units), walk.rules.down(name, walk.units)):
            if by:
                yield j, by


def _meet(walk: Walk, steps: int) -> None:
    """Moves units while requirements are missed and a move helps; of moves that help alike, the cheapest."""
    for _ in range(steps):
        if not walk.missed():
            return
        scored = [(walk.missed_after(*move), -walk.gain(*move), move) for move in _promising(walk)]
        best = min(scored, default=None)
        if best is None or best[0] >= 0:
            return
        walk.move(*best[2])


def _promising(walk: Walk) -> Iterable[tuple[int, float]]:
    """The moves that do most about what is missed now."""
    missed = np.flatnonzero(walk.excess > TINY)
    pull = np.asarray(walk.land.by_row[missed].sum(axis=0)).ravel()
    reach = np.minimum(np.abs(pull), walk.missed())
    found = 0
    for j in np.argsort(-reach, kind="stable"):
        name = walk.land.names[j]
        by = walk.rules.down(name, walk.units) if pull[j] > 0 else walk.rules.up(name, walk.units)
        if by and pull[j]:
            yield int(j), by
            found += 1
        if found == BEST:
            return


def _improve(walk: Walk, passes: int) -> None:
    for _ in range(passes):
        gains = [(walk.gain(*move), move) for move in _moves(walk)]
        better = sorted((g for g in gains if g[0] > WHOLE), reverse=True)
        taken = [move for _, move in better if _still(walk, *move)]
        if not taken:
            return


def _still(walk: Walk, j: int, by: float) -> bool:
    """Takes the move if it is still one, still helps, and misses nothing."""
    name = walk.land.names[j]
    possible = walk.rules.up(name, walk.units) if by > 0 else walk.rules.down(name, walk.units)
    if possible != by or walk.gain(j, by) <= WHOLE or walk.worse_anywhere(j, by):
        return False
    walk.move(j, by)
    return True
