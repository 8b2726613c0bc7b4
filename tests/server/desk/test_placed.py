"""Orders that end well and break a rule on the way: the batches that they name decide."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from policy.book.facts import Order, Side
from policy.book.read import Index, index
from policy.ir import core
from policy.ir.bind import bind_to
from policy.ir.bound import Bound, Moment, Op, Outcome
from policy.ir.point import point_of
from policy.judge.verdict import FillSafety, Finding
from server.desk.placed import placed
from server.desk.room import MOST_ORDERS, WORK, rooms
from tests.policy.judge.test_worsening import book, rule

FLOOR = core.Compare(core.Term("cash"), Op.GE, core.Amount(Fraction(895), "USD"))
TESTED = replace(rule((core.Step(FLOOR, Outcome.PASS, "within the limit"),), "weight"), moments=(Moment.TRADE,))
LIBRARY = core.Library((TESTED,), (), ())


def said(*orders: Order) -> Finding:
    """Of 900 dollars in cash, at least 895 stay: twenty of Z are sold for as many of A."""
    known = index(book(60))
    bound, point = bind_to(LIBRARY, known, orders), point_of(known, orders)
    assert isinstance(point, dict)
    (finding,) = placed(known, bound, orders, point).findings
    return finding


BUY = Order("trust", "A", Side.BUY, Fraction(20))
SELL = Order("trust", "Z", Side.SELL, Fraction(20))


def test_without_batches_sells_fill_before_buys() -> None:
    for orders in ((BUY, SELL), (SELL, BUY)):
        assert (said(*orders).outcome, said(*orders).fills) == (Outcome.PASS, FillSafety.ORDERED)


def test_batches_are_taken_at_their_word() -> None:
    assert said(replace(BUY, batch=1), SELL).fills is FillSafety.ORDERED
    found = said(BUY, replace(SELL, batch=1))
    assert (found.outcome, found.fills) == (Outcome.BLOCK, FillSafety.COMPLETE)
    assert found.state == {"buy/trust/A": 20}


def test_lots_of_one_sale_are_not_used_twice() -> None:
    """Two sales of the one lot of Z, the later one listed first."""
    halves = (replace(SELL, quantity=Fraction(15), batch=1), replace(SELL, quantity=Fraction(25)))
    assert said(*halves, replace(BUY, batch=2)).fills is FillSafety.ORDERED


def refused(*orders: Order) -> tuple[Index, Bound, tuple[Order, ...]]:
    known = index(book(60))
    return known, bind_to(LIBRARY, known, orders), orders


def test_what_would_pass_instead_passes_on_the_way() -> None:
    (room,) = rooms(*refused(BUY, replace(SELL, batch=1))).found
    assert (room.order, room.passes) == (BUY, 5)


@pytest.mark.parametrize("quantity", ["6", "7", "20", "99", "899", "20.5"])
def test_the_most_that_passes_does_and_one_more_does_not(quantity: str) -> None:
    order = replace(BUY, quantity=Fraction(quantity))
    (room,) = rooms(*refused(order)).found
    assert room.passes is not None
    assert said(replace(order, quantity=room.passes)).outcome is Outcome.PASS
    more = min(room.passes + 1, order.quantity)
    assert said(replace(order, quantity=more)).outcome is Outcome.BLOCK


def test_how_many_orders_were_not_tried_is_said() -> None:
    many = tuple(BUY for _ in range(MOST_ORDERS + 5))
    assert rooms(*refused(*many)).left_out == 5
    assert rooms(*refused(*(BUY for _ in range(WORK)))).left_out == WORK
