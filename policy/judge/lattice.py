"""Forms as whole numbers, so that judging needs integers only, and stays exact.

Each form has its own scale: its value times that is whole wherever quantities are whole steps. Off the steps (a lot's
odd last piece) all numbers are multiplied by one more factor, the stretch. Orders are computed as a change of the
base point (no orders), so that only what an order reaches is touched; in the end all nodes are brought to one scale.
Forms that rest on a missing fact have no integer and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from operator import add, mul

from policy.interval import Number
from policy.ir.bound import Form, Point, Quantity

UNIT = 0
"""The node whose value is one: constants are its multiples."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """Nodes are numbered: the unit, then quantities, then exact forms in their order. `start`: integers of no orders.
    `reaches[n]` lists (form, factor): the form's integer moves by factor when that of n moves by one. `lift` takes
    a node from its own scale to `one`, the scale of all."""

    number: Mapping[str, int]
    scale: Sequence[int]
    start: Sequence[int]
    reaches: Sequence[Sequence[tuple[int, int]]]
    lift: Sequence[int]
    one: int
    free: Mapping[str, int]  # the quantities among the nodes


def lattice(forms: Mapping[str, Form], quantities: Mapping[str, Quantity]) -> Lattice:
    free = {name: place for place, name in enumerate(_quantities(forms, quantities), start=1)}
    number = dict(free)
    scale = [1, *_scales(forms, {name: quantities.get(name) for name in free})]
    start = [1] + [0] * len(free)
    reaches: list[list[tuple[int, int]]] = [[] for _ in start]
    for name, form in forms.items():
        if (found := terms_of(form.const, form.terms, number)) is None:
            continue
        own = _least_scale(found, scale)
        node = number[name] = len(scale)
        total = 0
        for factor, part in _factors(found, own, scale):
            total += factor * start[part]
            if part != UNIT:
                reaches[part].append((node, factor))
        scale.append(own)
        start.append(total)
        reaches.append([])
    one = lcm(*scale)
    return Lattice(number, scale, start, reaches, [one // own for own in scale], one, free)


def _quantities(forms: Mapping[str, Form], quantities: Mapping[str, Quantity]) -> Iterable[str]:
    """The quantities, and whatever else a form names without its being a form."""
    named = (part for form in forms.values() for _, part in form.terms if part not in forms)
    return dict.fromkeys([*(name for name in quantities if name not in forms), *named])


def _scales(forms: Mapping[str, Form], quantities: Mapping[str, Quantity | None]) -> Iterable[int]:
    """Whole steps and the ends of boxes are whole. A residue is cents, less whatever the affine estimate of the same
    form can be."""
    scales = {name: 1 if quantity is None else _denominator(quantity) for name, quantity in quantities.items()}
    residues = {name for name, quantity in quantities.items() if quantity is not None and quantity.step is None}
    for form in forms.values():
        if found := residues.intersection(name for _, name in form.terms):
            known = ((c.denominator, scales.get(name, 1)) for c, name in form.terms if isinstance(c, Fraction))
            estimate = lcm(100, *(below * scale for below, scale in known))
            scales |= {name: lcm(scales[name], estimate) for name in found}
    return scales.values()


def _denominator(quantity: Quantity) -> int:
    return lcm(quantity.low.denominator, quantity.high.denominator, (quantity.step or quantity.low).denominator)


Terms = list[tuple[Fraction, int]]
"""Σ coefficient · node."""


def terms_of(const: Number, terms: Iterable[tuple[Number, str]], number: Mapping[str, int]) -> Terms | None:
    """The affine sum over nodes, or None where a missing fact is in it."""
    found: Terms = []
    if const:
        if not isinstance(const, Fraction):
            return None
        found.append((const, UNIT))
    for coefficient, name in terms:
        node = number.get(name)
        if node is None or not isinstance(coefficient, Fraction):
            return None
        found.append((coefficient, node))
    return found


def _least_scale(terms: Terms, scale: Sequence[int]) -> int:
    return lcm(*(c.denominator * (s // gcd(c.numerator, s)) for c, s in ((c, scale[node]) for c, node in terms)))


def _factors(terms: Terms, own: int, scale: Sequence[int]) -> Iterable[tuple[int, int]]:
    """(factor, node): the sum at scale `own` as whole multiples of the nodes' integers."""
    return ((c.numerator * own // (c.denominator * scale[node]), node) for c, node in terms)


def integers(lat: Lattice, point: Point) -> tuple[list[int], int]:
    """Every node's integer at the point, and the integer that means one."""
    moves = [(lat.free[name], amount) for name, amount in point.items() if amount and name in lat.free]
    stretch = 1
    for node, amount in moves:
        rest = amount.denominator // gcd(amount.denominator, lat.scale[node])
        if rest != 1:
            stretch = lcm(stretch, rest)
    change = [0] * len(lat.start)
    for node, amount in moves:
        change[node] = amount.numerator * lat.scale[node] * stretch // amount.denominator
    for moved, onward in zip(change, lat.reaches, strict=True):
        if moved:
            for form, factor in onward:
                change[form] += factor * moved
    start = lat.start if stretch == 1 else [stretch * value for value in lat.start]
    return list(map(mul, map(add, start, change), lat.lift)), lat.one * stretch


def swings(lat: Lattice, reach: Point, one: int) -> list[int]:
    """How far each node's integer can move, at most, while each quantity moves no further than its `reach`, which is
    not negative. `one`: what means one there."""
    found = [0] * len(lat.start)
    for name, amount in reach.items():
        if name in lat.free:
            node = lat.free[name]
            found[node] = -(-amount.numerator * lat.scale[node] * (one // lat.one) // amount.denominator)
    for moved, onward in zip(found, lat.reaches, strict=True):
        if moved:
            for form, factor in onward:
                found[form] += abs(factor) * moved
    return list(map(mul, found, lat.lift))
