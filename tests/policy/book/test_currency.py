"""Cents: which currencies have them, and how amounts are rounded to them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.book.currency import CODES, cent, decimals, to_cents


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("1.005", "USD", "1.00"),
        ("1.015", "USD", "1.02"),
        ("1.0051", "USD", "1.01"),
        ("-1.005", "USD", "-1.00"),
        ("-1.015", "USD", "-1.02"),
        ("0.5", "JPY", "0"),
        ("1.5", "JPY", "2"),
        ("1.0005", "KWD", "1.000"),
        ("1.0015", "KWD", "1.002"),
        ("1/3", "USD", "0.33"),
    ],
)
def test_halves_go_to_the_even_cent(amount: str, currency: str, rounded: str) -> None:
    assert to_cents(Fraction(amount), currency) == Fraction(rounded)


@given(st.fractions(), st.sampled_from(["USD", "JPY", "KWD"]))
def test_rounding_moves_by_at_most_half_a_cent_and_is_odd(amount: Fraction, currency: str) -> None:
    rounded = to_cents(amount, currency)
    assert abs(rounded - amount) <= cent(currency) / 2
    assert (rounded / cent(currency)).denominator == 1
    assert to_cents(-amount, currency) == -rounded


def test_codes_are_three_capitals() -> None:
    assert {"USD", "EUR", "GBP", "JPY", "CHF"} <= CODES
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CODES)
    assert (decimals("USD"), decimals("JPY"), decimals("TND")) == (2, 0, 3)
