"""The table of quantities and named forms while a book is being bound.

A form is made once and shared by everything that speaks of it, so the table is the one mutable thing in
binding. Each form keeps its expansion over quantities: boxes come from it (net assets hardly move however much
is bought, because what is bought is paid for), and so does the answer to "which purchases raise this measure".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from policy.interval import ZERO, Interval, Number, between, dot, high, low, plus, times
from policy.ir.bound import Form, Kind, Lin, Quantity

ONE = Fraction(1)

Terms = tuple[tuple[Number, str], ...]


Expansion = tuple[Number, Mapping[str, Number]]
"""A constant, and the coefficient of each quantity."""
Counted = tuple[frozenset[str], frozenset[str]]
"""Purchases that raise a number, and purchases that lower it."""


@dataclass(slots=True)
class Table:
    quantities: dict[str, Quantity] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    either: dict[str, Terms] = field(default_factory=dict)
    _expanded: dict[str, Expansion] = field(default_factory=dict)
    _counted: dict[str, Counted] = field(default_factory=dict)

    def quantity(self, quantity: Quantity) -> str:
        self.quantities[quantity.name] = quantity
        return quantity.name

    def form(self, name: str, const: Number, terms: Terms, *, cash: bool = False) -> str:
        """Adds the form, unless it is there, and says what it is called: where the name stands for another sum, the
        terms become a part of it. Terms of the same name are added up. `cash`: what buys are paid from; they do not
        count in it as holdings do."""
        terms = gathered(tuple(self._one_sided(terms)))
        known = self.forms.get(name)
        if known is not None and (known.const, known.terms) != (const, terms):
            name = f"{name}/{_fingerprint(const, terms)}"
        if name not in self.forms:
            self._expanded[name] = self._expand(const, terms)
            self.forms[name] = Form(name, const, terms, *self.box(Lin(const, terms), self._expanded[name]))
            if cash:
                self._counted[name] = (frozenset(), frozenset())
        return name

    def _one_sided(self, terms: Terms) -> Iterator[tuple[Number, str]]:
        """What is in `either` may be above zero or below, and is made of parts that may not. An unknown number of it is
        as much of each part, which has linear ends."""
        for factor, name in terms:
            if isinstance(factor, Interval) and name in self.either:
                yield from ((times(factor, weight), part) for weight, part in self.either[name])
            else:
                yield factor, name

    def expansion(self, scalar: Lin) -> Mapping[str, Number]:
        """Coefficient of each quantity in a linear scalar."""
        return self._expand(scalar.const, scalar.terms)[1]

    def box(self, scalar: Lin, expansion: Expansion | None = None) -> tuple[Fraction | None, Fraction | None]:
        """The lowest and highest value of a linear scalar over all quantities. `expansion`: its own, if known."""
        if len(scalar.terms) == 1 and isinstance(scalar.terms[0][0], Fraction):  # in one form nothing cancels
            ((factor, name),) = scalar.terms
            inner = self.forms.get(name) or self.quantities[name]
            whole = plus(scalar.const, times(factor, between(inner.low, inner.high)))
            return low(whole), high(whole)
        return self._box(expansion or self._expand(scalar.const, scalar.terms))

    def counted(self, scalar: Lin) -> Counted:
        """The purchases that are counted in a scalar upwards, and downwards: as holdings, whatever is paid."""
        up: set[str] = set()
        down: set[str] = set()
        for factor, name in scalar.terms:
            raises, lowers = self._counted_in(name)
            bottom, top = low(factor), high(factor)
            if top is None or top > 0:
                up |= raises
                down |= lowers
            if bottom is None or bottom < 0:
                up |= lowers
                down |= raises
        return frozenset(up), frozenset(down)

    def doubtful(self, scalar: Lin) -> frozenset[str]:
        """Of the purchases that are counted upwards, those that may count for nothing: a fact of theirs is missing."""
        found: set[str] = set()
        for factor, name in scalar.terms:
            raises = self._counted_in(name)[0]
            least, most = low(factor), high(factor)
            if least is None or least <= 0:
                found |= raises if most is None or most > 0 else frozenset()
            elif raises and name in self.forms:
                found |= self.doubtful(Lin(ZERO, self.forms[name].terms))
        return frozenset(found)

    def _counted_in(self, name: str) -> Counted:
        if name not in self._counted:
            quantity = self.quantities.get(name)
            if quantity is None:
                self._counted[name] = self.counted(Lin(ZERO, self.forms[name].terms))
            else:
                bought = quantity.kind in (Kind.BUY, Kind.COVER)
                self._counted[name] = (frozenset({name}) if bought else frozenset(), frozenset())
        return self._counted[name]

    def _expand(self, const: Number, terms: Terms) -> Expansion:
        sums: dict[str, Number] = {}
        consts: list[tuple[Number, Number]] = []
        for factor, name in terms:
            if name in self.quantities:
                sums[name] = plus(sums[name], factor) if name in sums else factor
                continue
            inner, parts = self._expanded[name]
            consts.append((factor, inner))
            for part, weight in parts.items():
                product = times(factor, weight)
                sums[part] = plus(sums[part], product) if part in sums else product
        return dot(const, consts), sums

    def _box(self, expansion: Expansion) -> tuple[Fraction | None, Fraction | None]:
        unknown, coefficients = expansion
        least: list[tuple[Number, Number]] = []
        most: list[tuple[Number, Number]] = []
        for name, coefficient in coefficients.items():
            quantity = self.quantities[name]
            ends = quantity.low, quantity.high
            if not isinstance(coefficient, Fraction):
                unknown = plus(unknown, times(coefficient, between(*ends)))
                continue
            rises = coefficient.numerator > 0
            least.append((coefficient, ends[not rises]))
            most.append((coefficient, ends[rises]))
        return low(dot(unknown, least)), high(dot(unknown, most))


def gathered(terms: Terms) -> Terms:
    """Terms of the same name added up, zeros dropped, in the order of first mention."""
    sums: dict[str, Number] = {}
    for coefficient, name in terms:
        if coefficient:
            sums[name] = plus(sums[name], coefficient) if name in sums else coefficient
    return tuple((coefficient, name) for name, coefficient in sums.items())


def _fingerprint(const: Number, terms: Terms) -> str:
    """A short name for what is added up, in whatever order."""
    summands = sorted((str(coefficient), name) for coefficient, name in terms)
    return hashlib.sha256(repr((str(const), summands)).encode()).hexdigest()[:12]


def lin(name: str, factor: Number = ONE) -> Lin:
    """factor · form."""
    return Lin(ZERO, ((factor, name),))


def scaled(factor: Number, scalar: Lin) -> Lin:
    return Lin(times(factor, scalar.const), tuple((times(factor, c), n) for c, n in scalar.terms))


def added(parts: Iterable[Lin]) -> Lin:
    """The sum of linear scalars; terms of one form are added up."""
    const: Number = ZERO
    terms: list[tuple[Number, str]] = []
    for part in parts:
        const = plus(const, part.const)
        terms += part.terms
    return Lin(const, gathered(tuple(terms)))
