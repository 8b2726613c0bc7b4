"""Binding: 200 rules to a book of 500 lots, and the reference judge on what comes out."""

from __future__ import annotations

from collections.abc import Iterator

from policy.book.read import index
from policy.ir.bind import bind_to
from policy.ir.core import Library
from policy.judge.eval import judge
from tests.bench.bar import Bar, best
from tests.bench.instances import baskets, book, caps

RUNS = 5


def bars() -> Iterator[Bar]:
    facts = index(book(7, securities=500, lots=500))
    rules = Library((*baskets(), *caps(198)), (), ())
    bound = bind_to(rules, facts)
    note = f"{len(rules.rules)} rules, {len(facts.book.lots)} lots, {len(bound.obligations):,} obligations"
    yield Bar("bind 200 rules × 500 lots", best(lambda: bind_to(rules, facts), RUNS), 0.5, "s", note=note)
    yield Bar("reference judge on it", best(lambda: judge(bound, {}, standing=True), RUNS), 1.0, "s", note=note)
