"""What a finding says of its numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from policy.interval import Interval
from server.answer.number import amount
from server.answer.verdict import Measured
from server.cli.show.verdict import sentence

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
