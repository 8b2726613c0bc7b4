"""What a formula speaks of: its leaves, their linear scalars, and the forms behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
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


def atoms(node: Formula) -> Iterator[Leaf | Truth]:
    """Everything in the formula that is true or false by itself, conditions of members included."""
    match node:
        case Leaf(measure, _, bound):
            yield node
            for condition in (*_conditions(measure), *_conditions(bound)):
                yield from atoms(condition)
        case All(parts) | Any(parts):
            for part in parts:
                yield from atoms(part)
        case Not(part):
            yield from atoms(part)
        case Truth():
            yield node
        case _:
            assert_never(node)


def _conditions(node: Scalar) -> Iterator[Formula]:
    match node:
        case Basket(members):
            yield from (member.when for member in members)
        case Count(conditions):
            yield from (when for _, when in conditions)
        case Greatest(parts) | Least(parts):
            for part in parts:
                yield from _conditions(part)
        case Sum(weighted):
            for _, part in weighted:
                yield from _conditions(part)
        case Lin() | TopK() | Quad():
            return
        case _:
            assert_never(node)


def lins(leaf: Leaf) -> Iterator[Lin]:
    """The linear scalars of a leaf itself, not those of its members' conditions."""
    yield from scalar_lins(leaf.measure)
    yield from scalar_lins(leaf.bound)
    yield from (part for part in (leaf.base, leaf.shown_over) if part is not None)


def scalar_lins(node: Scalar) -> Iterator[Lin]:
    """The linear scalars of a scalar, not those of its members' conditions."""
    match node:
        case Lin():
            yield node
        case Basket(members):
            yield from (member.value for member in members)
        case Count():
            return
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
    leaves = (atom for node in formulas for atom in atoms(node) if isinstance(atom, Leaf))
    return frozenset(name for leaf in leaves for lin in lins(leaf) for _, name in lin.terms)


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


def vague(forms: Mapping[str, Form]) -> frozenset[str]:
    """The forms in which a missing fact is, somewhere."""
    found: set[str] = set()
    for name, form in forms.items():
        if not _known(form.const, form.terms) or any(part in found for _, part in form.terms):
            found.add(name)
    return frozenset(found)


def decided(node: Formula, unclear: frozenset[str]) -> bool:
    """Whether the formula is true or false at every point: no missing fact in it (`unclear`: the vague forms), and
    no ratio whose base may be zero."""
    return all(_settled(atom, unclear) for atom in atoms(node))


def _settled(atom: Leaf | Truth, unclear: frozenset[str]) -> bool:
    if isinstance(atom, Truth):
        return atom.value is not None
    return atom.base is None and all(
        _known(lin.const, lin.terms) and not any(name in unclear for _, name in lin.terms) for lin in lins(atom)
    )


def _known(const: object, terms: Iterable[tuple[object, str]]) -> bool:
    return isinstance(const, Fraction) and all(isinstance(factor, Fraction) for factor, _ in terms)
