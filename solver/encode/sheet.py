"""The columns that rows may speak of: quantities, the ends of forms, and what formulas add (docs/rows.md).

A sheet is the one mutable thing in encoding: columns come into being as obligations ask for them, and each remembers
its box and the lattice on which it lies.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import chain
from typing import Any

from policy.interval import ZERO, Interval, Number, dot, high, low, negative
from policy.ir.bound import Bound, Form, Lin, Quantity
from policy.proof.certificate import Cut
from solver.encode.expression import (
    NOTHING,
    Box,
    Expression,
    Lattice,
    added,
    box,
    column,
    common,
    constant,
    joined,
)
from solver.model import Column, ColumnKind


class Missing(StrEnum):
    """Why an expression has no linear end."""

    NEVER = "never a number"  # an unknown constant with an open end
    UNSEARCHED = "judged, not searched"


End = Expression | Missing
HIGH, LOW = 1, -1
ONE, MINUS_ONE = Fraction(1), Fraction(-1)


@dataclass(frozen=True, slots=True)
class Exact:
    """A linear scalar without unknowns, and its box."""

    of: Lin  # kept, so that no other scalar takes its identity
    value: Expression
    low: Fraction
    high: Fraction


@dataclass(slots=True)
class Sheet:
    quantities: Mapping[str, Quantity]
    forms: Mapping[str, Form]
    inexact: frozenset[str]
    boxes: dict[str, Box]
    steps: dict[str, Fraction]  # of quantities whose column does not count units of one
    added: dict[str, Column] = field(default_factory=dict)  # binaries and auxiliary columns
    cuts: list[Cut] = field(default_factory=list)  # tangents of squares
    squares: set[str] = field(default_factory=set)  # obligations with squares to cut
    ends: dict[tuple[str, int], End] = field(default_factory=dict)  # what the end of an inexact form is called
    meaning: dict[str, Expression] = field(default_factory=dict)  # `NAME|high` -> its definition
    stands_for: dict[str, tuple[Expression, ...]] = field(default_factory=dict)  # auxiliary column -> its values
    lattices: dict[str, Lattice | None] = field(default_factory=dict)
    exactly: dict[int, Exact] = field(default_factory=dict)  # by identity: limits are shared
    definitions: dict[str, Expression] = field(default_factory=dict)
    expansions: dict[str, tuple[Fraction, dict[str, Fraction]]] = field(default_factory=dict)
    read: dict[Hashable, tuple[object, tuple[Any, bool]]] = field(default_factory=dict)  # see normal.truth

    def binary(self, name: str) -> str:
        self.added[name] = Column(name, ColumnKind.BINARY, ZERO, ONE)
        self.boxes[name] = (ZERO, ONE)
        self.lattices[name] = (ZERO, ONE)
        return name

    def auxiliary(self, name: str, bottom: Fraction, top: Fraction, *values: Expression) -> str:
        """A column that stands for one of the values, a difference of two, or nothing."""
        self.added[name] = Column(name, ColumnKind.CONTINUOUS, bottom, top)
        self.boxes[name] = (bottom, top)
        self.stands_for[name] = values
        return name

    def box(self, e: Expression) -> Box:
        return box(e, self.boxes)

    def counted(self, e: Expression) -> tuple[tuple[Fraction, str], ...]:
        """The terms with every quantity counted in its steps."""
        return tuple((c * self.steps[n] if n in self.steps else c, n) for n, c in e.terms.items())

    def exact(self, lin: Lin) -> bool:
        return isinstance(lin.const, Fraction) and all(
            isinstance(c, Fraction) and name not in self.inexact for c, name in lin.terms
        )

    def end(self, lin: Lin, sign: int) -> End:
        """The linear scalar's high end (sign 1) or low end (sign −1)."""
        known = self.known(lin)
        return self._affine(lin.const, lin.terms, sign) if known is None else known.value

    def known(self, lin: Lin) -> Exact | None:
        """A linear scalar that is exact; None for any other."""
        found = self.exactly.get(id(lin))
        if found is None and self.exact(lin):
            e = _gathered(lin)
            found = self.exactly[id(lin)] = Exact(lin, e, *self.box(e))
        return found

    def certain(self, lin: Lin) -> Expression:
        """A linear scalar that must be exact."""
        assert self.exact(lin), "made of known numbers"
        return _gathered(lin)

    def definition(self, name: str) -> Expression:
        """What a form, or the end of one, is made of."""
        if name in self.meaning:
            return self.meaning[name]
        if name not in self.definitions:
            self.definitions[name] = self.certain(Lin(self.forms[name].const, self.forms[name].terms))
        return self.definitions[name]

    def defined(self) -> list[str]:
        """Every column that has a definition: exact forms, and the ends that were asked for."""
        return [*(name for name in self.forms if name not in self.inexact), *self.meaning]

    def expanded(self, e: Expression) -> tuple[Fraction, dict[str, Fraction]]:
        """The expression over quantities alone: its constant and coefficients."""
        const, found = e.const, dict[str, Fraction]()
        for name, coefficient in e.terms.items():
            if name not in self.expansions:
                known = name in self.forms or name in self.meaning
                self.expansions[name] = self.expanded(self.definition(name)) if known else (ZERO, {name: ONE})
            inner, parts = self.expansions[name]
            const += coefficient * inner
            for part, share in parts.items():
                found[part] = found.get(part, ZERO) + coefficient * share
        return const, {name: c for name, c in found.items() if c}

    def lattice(self, e: Expression) -> Lattice | None:
        """Where the expression lies at integer points; None where that is anywhere."""
        parts: list[tuple[Fraction, Lattice]] = []
        for name, coefficient in e.terms.items():
            found = self._lattice(name)
            if found is None:
                return None
            parts.append((coefficient, found))
        return dot(e.const, ((c, offset) for c, (offset, _) in parts)), common(c * grain for c, (_, grain) in parts)

    def _lattice(self, name: str) -> Lattice | None:
        if name not in self.lattices:
            self.lattices[name] = self._new_lattice(name)
        return self.lattices[name]

    def _new_lattice(self, name: str) -> Lattice | None:
        if name in self.stands_for:
            return self._through_zero(self.stands_for[name])
        if name in self.meaning or name in self.forms:
            return self.lattice(self.definition(name))
        quantity = self.quantities[name]
        if quantity.low == quantity.high:
            return quantity.low, ZERO
        if quantity.step is None:
            return None
        return ZERO, common((quantity.step, quantity.low, quantity.high))

    def _through_zero(self, values: Iterable[Expression]) -> Lattice | None:
        """A lattice that contains zero and all the values; none for squares, which come without values."""
        found = [self.lattice(value) for value in values]
        known = [lattice for lattice in found if lattice is not None]
        g = common(chain.from_iterable(known))
        return (ZERO, g) if g and len(known) == len(found) else None

    # --- ends of what is not exact ---------------------------------------------------------------

    def _affine(self, const: Number, terms: Iterable[tuple[Number, str]], sign: int) -> End:
        start = high(const) if sign == HIGH else low(const)
        if start is None:
            return Missing.NEVER
        total = Expression(start, {}, exact=False)
        for coefficient, name in terms:
            part = self._term(coefficient, name, sign)
            if isinstance(part, Missing):
                return part
            total = added(total, ONE, part)
        return total

    def _term(self, coefficient: Number, name: str, sign: int) -> End:
        if isinstance(coefficient, Fraction):
            toward = sign if coefficient > 0 else -sign
            return _times(coefficient, self._column(name, toward)) if coefficient else NOTHING
        if self._reaches(name, LOW) >= 0:
            return self._unknown_times(coefficient, name, 1, sign)
        if self._reaches(name, HIGH) <= 0:
            return self._unknown_times(_flipped(coefficient), name, -1, sign)
        return Missing.UNSEARCHED

    def _unknown_times(self, coefficient: Interval, name: str, side: int, sign: int) -> End:
        """An end of coefficient · t, where t = side · column is never negative."""
        factor = coefficient.high if sign == HIGH else coefficient.low
        if factor == 0:
            return NOTHING
        outward = factor is None or factor * sign > 0
        end = self._column(name, side if outward else -side)
        if factor is None and isinstance(end, Expression):
            here = tuple((side, label, "") for label in end.terms)
            return Expression(ZERO, {}, joined(end.opens, here), exact=False)
        return _times(side * (factor or ONE), end)

    def _column(self, name: str, sign: int) -> End:
        """The column of a quantity or form at one end."""
        if name not in self.inexact:
            return column(name)
        if (name, sign) not in self.ends:
            self.ends[name, sign] = self._new_end(name, sign)
        return self.ends[name, sign]

    def _new_end(self, name: str, sign: int) -> End:
        form = self.forms[name]
        definition = self._affine(form.const, form.terms, sign)
        if isinstance(definition, Missing):
            return definition
        label = f"{name}|{'high' if sign == HIGH else 'low'}"
        bottom, top = self.box(definition)
        if not definition.opens:  # else the column is less than the end, which has no number
            bottom = bottom if form.low is None else max(bottom, form.low)
            top = top if form.high is None else min(top, form.high)
        self.boxes[label] = bottom, top
        self.meaning[label] = definition
        return Expression(ZERO, {label: ONE}, definition.opens, exact=False)

    def _reaches(self, name: str, sign: int) -> Fraction:
        """How low, or how high, a quantity or form can be; beyond zero where nobody knows."""
        end = self._column(name, sign)
        if isinstance(end, Missing) or end.opens:
            return Fraction(sign)
        return self.box(end)[sign == HIGH]


