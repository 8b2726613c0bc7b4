"""A purchase that the history tells of makes a loss a wash sale, whether or not its lot is still there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from policy.book.facts import Book, Side, Trade
from policy.ir.bound import Outcome
from tests.policy.ir.little import DAY, F, account, book, outcome, rule, security, sell

TEXT = rule(
    "forbid buy where substantially identical was sold at a loss within 30 calendar days before or after",
    tested="trade",
)


def losing(*trades: Trade, complete: bool) -> Book:
    found = book({("A", "X"): 10}, security("X"), accounts=(account("A", 100),))
    lots = {name: replace(lot, basis=F(50)) for name, lot in found.lots.items()}
    known = {"history A": date(2020, 1, 1)} if complete else {}
    return replace(found, lots=lots, trades=trades, complete=known)


def bought(day: date) -> Trade:
    return Trade("A", "X", Side.BUY, F(3), F(1), day)


@pytest.mark.parametrize("complete", [True, False])
def test_a_purchase_whose_lot_is_gone_counts(complete: bool) -> None:
    assert outcome(TEXT, losing(bought(date(2026, 6, 19)), complete=complete), sell("X")) is Outcome.BLOCK


def test_an_older_purchase_does_not() -> None:
    assert outcome(TEXT, losing(bought(date(2026, 5, 1)), complete=True), sell("X")) is Outcome.PASS


def test_the_lot_that_is_sold_is_no_other_purchase() -> None:
    found = losing(Trade("A", "X", Side.BUY, F(10), F(5), DAY), complete=True)
    lots = {name: replace(lot, acquired=DAY) for name, lot in found.lots.items()}
    assert outcome(TEXT, replace(found, lots=lots), sell("X")) is Outcome.PASS
