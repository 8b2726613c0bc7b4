"""Wash sales where shorts touch them (26 USC 1091(e)): a cover at a loss, and sales within thirty days of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from policy.book.facts import Book, Order, Side, Trade
from policy.book.read import index
from policy.ir import core
from policy.ir.bind import bind_to
from policy.ir.bound import Outcome
from policy.ir.point import point_of
from policy.judge.eval import judge
from tests.policy.ir.shorting import DAY, GROUPS, F, order, shorting
from tests.worlds.rules import clause, plain

COVER = order(Side.COVER, "DOWN", 40)
"""All that is short of DOWN: D1, sold at 9 and worth 10, is covered at a loss."""


def _past(side: Side, days: int, gain: Fraction | None = None) -> Trade:
    return Trade("A", "DOWN", side, F(5), F(10), DAY - timedelta(days=days), gain)


def _word(book: Book, *orders: Order) -> Outcome:
    rule = plain("W", clause(core.Step(core.WashSale(30), Outcome.PASS, "")))
    facts = index(book)
    point = point_of(facts, orders)
    assert isinstance(point, dict), point
    return judge(bind_to(core.Library((rule,), (), ()), facts, orders), point).outcome


def _cases() -> Iterator[tuple[str, Book, tuple[Order, ...], Outcome]]:
    opened = DAY - timedelta(days=10)
    yield "nothing was sold", shorting(), (COVER,), Outcome.PASS
    yield "sold the day before", shorting(trades=(_past(Side.SELL, 1, F(3)),)), (COVER,), Outcome.BLOCK
    yield "sold 30 days ago", shorting(trades=(_past(Side.SELL, 30, F(3)),)), (COVER,), Outcome.BLOCK
    yield "sold 31 days ago", shorting(trades=(_past(Side.SELL, 31, F(3)),)), (COVER,), Outcome.PASS
    yield "sold short since", shorting(trades=(_past(Side.SHORT, 5),)), (COVER,), Outcome.BLOCK
    yield "its own short sale", shorting(trades=(_past(Side.SHORT, 10),), opened=opened), (COVER,), Outcome.PASS
    yield "bought since", shorting(trades=(_past(Side.BUY, 5),)), (COVER,), Outcome.PASS
    more = order(Side.SHORT, "DOWN", 1)
    yield "sold short after a cover at a loss", shorting(trades=(_past(Side.COVER, 5, F(-3)),)), (more,), Outcome.BLOCK
    yield "after a cover at a gain", shorting(trades=(_past(Side.COVER, 5, F(3)),)), (more,), Outcome.PASS
    yield "after a cover, who knows", shorting(trades=(_past(Side.COVER, 5),)), (more,), Outcome.UNKNOWN
    gaining = order(Side.COVER, "DOWN", 10)
    yield "a gain is no matter", shorting(trades=(_past(Side.SELL, 1, F(3)),)), (gaining,), Outcome.PASS
    yield "a short sale realises nothing", shorting(trades=(_past(Side.SHORT, 5),)), (gaining,), Outcome.PASS
    yield "who knows what was sold", replace(shorting(), complete={GROUPS: DAY}), (COVER,), Outcome.UNKNOWN
    book = shorting()
    young = replace(book, lots={**book.lots, "D2": replace(book.lots["D2"], acquired=opened)})
    yield "another short lot of these days", young, (COVER,), Outcome.BLOCK
    undated = replace(book, lots={**book.lots, "D2": replace(book.lots["D2"], acquired=None)})
    yield "another short lot, who knows since when", undated, (COVER,), Outcome.UNKNOWN


@pytest.mark.parametrize(("book", "orders", "said"), [pytest.param(*case, id=name) for name, *case in _cases()])
def test_covers_at_a_loss(book: Book, orders: tuple[Order, ...], said: Outcome) -> None:
    assert _word(book, *orders) is said
