"""Orders as a point: what binding has no quantity for is refused, and never passes unseen."""

from __future__ import annotations

from random import Random

import pytest

from policy.book.facts import Order, Side
from policy.book.read import index
from policy.ir.point import point_of
from tests.policy.ir.shorting import F, order, shorting
from tests.worlds.firms import firm


def test_a_short_sale_and_a_cover_are_quantities_of_their_own() -> None:
    orders = order(Side.SHORT, "FLAT", 10), order(Side.SHORT, "DOWN", 5, account="other"), order(Side.COVER, "DOWN", 4)
    facts = index(shorting(other_short=True))
    assert point_of(facts, orders) == {"short/A/FLAT": F(10), "short/other/DOWN": F(5), "cover/D2": F(4)}


@pytest.mark.parametrize(
    ("wrong", "what", "do"),
    [
        (order(Side.SHORT, "FLAT", 1, account="plain"), "`plain` may not sell short", "`short_sales`"),
        (order(Side.SHORT, "UP", 1), "`A` is long of `UP`", "sell what is held"),
        (order(Side.BUY, "DOWN", 1), "`A` is short of `DOWN`", "cover what is short"),
        (order(Side.BUY, "BOTH", 1), "`A` is short of `BOTH`", "cover what is short"),
        (order(Side.SHORT, "BOTH", 1), "`A` is long of `BOTH`", "sell what is held"),
        (order(Side.COVER, "DOWN", 41), "41 of `DOWN` are to be used and 40 are short", "cover less"),
        (order(Side.COVER, "UP", 1), "1 of `UP` are to be used and 0 are short", "cover less"),
    ],
)
def test_a_position_is_long_or_short(wrong: Order, what: str, do: str) -> None:
    problems = point_of(index(shorting()), (order(Side.SELL, "UP", 1), wrong))
    assert isinstance(problems, tuple)
    (problem,) = problems
    assert problem.place.pointer.startswith("/orders/1")
    assert what in problem.what
    assert do in problem.do


def test_selling_out_first_does_not_make_room_for_a_short_sale() -> None:
    problems = point_of(index(shorting()), (order(Side.SELL, "UP", 100), order(Side.SHORT, "UP", 1)))
    assert isinstance(problems, tuple)


def test_no_orders_are_the_origin() -> None:
    assert point_of(index(firm(Random(1), gaps=False)), ()) == {}
