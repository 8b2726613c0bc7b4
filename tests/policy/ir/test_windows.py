"""Divest windows: each entry of a list has its own, and what a list forbids does not end with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from policy.book.facts import Book, ListEntry, Order, Side
from policy.ir.bound import Outcome
from tests.policy.ir.little import account, book, buy, outcome, security, sell

STOCK = security("ACME", {"security type": "common stock"})


def text(forbid: str) -> str:
    return f"""list L-1 "Sanctions"
  kind sanctions
  source "policy"
  applies to each account
  {forbid}
  effective from 2024-01-01 until lifted
  divest within 365 calendar days, then frozen
  on breach block
end
"""


def listed(since: date) -> Book:
    found = book({("A", "ACME"): 5}, STOCK, accounts=(account("A", 100),))
    entry = ListEntry("L-1", "security", "ACME", since)
    return replace(found, entries=(entry,), complete={"list L-1": date(2020, 1, 1)})


NEW, OLD = date(2026, 3, 1), date(2025, 6, 29)


@pytest.mark.parametrize(
    ("since", "order", "expected"),
    [
        (NEW, sell("ACME"), Outcome.PASS),
        (NEW, buy("ACME"), Outcome.BLOCK),
        (date(2025, 6, 30), sell("ACME"), Outcome.PASS),  # the last day of the window
        (OLD, sell("ACME"), Outcome.BLOCK),
        (OLD, buy("ACME"), Outcome.BLOCK),
    ],
)
def test_the_window_of_an_entry_runs_from_the_entry(since: date, order: Order, expected: Outcome) -> None:
    assert outcome(text("forbid short"), listed(since), order) is expected


def test_what_is_frozen_may_be_held_and_must_not_be_held_before() -> None:
    assert outcome(text("forbid holding"), listed(NEW)) is Outcome.BLOCK
    assert outcome(text("forbid holding"), listed(OLD)) is Outcome.PASS


def test_a_short_sale_stays_forbidden() -> None:
    found = replace(listed(OLD), lots={})
    accounts = {"A": replace(found.accounts["A"], short_sales=True)}
    order = replace(sell("ACME"), side=Side.SHORT)
    assert outcome(text("forbid short"), replace(found, accounts=accounts), order) is Outcome.BLOCK
