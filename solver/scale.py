"""Exact numbers made short, with the direction of every rounding named."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from policy.ir.bound import Quantity

BITS = 24


def in_steps(q: Quantity, amount: Fraction) -> Fraction:
    """An amount of the quantity, counted in its steps."""
    return amount if q.step is None or q.step == 1 else amount / q.step


def nearly(value: Fraction, bits: int = BITS) -> Fraction:
    """The nearest number of so many binary digits. Neither up nor down: only for numbers that may be any, such as the
    point at which a tangent is taken."""
    if value == 0:
        return value
    size = abs(value)
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    grain = Fraction(2) ** (exponent - bits)
    return round(value / grain) * grain


def root_above(square: Fraction) -> Fraction:
    """A number a little above the root (docs/rows.md, "cone")."""
    n, d = square.numerator, square.denominator
    return Fraction(isqrt(n * d << 80) + 1, d << 40)