def blank(bound: Bound) -> Sheet:
    """The sheet of a bound book before any obligation is written on it."""
    inexact: set[str] = set()
    for name, form in bound.forms.items():
        if isinstance(form.const, Interval) or any(isinstance(c, Interval) or n in inexact for c, n in form.terms):
            inexact.add(name)
    boxes = {name: (q.low, q.high) for name, q in bound.quantities.items()}
    boxes |= {n: (f.low, f.high) for n, f in bound.forms.items() if f.low is not None and f.high is not None}
    steps = {name: q.step for name, q in bound.quantities.items() if q.step is not None and q.step != 1}
    return Sheet(bound.quantities, bound.forms, frozenset(inexact), boxes, steps)


def _gathered(lin: Lin) -> Expression:
    """An exact linear scalar, terms of one name added up."""
    assert isinstance(lin.const, Fraction)
    terms = {name: c for c, name in lin.terms if c and isinstance(c, Fraction)}
    if len(terms) == len(lin.terms):
        return Expression(lin.const, terms)
    total = constant(lin.const)
    for coefficient, name in lin.terms:
        assert isinstance(coefficient, Fraction)
        total = added(total, coefficient, column(name))
    return total


def _times(factor: Fraction, end: End) -> End:
    return end if isinstance(end, Missing) else added(NOTHING, factor, end)


def _flipped(coefficient: Interval) -> Interval:
    flipped = negative(coefficient)
    assert isinstance(flipped, Interval)
    return flipped
