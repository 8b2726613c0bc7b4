"""Exact numbers of which some are only known to lie between two ends.

A number is a Fraction, or a pair (low, high) of which None is an open end. Every result contains whatever the
missing facts could make it; zero times unknown is zero. Written apart from `policy.interval`, on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import lcm

Range = tuple[Fraction | None, Fraction | None]
Number = Fraction | Range

ZERO, ONE = Fraction(0), Fraction(1)


def ends(number: Number) -> Range:
    return number if isinstance(number, tuple) else (number, number)


def between(low: Fraction | None, high: Fraction | None) -> Number:
    """The number with these ends: the one value where they meet."""
    return low if low is not None and low == high else (low, high)


def total(parts: Iterable[Number]) -> Number:
    return weighted((ONE, part) for part in parts)


def weighted(parts: Iterable[tuple[Number, Number]]) -> Number:
    """Σ a · b."""
    exact: list[tuple[Fraction, Fraction]] = []
    ranges: list[Number] = []
    for a, b in parts:
        if isinstance(a, tuple) or isinstance(b, tuple):
            ranges.append(times(a, b))
        else:
            exact.append((a, b))
    known = dot(ZERO, exact)
    return _sum_of_ranges(known, ranges) if ranges else known


def dot(const: Fraction, parts: Iterable[tuple[Fraction, Fraction]]) -> Fraction:
    """const + Σ a · b. Added up over one denominator that grows where it must; nothing is reduced on the way."""
    above, below = const.as_integer_ratio()
    for a, b in parts:
        (a_above, a_below), (b_above, b_below) = a.as_integer_ratio(), b.as_integer_ratio()
        own = a_below * b_below
        if below % own:
            wider = lcm(below, own)
            above, below = above * (wider // below), wider
        above += a_above * b_above * (below // own)
    return Fraction(above, below)


def known(number: Number) -> Fraction:
    """A number of which no fact is missing."""
    assert not isinstance(number, tuple), "a fact is missing here"
    return number


def _sum_of_ranges(known: Fraction, ranges: list[Number]) -> Number:
    lows, highs = zip(*map(ends, ranges), strict=True)
    low = None if None in lows else sum(lows, known)
    high = None if None in highs else sum(highs, known)
    return between(low, high)


def times(a: Number, b: Number) -> Number:
    if isinstance(a, tuple):
        return _product(a, b) if isinstance(b, tuple) else _scaled(b, a)
    return _scaled(a, b) if isinstance(b, tuple) else a * b


def minus(a: Number, b: Number) -> Number:
    return total((a, negative(b))) if isinstance(a, tuple) or isinstance(b, tuple) else a - b


def negative(a: Number) -> Number:
    return _scaled(-ONE, a) if isinstance(a, tuple) else -a


def largest(parts: Iterable[Number]) -> Number:
    lows, highs = zip(*map(ends, parts), strict=True)
    known = [low for low in lows if low is not None]
    return between(max(known) if known else None, None if None in highs else max(highs))


def smallest(parts: Iterable[Number]) -> Number:
    return negative(largest([negative(part) for part in parts]))


def square(a: Number) -> Number:
    if not isinstance(a, tuple):
        return a * a
    low, high = a
    if low is not None and low >= 0:
        return between(low * low, None if high is None else high * high)
    if high is not None and high <= 0:
        return between(high * high, None if low is None else low * low)
    return between(ZERO, None if low is None or high is None else max(low * low, high * high))


def with_zero(a: Number) -> Number:
    """The number or nothing, who knows."""
    low, high = ends(a)
    return between(None if low is None else min(ZERO, low), None if high is None else max(ZERO, high))


# --- comparisons: true, false, or None ---------------------------------------------------------


def at_most(a: Number, b: Number) -> bool | None:
    """a ≤ b, whatever the missing facts are: True; for none of them: False."""
    if not isinstance(a, tuple) and not isinstance(b, tuple):
        return a.numerator * b.denominator <= b.numerator * a.denominator
    (a_low, a_high), (b_low, b_high) = ends(a), ends(b)
    if a_high is not None and b_low is not None and a_high <= b_low:
        return True
    return False if a_low is not None and b_high is not None and a_low > b_high else None


def below(a: Number, b: Number) -> bool | None:
    """a < b."""
    return negated(at_most(b, a))


def negated(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def both(truths: Iterable[bool | None]) -> bool | None:
    """Kleene's conjunction."""
    found = set(truths)
    return False if False in found else None if None in found else True


def either(truths: Iterable[bool | None]) -> bool | None:
    found = set(truths)
    return True if True in found else None if None in found else False


# --- products ----------------------------------------------------------------------------------


def _scaled(factor: Fraction, a: Range) -> Number:
    if factor == 0:
        return ZERO
    low, high = (None if end is None else factor * end for end in a)
    return between(low, high) if factor > 0 else between(high, low)


def _product(a: Range, b: Range) -> Number:
    """Both unknown: the ends are among the four products of ends, where an open end times zero is zero."""
    low: Fraction | None = None
    high: Fraction | None = None
    open_low = open_high = False
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            sign = _sign(x, i) * _sign(y, j)
            if (x is None or y is None) and sign:
                open_low, open_high = open_low or sign < 0, open_high or sign > 0
                continue
            corner = ZERO if x is None or y is None else x * y
            low = corner if low is None else min(low, corner)
            high = corner if high is None else max(high, corner)
    return between(None if open_low else low, None if open_high else high)


def _sign(end: Fraction | None, place: int) -> int:
    """The sign of an end; an open one is minus infinity below (place 0) and plus infinity above."""
    return 2 * place - 1 if end is None else (end > 0) - (end < 0)
