"""Judging orders on a book is judging no orders on the book after them, to the last digit.

With tickets, spreads and cent rounding; facts missing or not. Compared are the clauses that speak of the book
and not of the orders: their truth, their value and their bound.
"""

from __future__ import annotations

from random import Random

import pytest

from policy.book.after import after
from policy.book.facts import Book
from policy.book.read import index
from policy.ir.bind import bind, bind_to
from policy.ir.point import point_of
from policy.judge.eval import judge
from tests.depth import chunks
from tests.worlds.firms import firm, orders
from tests.worlds.mandates import library

CASES = 2_500  # obligations per part


@pytest.mark.parametrize("part", chunks(20, quick=1))
def test_orders_on_a_book_are_the_book_after_them(part: int) -> None:
    compared = measured = unknown = with_orders = 0
    seed = part * 1_000_000
    while compared < CASES:
        seed += 1
        rng = Random(seed)
        book = firm(rng, gaps=rng.random() < 0.5)
        placed = orders(rng, book)
        facts = index(book)
        point = point_of(facts, placed)
        assert isinstance(point, dict), (seed, point)
        rules = library(rng, rules=4, about_orders=False)
        later = after(facts, placed)
        assert isinstance(later, Book)
        before = judge(bind_to(rules, facts, placed), point, standing=True)
        behind = judge(bind(rules, later, placed), {}, standing=True)
        here = {f.obligation.id: f for f in before.findings}
        there = {f.obligation.id: f for f in behind.findings}
        assert here.keys() == there.keys(), seed
        for name, one in here.items():
            other = there[name]
            assert (one.outcome, one.within) == (other.outcome, other.within), (seed, name)
            if one.deciding and other.deciding and one.deciding.label == other.deciding.label:
                assert one.deciding.value == other.deciding.value, (seed, name)
                assert one.deciding.bound == other.deciding.bound, (seed, name)
                measured += 1
            unknown += one.within is None
        compared += len(here)
        with_orders += len(here) if placed else 0
    assert measured > CASES * 0.8
    assert with_orders > CASES * 0.7
    assert unknown > CASES * 0.02
