"""Worlds and numbers for hypothesis."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from policy.interval import Interval, Number, between
from tests.worlds.worlds import World, world

SEEDS = st.integers(0, 2**32 - 1)


def worlds(obligations: int = 6, points: int = 4) -> st.SearchStrategy[World]:
    """By seed, so that a failing example is one number."""
    return SEEDS.map(lambda seed: world(seed, obligations=obligations, points=points))


fractions = st.builds(Fraction, st.integers(-1000, 1000), st.sampled_from((1, 2, 3, 7, 100)))


@st.composite
def around(draw: st.DrawFn, value: Number) -> Interval:
    """An interval that contains the number, and more."""
    low, high = (value.low, value.high) if isinstance(value, Interval) else (value, value)
    below = draw(st.one_of(st.none(), fractions.map(abs)))
    above = draw(st.one_of(st.none(), fractions.map(lambda f: abs(f) + Fraction(1, 9))))
    wide = between(
        None if low is None or below is None else low - below, None if high is None or above is None else high + above
    )
    assert isinstance(wide, Interval)
    return wide
