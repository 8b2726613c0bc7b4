"""Data older than a rule allows: what is bought now rests on it as much as what is held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from policy.book.facts import Book, Price
from policy.ir.bound import Outcome
from tests.policy.ir.little import F, account, book, buy, outcome, rule, security

TEXT = rule("limit each security to at most 50% of net assets\n  data price no older than 5 calendar days")


def old_price() -> Book:
    found = book({}, security("NEW"), security("OLD"), accounts=(account("A", 100),))
    return replace(found, prices=(found.prices[0], Price("OLD", date(2026, 6, 1), F(1))))


def test_what_is_bought_at_an_old_price_is_not_known() -> None:
    assert outcome(TEXT, old_price(), buy("OLD")) is Outcome.UNKNOWN
    assert outcome(TEXT, old_price(), buy("NEW")) is Outcome.PASS
