"""Obligations that fit (`policy.judge.fits`) as columns of whole numbers: how the fast judge's tables are laid out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from math import lcm
from operator import itemgetter
from typing import Any as Whatever
from typing import TypeVar, assert_never

from policy.ir.bound import (
    All,
    Any,
    Basket,
    Count,
    Formula,
    Greatest,
    Leaf,
    Least,
    Lin,
    Not,
    Op,
    Quad,
    Scalar,
    Sum,
    TopK,
    Truth,
)
from policy.judge import columns
from policy.judge.columns import Cuts, Formulas, LeafScale, Mixed, Pick, Scalars
from policy.judge.lattice import Lattice, terms_of

Node = TypeVar("Node")
Column = TypeVar("Column")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Layout:
    """A lattice, and the leaves numbered so far, with their scales. `scale`: one for all leaves, so that rules about
    the same numbers have the same columns. `known`: every column, by what it says and by those in it: many rules speak
    of the same numbers, and a point is asked once for them."""

    lattice: Lattice
    scale: int = 1
    leaves: list[Leaf] = field(default_factory=list)
    scales: list[LeafScale] = field(default_factory=list)
    known: dict[Hashable, Whatever] = field(default_factory=dict)


def layout(lat: Lattice, formulas: Iterable[Formula]) -> Layout:
    """For these formulas, as far as they fit."""
    return Layout(lat, _short([_leaf_scale(leaf) for node in formulas for leaf in _leaves_of(node)]) or 1)


# --- formulas ----------------------------------------------------------------------------------


def formulas(nodes: Sequence[Formula], layout: Layout) -> Formulas:
    return _mixed(nodes, _kind, lambda kind, alike: _formula(kind, alike, layout), layout)


Kind = type | int | tuple[Op, bool, bool, bool]
"""What may share a column: nodes of one type, linear scalars of one length, leaves of one shape."""


def _kind(node: Formula) -> Kind:
    if isinstance(node, Leaf):
        return node.op, node.base is not None, isinstance(node.measure, Quad), isinstance(node.bound, Quad)
    return type(node)


def _formula(kind: Kind, alike: Sequence[Whatever], layout: Layout) -> columns.FormulaColumn:
    if kind is Truth:
        truths = tuple(node.value for node in alike)
        return _once(layout, (kind, truths), lambda: columns.Facts(truths))
    if kind is Not:
        part = formulas([node.part for node in alike], layout)
        return _once(layout, (kind, id(part)), lambda: columns.Nots(part))
    if kind is All:
        parts, cuts = formulas([part for node in alike for part in node.parts], layout), _cuts(n.parts for n in alike)
        return _once(layout, (kind, id(parts), _lengths(cuts)), lambda: columns.Alls(parts, cuts))
    if kind is Any:
        lasts = formulas([node.parts[-1] if node.parts else Truth(False) for node in alike], layout)
        others = formulas([part for node in alike for part in node.parts[:-1]], layout)
        cuts = _cuts(node.parts[:-1] for node in alike)
        return _once(layout, (kind, id(lasts), id(others), _lengths(cuts)), lambda: columns.Anys(lasts, others, cuts))
    return _leaves(alike, layout)


def _leaves(leaves: Sequence[Leaf], layout: Layout) -> columns.Leaves:
    """One operator, all with a base or none, squares on the same sides."""
    first = leaves[0]
    scales = _common([_leaf_scale(leaf) for leaf in leaves], layout)
    squared = isinstance(first.measure, Quad), isinstance(first.bound, Quad)
    bases = [leaf.base for leaf in leaves if leaf.base is not None]
    measures = _scalars([leaf.measure for leaf in leaves], scales, layout)
    bounds = _scalars([leaf.bound for leaf in leaves], scales, layout)
    below = _scalars(bases, [_scale(base) for base in bases], layout) if bases else None
    own = tuple(LeafScale(scale, any(squared)) for scale in scales)
    units = tuple(leaf.unit for leaf in leaves)

    def made() -> columns.Leaves:
        start = len(layout.leaves)
        layout.leaves.extend(leaves)
        layout.scales.extend(own)
        return columns.Leaves(
            range(start, len(layout.leaves)),
            measures,
            bounds,
            below,
            floor=first.op in (Op.GE, Op.GT),
            strict=first.op in (Op.LT, Op.GT),
            lifted=(squared[1] and not squared[0], squared[0] and not squared[1]),
            level=first.op is Op.LE and not bases and not any(squared) and _is_one(bounds),
        )

    return _once(layout, (Leaf, first.op, id(measures), id(bounds), id(below), own, units), made)


def _is_one(mixed: Scalars) -> bool:
    """Whether it is the same number in every row."""
    return len(mixed.columns) == 1 and isinstance(mixed.columns[0], columns.Rows) and mixed.columns[0].alike


def _common(scales: Sequence[int], layout: Layout) -> Sequence[int]:
    """One scale for all, as long as it stays a short number: groups of one scale are compared without dividing."""
    one = _short([*scales, layout.scale]) or _short(scales)
    return [one] * len(scales) if one else scales


def _short(scales: Sequence[int]) -> int | None:
    one = lcm(*scales)
    return one if one.bit_length() <= _SHORT else None


_SHORT = 64


def _leaf_scale(leaf: Leaf) -> int:
    return lcm(_scale(leaf.measure), _scale(leaf.bound))


def _leaves_of(node: Formula) -> Iterator[Leaf]:
    """Those whose numbers decide; not the ones in conditions of a basket or a count."""
    match node:
        case Leaf():
            yield node
        case All(parts) | Any(parts):
            for part in parts:
                yield from _leaves_of(part)
        case Not(part):
            yield from _leaves_of(part)
        case Truth():
            return
        case _:
            assert_never(node)


# --- scalars -----------------------------------------------------------------------------------


def _scale(node: Scalar) -> int:
    """The least multiple of the nodes' common scale at which the scalar is whole at every point."""
    match node:
        case Lin(const, terms):
            return lcm(*(c.denominator for c in (const, *(c for c, _ in terms)) if isinstance(c, Fraction)))
        case Basket(members):
            return lcm(*(_scale(m.value) for m in members))
        case Count():
            return 1
        case TopK(_, values):
            return lcm(*(_scale(value) for _, value in values))
        case Greatest(parts) | Least(parts):
            return lcm(*(_scale(part) for part in parts))
        case Sum(weighted):
            return lcm(*(factor.denominator * _scale(part) for factor, part in weighted))
        case Quad(squares):
            return lcm(*(weight.denominator * _scale(root) ** 2 for weight, root in squares))
        case _:
            assert_never(node)


