"""Walks over formulas: which leaves and which kinds of scalars are in there, at any depth."""

from __future__ import annotations

from collections.abc import Iterator

from policy.ir.bound import All, Any, Basket, Count, Formula, Greatest, Leaf, Least, Not, Scalar, Sum


def leaves(node: Formula) -> Iterator[Leaf]:
    match node:
        case Leaf():
            yield node
            for side in (node.measure, node.bound):
                for scalar in scalars(side):
                    for inner in conditions(scalar):
                        yield from leaves(inner)
        case All(parts) | Any(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            return


def scalars(node: Scalar) -> Iterator[Scalar]:
    """The scalar and what it is made of, not through conditions."""
    yield node
    match node:
        case Greatest(parts) | Least(parts):
            for part in parts:
                yield from scalars(part)
        case Sum(weighted):
            for _, part in weighted:
                yield from scalars(part)
        case _:
            return


def conditions(node: Scalar) -> Iterator[Formula]:
    match node:
        case Basket(members):
            yield from (member.when for member in members)
        case Count(members):
            yield from (when for _, when in members)
        case _:
            return
