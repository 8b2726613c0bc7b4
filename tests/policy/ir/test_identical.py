"""Substantially identical securities: what states no group may be of any, unless the book says that all are stated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from policy.book.facts import Book, Order, Side, Trade
from policy.ir.bound import Outcome
from tests.policy.ir.little import DAY, F, account, book, buy, findings, outcome, rule, security, sell

TEXT = rule(
    "forbid buy where substantially identical was sold at a loss within 30 calendar days before or after",
    tested="trade",
)
HISTORY = {"history A": date(2020, 1, 1)}
ALL = {**HISTORY, "groups identical group": DAY}


def losing(complete: Mapping[str, date], **groups: str | None) -> Book:
    """Ten units of each, bought long ago at 50, worth 1."""
    here = [replace(security(name), identical=group) for name, group in groups.items()]
    found = book({("A", name): 10 for name in groups}, *here, accounts=(account("A", 100),))
    lots = {name: replace(lot, basis=F(50)) for name, lot in found.lots.items()}
    return replace(found, lots=lots, complete=complete)


SWAP = (sell("X"), buy("Y"))


@pytest.mark.parametrize(
    ("groups", "complete", "expected"),
    [
        ({"X": "g", "Y": "g"}, HISTORY, Outcome.BLOCK),
        ({"X": "g", "Y": "h"}, HISTORY, Outcome.PASS),
        ({"X": "X", "Y": "Y"}, HISTORY, Outcome.PASS),
        ({"X": "g", "Y": None}, HISTORY, Outcome.UNKNOWN),
        ({"X": None, "Y": "g"}, HISTORY, Outcome.UNKNOWN),
        ({"X": None, "Y": None}, HISTORY, Outcome.UNKNOWN),
        ({"X": None, "Y": None}, ALL, Outcome.PASS),
        ({"X": "g", "Y": None}, ALL, Outcome.PASS),
        ({"X": "g", "Y": "g"}, ALL, Outcome.BLOCK),
        ({"X": "g", "Y": "h", "Z": None}, HISTORY, Outcome.PASS),  # Z, which nobody trades, is no bridge
    ],
)
def test_a_swap_at_a_loss(groups: Mapping[str, str | None], complete: Mapping[str, date], expected: Outcome) -> None:
    assert outcome(TEXT, losing(complete, **groups), *SWAP) is expected


def test_one_security_is_identical_to_itself_whatever_is_not_stated() -> None:
    assert outcome(TEXT, losing(HISTORY, X=None), sell("X"), buy("X", account="A")) is Outcome.BLOCK


@pytest.mark.parametrize("orders", [(), (sell("X"),), (buy("X"), buy("Y"))])
def test_what_is_not_stated_matters_only_where_it_could(orders: tuple[Order, ...]) -> None:
    found = [f.outcome for f in findings(TEXT, losing(HISTORY, X=None, Y=None), *orders)]
    assert found == [Outcome.PASS]


def test_a_security_that_is_gone_counts_by_what_was_traded() -> None:
    sold = Trade("A", "X", Side.SELL, F(3), F(1), date(2026, 6, 19), F(-9))
    for group, expected in ((None, Outcome.UNKNOWN), ("g", Outcome.BLOCK), ("h", Outcome.PASS)):
        plain = losing(HISTORY, X=group, Y="g")
        gone = replace(plain, lots={name: lot for name, lot in plain.lots.items() if lot.instrument == "Y"})
        assert outcome(TEXT, replace(gone, trades=(sold,)), buy("Y")) is expected


def test_the_finding_says_of_what_the_group_is_missing() -> None:
    (found,) = findings(TEXT, losing(HISTORY, X="g", Y=None), *SWAP)[:1]
    assert found.obligation.group == "identical group g"
    assert found.obligation.unknowns == ("identical group of Y",)
    (alone,) = findings(TEXT, losing(HISTORY, X=None, Y=None), *SWAP)
    assert alone.obligation.group == "identical group not known"
    assert alone.obligation.unknowns == ("identical group of X", "identical group of Y")