def _terms(node: Lin, lat: Lattice) -> list[tuple[Fraction, int]]:
    found = terms_of(node.const, node.terms, lat.number)
    if found is None:
        raise AssertionError("only scalars that fit are laid out")
    return found


def _scalars(nodes: Sequence[Scalar], scales: Sequence[int], layout: Layout) -> Scalars:
    """Each node as integers of its scale."""
    scaled = list(zip(nodes, scales, strict=True))

    def kind(pair: tuple[Scalar, int]) -> Kind:
        node = pair[0]
        return len(_terms(node, layout.lattice)) if isinstance(node, Lin) else type(node)

    return _mixed(scaled, kind, lambda kind, alike: _scalar(kind, alike, layout), layout)


def _scalar(kind: Kind, alike: Sequence[tuple[Whatever, int]], layout: Layout) -> columns.ScalarColumn:
    nodes, scales = [node for node, _ in alike], tuple(scale for _, scale in alike)
    if isinstance(kind, int):
        return _rows(nodes, scales, kind, layout)
    if kind is Basket:
        members = [m for node in nodes for m in node.members]
        cuts = _cuts(node.members for node in nodes)
        values = _scalars([m.value for m in members], _each(scales, cuts), layout)
        whens = formulas([m.when for m in members], layout)
        return _once(
            layout, (kind, id(values), id(whens), _lengths(cuts)), lambda: columns.Baskets(values, whens, cuts)
        )
    if kind is Count:
        whens, cuts = formulas([when for n in nodes for _, when in n.members], layout), _cuts(n.members for n in nodes)
        return _once(layout, (kind, id(whens), scales, _lengths(cuts)), lambda: columns.Counts(whens, scales, cuts))
    if kind is TopK:
        cuts, sizes = _cuts(node.values for node in nodes), tuple(node.k for node in nodes)
        values = _scalars([value for node in nodes for _, value in node.values], _each(scales, cuts), layout)
        return _once(layout, (kind, id(values), sizes, _lengths(cuts)), lambda: columns.Tops(sizes, values, cuts))
    if kind is Sum:
        return _sums(nodes, scales, layout)
    if kind is Quad:
        return _squares(nodes, scales, layout)
    cuts, pick = _cuts(node.parts for node in nodes), max if kind is Greatest else min
    values = _scalars([part for node in nodes for part in node.parts], _each(scales, cuts), layout)
    return _once(layout, (kind, id(values), _lengths(cuts)), lambda: columns.Extremes(pick, values, cuts))


