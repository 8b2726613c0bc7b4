"""Exact numbers, some of them not known: a rational, or the interval in which an unknown lies.

A missing fact makes a number an :class:`Interval`; arithmetic on intervals is the only way in which
"unknown" travels, so that no reader can forget it. Every result contains every value that some
completion of the missing facts could give (inclusion monotone: hiding a fact only ever widens).

Zero times unknown is zero: what nobody holds cannot matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Interval:
    """All values from `low` to `high`, both included; None stands for an open end."""

    low: Fraction | None
    high: Fraction | None

    @property
    def known(self) -> bool:
        return self.low is not None and self.low == self.high


Number = Fraction | Interval
"""A fact's value: exact, or the interval that contains it."""

ZERO = Fraction(0)
EXACTLY_ZERO = Interval(ZERO, ZERO)
ANYTHING = Interval(None, None)
NOT_NEGATIVE = Interval(ZERO, None)


def interval(number: Number) -> Interval:
    """The interval of one value, or the interval itself."""
    return number if isinstance(number, Interval) else Interval(number, number)


def plus(a: Interval, b: Interval) -> Interval:
    return Interval(
        None if a.low is None or b.low is None else a.low + b.low,
        None if a.high is None or b.high is None else a.high + b.high,
    )


def minus(a: Interval, b: Interval) -> Interval:
    return plus(a, negative(b))


def negative(a: Interval) -> Interval:
    return Interval(None if a.high is None else -a.high, None if a.low is None else -a.low)


def scaled(factor: Fraction, a: Interval) -> Interval:
    """`factor` · a, for an exact factor."""
    if factor == 0:
        return EXACTLY_ZERO
    low = None if a.low is None else factor * a.low
    high = None if a.high is None else factor * a.high
    return Interval(low, high) if factor > 0 else Interval(high, low)


def times(a: Interval, b: Interval) -> Interval:
    """The product; an open end times zero is zero."""
    if a.known:
        return scaled(a.low, b)  # type: ignore[arg-type]  # known: both ends are one number
    if b.known:
        return scaled(b.low, a)  # type: ignore[arg-type]  # known: both ends are one number
    corners = [_corner(x, y) for x in _ends(a) for y in _ends(b)]
    low = None if any(c == _MINUS for c in corners) else min(_finite(corners))
    high = None if any(c == _PLUS for c in corners) else max(_finite(corners))
    return Interval(low, high)


def hull(a: Interval, b: Interval) -> Interval:
    """The smallest interval that contains both."""
    low = None if a.low is None or b.low is None else min(a.low, b.low)
    high = None if a.high is None or b.high is None else max(a.high, b.high)
    return Interval(low, high)


# An end of an interval: a number, or one of two signs of infinity.
_MINUS, _PLUS = "-inf", "+inf"
_End = Fraction | str


def _ends(a: Interval) -> tuple[_End, _End]:
    return (_MINUS if a.low is None else a.low, _PLUS if a.high is None else a.high)


def _corner(x: _End, y: _End) -> _End:
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x * y
    sign = _sign(x) * _sign(y)
    return ZERO if sign == 0 else _PLUS if sign > 0 else _MINUS


def _sign(x: _End) -> int:
    if isinstance(x, Fraction):
        return (x > 0) - (x < 0)
    return 1 if x == _PLUS else -1


def _finite(corners: list[_End]) -> list[Fraction]:
    return [c for c in corners if isinstance(c, Fraction)] or [ZERO]
