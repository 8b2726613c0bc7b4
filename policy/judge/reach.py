"""What an obligation speaks of: its linear scalars, and the forms and quantities behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from policy.ir.bound import (
    All,
    Any,
    Basket,
    Count,
    Form,
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


def formula_lins(node: Formula) -> Iterator[Lin]:
    """Every linear scalar in the formula, those that people read it over included."""
    match node:
        case Leaf(measure, _, bound, base, _, shown_over):
            yield from scalar_lins(measure)
            yield from scalar_lins(bound)
            yield from (part for part in (base, shown_over) if part is not None)
        case All(parts) | Any(parts):
            for part in parts:
                yield from formula_lins(part)
        case Not(part):
            yield from formula_lins(part)
        case Truth():
            return
        case _:
            assert_never(node)


def scalar_lins(node: Scalar) -> Iterator[Lin]:
    match node:
        case Lin():
            yield node
        case Basket(members):
            for member in members:
                yield member.value
                yield from formula_lins(member.when)
        case Count(conditions):
            for _, when in conditions:
                yield from formula_lins(when)
        case TopK(_, values):
            yield from (value for _, value in values)
        case Greatest(parts) | Least(parts):
            for part in parts:
                yield from scalar_lins(part)
        case Quad(squares):
            yield from (root for _, root in squares)
        case Sum(weighted):
            for _, part in weighted:
                yield from scalar_lins(part)
        case _:
            assert_never(node)


def names(formulas: Iterable[Formula]) -> frozenset[str]:
    """The forms and quantities that the formulas name themselves."""
    return frozenset(name for node in formulas for lin in formula_lins(node) for _, name in lin.terms)


def behind(forms: Mapping[str, Form], named: Iterable[str]) -> dict[str, Form]:
    """The named forms and all forms that they rest on, in the order of `forms`."""
    found: set[str] = set()
    waiting = [name for name in named if name in forms]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [part for _, part in forms[name].terms if part in forms]
    return {name: form for name, form in forms.items() if name in found} if found else {}
