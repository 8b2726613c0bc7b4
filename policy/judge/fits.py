"""What the fast judge's columns can hold: obligations whose numbers are all known, whatever the orders are.

The rest is left to the reference judge, obligation by obligation: a missing fact in a number, a basket or count whose
members' truth may be unknown, squares that are not alone on their side of a leaf.
"""

from __future__ import annotations

from typing import assert_never

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
    Quad,
    Scalar,
    Sum,
    TopK,
    Truth,
)
from policy.judge.lattice import Lattice, terms_of


def fits(node: Formula, lat: Lattice) -> bool:
    """Whether every number in the formula is known at every point."""
    match node:
        case Leaf(measure, _, bound, base):
            sides = [*_roots(measure), *_roots(bound), *([] if base is None else [base])]
            return all(_fits(part, lat) for part in sides)
        case All(parts) | Any(parts):
            return all(fits(part, lat) for part in parts)
        case Not(part):
            return fits(part, lat)
        case Truth():
            return True
        case _:
            assert_never(node)


def _roots(side: Scalar) -> list[Scalar]:
    return [root for _, root in side.squares] if isinstance(side, Quad) else [side]


def _fits(node: Scalar, lat: Lattice) -> bool:
    match node:
        case Lin(const, terms):
            return terms_of(const, terms, lat.number) is not None
        case Basket(members):
            return all(_fits(m.value, lat) and fits(m.when, lat) and _settled(m.when) for m in members)
        case Count(members):
            return all(fits(when, lat) and _settled(when) for _, when in members)
        case TopK(_, values):
            return all(_fits(value, lat) for _, value in values)
        case Greatest(parts) | Least(parts):
            return all(_fits(part, lat) for part in parts)
        case Sum(parts):
            return all(_fits(part, lat) for _, part in parts)
        case Quad():
            return False
        case _:
            assert_never(node)


def _settled(node: Formula) -> bool:
    """Whether the formula, its numbers known, is never unknown."""
    match node:
        case Leaf(base=base):
            return base is None
        case All(parts) | Any(parts):
            return all(_settled(part) for part in parts)
        case Not(part):
            return _settled(part)
        case Truth(value):
            return value is not None
        case _:
            assert_never(node)
