"""Orders as a point: what is not judged is refused, and never passes unseen."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from policy.book.facts import Order, Side
from policy.book.read import index
from policy.ir.point import point_of
from tests.worlds.firms import firm


@pytest.mark.parametrize("side", [Side.SHORT, Side.COVER])
def test_short_sales_and_covers_are_refused(side: Side) -> None:
    facts = index(firm(Random(1), gaps=False))
    problems = point_of(facts, (Order("A1", "S0", side, Fraction(1)),))
    assert isinstance(problems, tuple)
    assert f"a {side} of `S0` cannot be judged yet" in problems[0].what


def test_no_orders_are_the_origin() -> None:
    assert point_of(index(firm(Random(1), gaps=False)), ()) == {}