def _rows(nodes: Sequence[Lin], scales: Sequence[int], length: int, layout: Layout) -> columns.Rows:
    rows = tuple(
        tuple((place, c.numerator * (scale // c.denominator)) for c, place in _terms(node, layout.lattice))
        for node, scale in zip(nodes, scales, strict=True)
    )

    def made() -> columns.Rows:
        alike = len(set(rows)) == 1
        terms = (list(zip(*term, strict=True)) for term in zip(*(rows[:1] if alike else rows), strict=True))
        return columns.Rows(len(rows), tuple((picker(places), _factors(factors)) for places, factors in terms), alike)

    return _once(layout, (Lin, rows), made)


def _factors(factors: tuple[int, ...]) -> tuple[int, ...] | None:
    return None if set(factors) == {1} else factors


def _sums(nodes: Sequence[Sum], scales: Sequence[int], layout: Layout) -> columns.Sums:
    cuts, weighted = _cuts(node.parts for node in nodes), [part for node in nodes for part in node.parts]
    values = _scalars([part for _, part in weighted], _each(scales, cuts), layout)
    above, below = tuple(f.numerator for f, _ in weighted), tuple(f.denominator for f, _ in weighted)
    key = Sum, above, below, id(values), _lengths(cuts)
    return _once(layout, key, lambda: columns.Sums(above, below, values, cuts))


def _squares(nodes: Sequence[Quad], scales: Sequence[int], layout: Layout) -> columns.Squares:
    cuts, squares = _cuts(node.squares for node in nodes), [square for node in nodes for square in node.squares]
    own = [_scale(root) for _, root in squares]
    heights = tuple(
        weight.numerator * scale // (weight.denominator * root**2)
        for (weight, _), root, scale in zip(squares, own, _each(scales, cuts), strict=True)
    )
    roots = _scalars([root for _, root in squares], own, layout)
    return _once(layout, (Quad, heights, id(roots), _lengths(cuts)), lambda: columns.Squares(heights, roots, cuts))


# --- laying out --------------------------------------------------------------------------------


def _once(layout: Layout, key: Hashable, make: Callable[[], T]) -> T:
    """The column of this key. Identities in keys stay what they are, as all that is known is kept."""
    if key not in layout.known:
        layout.known[key] = make()
    found: T = layout.known[key]
    return found


def _mixed(
    nodes: Sequence[Node],
    kind: Callable[[Node], Kind],
    column: Callable[[Kind, Sequence[Node]], Column],
    layout: Layout,
) -> Mixed[Column]:
    """One column per kind, and the way back to the order of the nodes."""
    places: dict[Kind, list[int]] = {}
    for place, node in enumerate(nodes):
        places.setdefault(kind(node), []).append(place)
    made = tuple(column(which, [nodes[place] for place in found]) for which, found in places.items())
    back = {place: position for position, place in enumerate(chain.from_iterable(places.values()))}
    order = None if len(made) < 2 else tuple(back[place] for place in range(len(nodes)))
    key = Mixed, tuple(map(id, made)), order
    return _once(layout, key, lambda: Mixed(made, None if order is None else itemgetter(*order)))


def _cuts(parts: Iterable[Sized]) -> Cuts:
    cuts, start = [], 0
    for length in map(len, parts):
        cuts.append(slice(start, start + length))
        start += length
    return cuts


def _lengths(cuts: Cuts) -> tuple[int, ...]:
    return tuple(cut.stop - cut.start for cut in cuts)


def _each(scales: Sequence[int], cuts: Cuts) -> list[int]:
    """A node's scale for each of its parts."""
    return [scale for scale, cut in zip(scales, cuts, strict=True) for _ in range(cut.start, cut.stop)]


def picker(nodes: Sequence[int]) -> Pick:
    """Takes the nodes' integers, in this order."""
    return itemgetter(*nodes) if len(nodes) > 1 else itemgetter(slice(nodes[0], nodes[0] + 1))
