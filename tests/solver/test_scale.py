"""Roundings and their directions."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from solver.scale import BITS, nearly

values = st.fractions(max_denominator=10**9)


@given(values)
def test_nearly_is_close_and_short(value: Fraction) -> None:
    short = nearly(value)
    assert abs(short - value) <= abs(value) / 2 ** (BITS - 2)
    assert short.numerator.bit_length() <= BITS + 2 or short.denominator == 1
    assert short.denominator & (short.denominator - 1) == 0
