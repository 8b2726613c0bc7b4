"""The door for numbers: exact, one reading per text, and a reason for every refusal."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.book.amount import DECIMALS, Bare, Refusal, exact, number_text, percent_text, percentage, share

rationals = st.fractions(-(10**25), 10**25, max_denominator=10**20) | st.integers(-(10**25), 10**25).map(
    lambda n: Fraction(n, 10**12)
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("1234.50", Fraction(2469, 2)),
        ("-0.25", Fraction(-1, 4)),
        ("+7", 7),
        ("007", 7),
        (".5", Fraction(1, 2)),
        ("5.", 5),
        ("-0", 0),
        (" 12 ", 12),
        ("1,234,567", 1_234_567),
        ("-1,234.5", Fraction(-2469, 2)),
        ("1e3", 1000),
        ("2.5E-2", Fraction(1, 40)),
        ("10/3", Fraction(10, 3)),
        ("-4/8", Fraction(-1, 2)),
        (12, 12),
        (0, 0),
        ("9" * 30 + "." + "9" * 30, Fraction(10**60 - 1, 10**30)),
    ],
)
def test_numbers_are_read_exactly(text: object, number: object) -> None:
    assert exact(text) == number


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("", "empty"),
        ("  ", "empty"),
        (".", "not a number"),
        ("-", "not a number"),
        ("1.2.3", "not a number"),
        ("0x10", "not a number"),
        ("1_000", "not a number"),
        ("1 000", "not a number"),
        ("1e", "not a number"),
        ("e5", "not a number"),
        ("NaN", "not a number"),
        ("-Infinity", "not a number"),
        ("#N/A", "not a number"),
        ("1,234", "could be 1234 or 1.234"),
        ("12,5", "decimal comma"),
        ("1.234,56", "decimal comma"),
        ("1,23,456", "not a number"),
        ("1,2345,678", "not a number"),
        ("(5)", "in brackets"),
        ("$5", "names a currency"),
        ("USD 5", "names a currency"),
        ("5%", "is a percentage"),
        ("−5", "not plain digits"),  # U+2212
        ("٣", "not plain digits"),
        ("５", "not plain digits"),
        ("1\n", "not a number"),
        ("1\u00a0000", "not plain digits"),
        ("1e31", "beyond all sense"),
        ("1e-31", "beyond all sense"),
        ("1e99999", "not a number"),
        ("1" * 31, "beyond all sense"),
        ("0." + "1" * 31, "beyond all sense"),
        ("1" * 251, "251 characters"),
        ("1/0", "divides by zero"),
        ("1/-2", "not a number"),
        ("1/2/3", "not a number"),
        ("1" * 121 + "/3", "too many digits"),
        (10**30, "too large"),
        (Bare("1.5"), "without quotes"),
        (Bare("NaN"), "without quotes"),
        (Bare("9" * 400), "without quotes"),
        (1.5, "not an exact number"),
        (float("nan"), "not an exact number"),
        (True, "a truth value"),
        (None, "null"),
        ([], "a list"),
        ({}, "an object"),
    ],
)
def test_everything_else_is_refused_with_a_reason(raw: object, says: str) -> None:
    found = exact(raw)
    assert isinstance(found, Refusal), found
    assert says in found.what
    assert found.do
    assert "\n" not in found.what.replace("1\n", "")
    assert len(found.what) < 120


@pytest.mark.parametrize(
    ("text", "number"),
    [("5%", Fraction(1, 20)), ("0.25 %", Fraction(1, 400)), ("-1%", Fraction(-1, 100)), ("250%", Fraction(5, 2)),
     ("1/20", Fraction(1, 20)), ("0", 0), (0, 0), ("1/3%", Fraction(1, 300))],
)  # fmt: skip
def test_percentages_become_fractions(text: object, number: object) -> None:
    assert percentage(text) == number


@pytest.mark.parametrize("raw", ["5", "0.05", 5, "1", "5%%", "%", "", "five%", "1,234%", Bare("0.05"), None, True])
def test_a_percentage_without_its_sign_has_two_readings(raw: object) -> None:
    assert isinstance(percentage(raw), Refusal)


@pytest.mark.parametrize(("text", "number"), [("0.05", Fraction(1, 20)), ("5%", Fraction(1, 20)), ("1", 1), (1, 1)])
def test_a_share_is_a_fraction_or_a_percentage(text: object, number: object) -> None:
    assert share(text) == number


@given(rationals)
def test_what_is_written_reads_back(number: Fraction) -> None:
    assert exact(number_text(number)) == number
    assert percentage(percent_text(number)) == number


@given(rationals)
def test_decimals_are_written_wherever_they_end(number: Fraction) -> None:
    ends = 10**DECIMALS % number.denominator == 0
    assert ("/" in number_text(number)) == (not ends)
    assert not number_text(number).endswith(".0")


@given(st.text(max_size=12) | st.text("0123456789.,-+eE/% ", max_size=12))
def test_no_text_is_too_strange(text: str) -> None:
    for door in (exact, percentage, share):
        found = door(text)
        assert isinstance(found, Fraction | Refusal)
