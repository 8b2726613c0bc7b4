"""A formula with other numbers in it: the same structure over other lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from policy.proof.check.case import (
    All,
    Any,
    Basket,
    Count,
    Formula,
    Greatest,
    Leaf,
    Least,
    Linear,
    Not,
    Scalar,
    Squares,
    Sum,
    Top,
    Truth,
)

Line = Callable[[Linear], Linear]
Atom = Callable[[Leaf | Truth], Leaf | Truth]


def rewritten(node: Formula, line: Line, atom: Atom = lambda node: node) -> Formula:
    """`atom` sees what is true or false by itself, conditions of members included, before its lines are rewritten."""

    def formula(node: Formula) -> Formula:
        match node:
            case Leaf() | Truth():
                return numbers(atom(node))
            case All(parts):
                return All(tuple(map(formula, parts)))
            case Any(parts):
                return Any(tuple(map(formula, parts)))
            case Not(part):
                return Not(formula(part))
            case _:
                assert_never(node)

    def numbers(node: Leaf | Truth) -> Leaf | Truth:
        if isinstance(node, Truth):
            return node
        base = None if node.base is None else line(node.base)
        return Leaf(scalar(node.measure), node.op, scalar(node.bound), base, None, "", "")

    def scalar(node: Scalar) -> Scalar:
        match node:
            case Linear():
                return line(node)
            case Basket(members):
                return Basket(tuple((line(value), formula(when)) for value, when in members))
            case Count(members):
                return Count(tuple(map(formula, members)))
            case Top(k, parts):
                return Top(k, tuple(map(line, parts)))
            case Greatest(parts):
                return Greatest(tuple(map(scalar, parts)))
            case Least(parts):
                return Least(tuple(map(scalar, parts)))
            case Squares(parts):
                return Squares(tuple((weight, line(part)) for weight, part in parts))
            case Sum(parts):
                return Sum(tuple((factor, scalar(part)) for factor, part in parts))
            case _:
                assert_never(node)

    return formula(node)
