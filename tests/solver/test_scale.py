"""Roundings and their directions."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from solver.scale import BITS, down, nearly, up

values = st.fractions(max_denominator=10**9)
steps = st.fractions(min_value=Fraction(1, 10**6), max_value=10**6)


@given(values)
def test_nearly_is_close_and_short(value: Fraction) -> None:
    short = nearly(value)
    assert abs(short - value) <= abs(value) / 2 ** (BITS - 2)
    assert short.numerator.bit_length() <= BITS + 2 or short.denominator == 1
    assert short.denominator & (short.denominator - 1) == 0


@given(values, steps)
def test_down_and_up_are_whole_steps_on_their_own_side(value: Fraction, step: Fraction) -> None:
    assert down(value, step) <= value <= up(value, step)
    assert up(value, step) - down(value, step) in (0, step)
    assert (down(value, step) / step).denominator == (up(value, step) / step).denominator == 1
