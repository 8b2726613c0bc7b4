"""Orders for more than an account could pay, all sold: refused for the cash, and what the rules say of them is true."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policy.book.facts import Cost
from policy.book.read import index
from policy.ir import meaning
from policy.ir.bind import bind
from policy.ir.bound import Outcome
from policy.ir.point import point_of
from solver.certify import flaws
from tests.policy.ir.little import F, account, book, buy, outcome, rule, security
from tests.policy.lowering import lowered

BUYER = replace(account("A", 100), cost=Cost(spread=F(1, 100)))
OF = book(
    {("A", "T"): 50},
    security("T", {"asset class": "us treasury"}),
    security("X", {"asset class": "equity"}),
    accounts=(BUYER,),
)
FLOOR = rule("limit value of securities where asset class is us treasury to at least 30% of net assets")


@pytest.mark.parametrize(("units", "says"), [(14_999, Outcome.PASS), (15_001, Outcome.UNKNOWN)])
def test_a_share_of_nothing_is_not_passed_though_no_payable_purchase_gets_there(units: int, says: Outcome) -> None:
    """What buying 15,000 costs is all that the account is worth: beyond that, the floor would be below zero."""
    assert outcome(FLOOR, OF, buy("X", units)) is says


@pytest.mark.parametrize("units", [151, 14_999, 20_000])
def test_whoever_cannot_pay_is_told_so(units: int) -> None:
    orders = (buy("X", units),)
    bound, point = bind(lowered(FLOOR), OF, orders), point_of(index(OF), orders)
    assert isinstance(point, dict)
    assert flaws(bound, point, meaning.values(bound.forms, point)) == ("A would be short of cash",)


def test_without_such_orders_the_box_is_what_can_be_paid() -> None:
    for orders, most in (((), None), ((buy("X", 10),), 150), ((buy("X", 100), buy("X", 60)), 160)):
        found = bind(lowered(FLOOR), OF, orders).quantities.get("buy/A/X")
        assert (None if found is None else found.high) == most
