"""Linear expressions over columns, as they are while rows are being written (docs/rows.md).

Coefficients are per unit of the quantity or form; the step of an integer column enters only where a row is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm

from policy.interval import ZERO, dot

Box = tuple[Fraction, Fraction]

Open = tuple[int, str, str]
"""(sign, column, waiver): the expression is a number only where sign · column is at most zero, or where the waiver, a
binary ("" for none), is 1."""


@dataclass(frozen=True, slots=True)
class Expression:
    """const + Σ coefficient · column, where all of `opens` are met; infinite elsewhere. `exact`: nothing in it was
    unknown."""

    const: Fraction
    terms: Mapping[str, Fraction]
    opens: tuple[Open, ...] = ()
    exact: bool = True


NOTHING = Expression(ZERO, {})


def constant(value: Fraction) -> Expression:
    return Expression(value, {})


def column(name: str, factor: Fraction = Fraction(1)) -> Expression:
    return Expression(ZERO, {name: factor})


def added(a: Expression, factor: Fraction, b: Expression) -> Expression:
    """a + factor · b, terms of one column added up; infinite where either is."""
    if not factor:
        return a
    b = scaled(factor, b)
    if not a.terms and not a.const and not a.opens:
        return b if a.exact else replace(b, exact=False)
    terms = dict(a.terms)
    for name, coefficient in b.terms.items():
        if name not in terms:
            terms[name] = coefficient
        elif total := terms[name] + coefficient:
            terms[name] = total
        else:
            del terms[name]
    const = a.const + b.const if b.const else a.const
    return Expression(const, terms, joined(a.opens, b.opens), a.exact and b.exact)


def scaled(factor: Fraction, e: Expression) -> Expression:
    """factor · e, for a factor that is not zero."""
    if factor == 1:
        return e
    if factor == -1:
        return Expression(-e.const, {name: -c for name, c in e.terms.items()}, e.opens, e.exact)
    return Expression(factor * e.const, {name: factor * c for name, c in e.terms.items()}, e.opens, e.exact)


def joined(a: tuple[Open, ...], b: tuple[Open, ...]) -> tuple[Open, ...]:
    """Both lists of conditions, each condition once, in the order met."""
    return a if not b else b if not a else tuple(dict.fromkeys(a + b))


def box(e: Expression, boxes: Mapping[str, Box]) -> Box:
    """Lowest and highest value, term by term."""
    ends = [(c, boxes[name], c.numerator > 0) for name, c in e.terms.items()]
    low = dot(e.const, ((c, extent[not rises]) for c, extent, rises in ends))
    return low, dot(e.const, ((c, extent[rises]) for c, extent, rises in ends))


# --- lattices --------------------------------------------------------------------------------------

Lattice = tuple[Fraction, Fraction]
"""(offset, g): at integer points the value is offset + g · (some integer)."""


def common(numbers: Iterable[Fraction]) -> Fraction:
    """The greatest rational that divides each a whole number of times; zero where all are."""
    ratios = [number.as_integer_ratio() for number in numbers]
    return Fraction(gcd(*(above for above, _ in ratios)), lcm(*(below for _, below in ratios)))


def strict_step(lattice: Lattice | None) -> Fraction:
    """The smallest s > 0 with −s on the lattice; zero where there is none."""
    if lattice is None or lattice[1] == 0:
        return ZERO
    offset, g = lattice
    return -offset % g or g
