"""Exact numbers, some of them not known: a rational, or the interval in which an unknown lies.

A missing fact makes a number an :class:`Interval`; arithmetic on intervals is the only way in which
"unknown" travels, so that no reader can forget it. Every result contains every value that some
completion of the missing facts could give (inclusion monotone: hiding a fact only ever widens).

Zero times unknown is zero: what nobody holds cannot matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import overload


@dataclass(frozen=True, slots=True)
class Interval:
    """All values from `low` to `high`, both included; None stands for an open end. The ends differ."""

    low: Fraction | None
    high: Fraction | None


Number = Fraction | Interval
"""A number: exact, or the interval that contains it."""

ZERO = Fraction(0)
ANYTHING = Interval(None, None)
NOT_NEGATIVE = Interval(ZERO, None)


def between(low: Fraction | None, high: Fraction | None) -> Number:
    """The interval, or the one number that it contains."""
    return low if low is not None and low == high else Interval(low, high)


def low(a: Number) -> Fraction | None:
    return a.low if isinstance(a, Interval) else a


def high(a: Number) -> Fraction | None:
    return a.high if isinstance(a, Interval) else a


def plus(a: Number, b: Number) -> Number:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a + b
    return between(_add(low(a), low(b)), _add(high(a), high(b)))


def minus(a: Number, b: Number) -> Number:
    return plus(a, negative(b))


def negative(a: Number) -> Number:
    if isinstance(a, Fraction):
        return -a
    return Interval(None if a.high is None else -a.high, None if a.low is None else -a.low)


def times(a: Number, b: Number) -> Number:
    """The product; zero times an open end is zero."""
    if a == 1:
        return b  # most coefficients are
    if isinstance(a, Fraction):
        return a * b if isinstance(b, Fraction) else _scaled(a, b)
    if isinstance(b, Fraction):
        return _scaled(b, a)
    corners = [_corner(x, y) for x in _ends(a) for y in _ends(b)]
    finite = [c for c in corners if isinstance(c, Fraction)]
    return between(
        None if _MINUS in corners or not finite else min(finite),
        None if _PLUS in corners or not finite else max(finite),
    )


@overload
def dot(start: Fraction, pairs: Iterable[tuple[Fraction, Fraction]]) -> Fraction: ...
@overload
def dot(start: Number, pairs: Iterable[tuple[Number, Number]]) -> Number: ...
def dot(start: Number, pairs: Iterable[tuple[Number, Number]]) -> Number:
    """start + Σ a · b. What is exact is added up as integers over one denominator, several times faster than one by
    one; so are the ends of intervals."""
    unknown, unsure = ZERO if isinstance(start, Fraction) else start, list[tuple[Number, Number]]()
    above, below = start.as_integer_ratio() if isinstance(start, Fraction) else (0, 1)
    for a, b in pairs:
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            (p, q), (r, s) = a.as_integer_ratio(), b.as_integer_ratio()
            over = q * s
            if below % over:
                above, below = above * (lcm(below, over) // below), lcm(below, over)
            above += p * r * (below // over)
        else:
            unsure.append((a, b))
    exact = Fraction(above, below)
    if unsure:
        unknown = plus(unknown, _ends_added(unsure))
    return plus(exact, unknown) if unknown else exact


def _ends_added(pairs: Iterable[tuple[Number, Number]]) -> Number:
    lows: list[tuple[Fraction, Fraction]] = []
    highs: list[tuple[Fraction, Fraction]] = []
    open_: Number = ZERO
    for pair in pairs:
        a, b = pair if isinstance(pair[0], Fraction) else reversed(pair)
        least, most = low(b), high(b)
        if not isinstance(a, Fraction) or least is None or most is None:
            open_ = plus(open_, times(a, b))
            continue
        lows.append((a, least if a >= 0 else most))
        highs.append((a, most if a >= 0 else least))
    return plus(open_, between(dot(ZERO, lows), dot(ZERO, highs)))


def squared(a: Number) -> Number:
    """a · a, never below zero."""
    if isinstance(a, Fraction):
        return a * a
    product = times(a, a)
    least = ZERO if _contains_zero(a) else low(product)
    return between(least, high(product))


def hull(a: Number, b: Number) -> Number:
    """The smallest interval that contains both."""
    return between(least_end(low(a), low(b)), greatest_end(high(a), high(b)))


def least_end(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    """The lower of two low ends; None is minus infinity."""
    return None if a is None or b is None else min(a, b)


def greatest_end(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    """The higher of two high ends; None is plus infinity."""
    return None if a is None or b is None else max(a, b)


def greatest(a: Number, b: Number) -> Number:
    """max(a, b)."""
    lows = [end for end in (low(a), low(b)) if end is not None]
    return between(max(lows, default=None), greatest_end(high(a), high(b)))


def least(a: Number, b: Number) -> Number:
    """min(a, b)."""
    return negative(greatest(negative(a), negative(b)))


def at_most(a: Number, b: Number) -> bool | None:
    """a ≤ b: True or False where every completion agrees, else None."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        (p, q), (r, s) = a.as_integer_ratio(), b.as_integer_ratio()
        return p * s <= r * q
    top, bottom = high(a), low(b)
    if top is not None and bottom is not None and top <= bottom:
        return True
    bottom, top = low(a), high(b)
    return False if bottom is not None and top is not None and bottom > top else None


def less(a: Number, b: Number) -> bool | None:
    """a < b, as `at_most`."""
    answer = at_most(b, a)
    return None if answer is None else not answer


def _add(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return None if a is None or b is None else a + b


def _scaled(factor: Fraction, a: Interval) -> Number:
    if factor == 0:
        return ZERO
    bottom = None if a.low is None else factor * a.low
    top = None if a.high is None else factor * a.high
    return Interval(bottom, top) if factor > 0 else Interval(top, bottom)


def _contains_zero(a: Interval) -> bool:
    return (a.low is None or a.low <= 0) and (a.high is None or a.high >= 0)


# An end of an interval in a product: a number, or one of two signs of infinity.
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
