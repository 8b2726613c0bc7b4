"""Numbers in print: what they say is true, and two numbers that differ look different."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.interval import Interval
from server.cli.show import amounts


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1234.5", "$1,234.50"),
        ("-1234.565", "−$1,234.56"),
        ("0.005", "$0.00"),
        ("-0.001", "$0.00"),
        ("0.015", "$0.02"),
        ("1e15", "$1,000,000,000,000,000.00"),
    ],
)
def test_money(number: str, text: str) -> None:
    assert amounts.money(Fraction(number)) == text


def test_a_currency_without_a_sign_is_named() -> None:
    assert amounts.money(Fraction(-3), "CHF") == "−3.00 CHF"


@given(st.fractions(), st.integers(0, 9))
def test_rounding_is_off_by_half_a_digit_at_most(number: Fraction, digits: int) -> None:
    assert abs(Fraction(amounts.rounded(number, digits)) - number) <= Fraction(1, 2 * 10**digits)


@given(st.fractions(-10, 10), st.fractions(-10, 10), st.sampled_from(["USD", "percent", "score", "points²"]))
def test_numbers_that_differ_look_different(value: Fraction, limit: Fraction, unit: str) -> None:
    shown, bound = amounts.telling_apart(value, limit, unit)
    assert (shown == bound) == (value == limit)


@pytest.mark.parametrize(
    ("value", "limit", "shown"),
    [
        ("0.050004", "0.05", ("5.0004%", "5.00%")),
        ("0.05", "0.05", ("5.00%", "5.00%")),
        ("0.0512", "0.05", ("5.12%", "5.00%")),
        ("0.3", "1/3", ("30.00%", "33.33%")),
    ],
)
def test_a_value_beside_its_limit(value: str, limit: str, shown: tuple[str, str]) -> None:
    assert amounts.telling_apart(Fraction(value), Fraction(limit), "percent") == shown


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (None, None, "unknown"),
        (0, None, "unknown"),
        (3, None, "at least $3.00"),
        (None, 3, "at most $3.00"),
        (1, 2, "$1.00 to $2.00"),
    ],
)
def test_what_is_known_of_an_unknown(low: int | None, high: int | None, text: str) -> None:
    ends = [None if end is None else Fraction(end) for end in (low, high)]
    assert amounts.ranged(Interval(*ends), "USD") == text
