"""What a finding says of its numbers."""

from __future__ import annotations

import io
from fractions import Fraction

import pytest
from rich.console import Console

from policy.interval import Interval
from server.answer.number import amount
from server.answer.verdict import Finding, Measured
from server.cli.show import terminal
from server.cli.show.verdict import details, read, sentence

HUNDRED = amount(Fraction(100))


@pytest.mark.parametrize(
    ("op", "limit", "said"),
    [
        ("<=", Interval(None, Fraction(450)), "the most that is allowed is at most $450.00"),
        ("<", Interval(Fraction(450), None), "what it must stay below is at least $450.00"),
        (">=", Interval(Fraction(1), Fraction(2)), "the least that is required is $1.00 to $2.00"),
        (">", Interval(None, None), "what it must be above is unknown"),
        ("<=", Fraction(450), "at most $450.00 is allowed"),
        (">", Fraction(50), "more than $50.00 is required"),
    ],
)
def test_a_limit_that_is_not_known_is_not_said_as_a_number(op: str, limit: Fraction | Interval, said: str) -> None:
    found = Measured("cash", "USD", op, HUNDRED, amount(limit), amount(Interval(None, None)), None, None, ())
    assert sentence(found) == f"cash is $100.00; {said}"


@pytest.mark.parametrize(
    ("unit", "value", "limit", "said"),
    [
        ("duration · USD", Fraction(43_000), 40_000, "is 5.38; at most 5.00 is allowed: 0.38 over"),
        ("coal revenue share · USD", Fraction(70), 40, "is 0.88%; at most 0.50% is allowed: 0.38% over"),
        ("rating · USD", Interval(Fraction(8_000), None), 16_000, "is at least 1.00; at most 2.00 is allowed"),
        ("USD", Fraction(2_000), 1_000, "is 25.00% of $8,000.00; at most 12.50% is allowed: $1,000.00 over"),
        (
            "USD",
            Interval(Fraction(0), Fraction(4_000)),
            1_000,
            "is 0.00% to 50.00% of $8,000.00; at most 12.50% is allowed",
        ),
    ],
)
def test_an_average_is_read_in_the_unit_of_its_fact(
    unit: str, value: Fraction | Interval, limit: int, said: str
) -> None:
    room = Fraction(limit) - value if isinstance(value, Fraction) else Interval(None, None)
    bound, base = amount(Fraction(limit)), amount(Fraction(8_000))
    found = Measured("what", unit, "<=", amount(value), bound, amount(room), base, None, ())
    assert sentence(read(found)) == f"what {said}"


@pytest.mark.parametrize(("scope", "said"), [("account a", "  account a: why\n"), ("", "\n  why\n")])
def test_a_finding_that_names_no_place_is_said_without_one(scope: str, said: str) -> None:
    where = ("R/1", "R", "Title", 1, "", "firm", "", 1, scope, None)
    finding = Finding(*where, ("proposal",), "block", "why", None, None, None, ())
    console = Console(file=io.StringIO(), theme=terminal.THEME)
    details([finding], console)
    assert isinstance(console.file, io.StringIO)
    assert said in console.file.getvalue()
