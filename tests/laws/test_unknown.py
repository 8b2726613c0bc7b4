"""Hiding a fact never moves a verdict down, except from block to unknown.

Facts are taken out of the book itself, one at a time: prices, rates, attributes, issuers, constituents, bases, days of
acquisition, gains, risk loadings, benchmarks, groups of identical securities, households of accounts, and the
word that a list, a history or such groups are complete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from random import Random

import pytest

from policy.book.facts import Book
from policy.book.read import index
from policy.ir.bind import bind, bind_to
from policy.ir.bound import Obligation, Outcome
from policy.ir.point import point_of
from policy.judge.eval import judge, worst
from policy.judge.verdict import Verdict
from tests.worlds.firms import firm, orders
from tests.worlds.mandates import library

Hidden = tuple[str, Book]


@pytest.mark.parametrize("books", [range(90), pytest.param(range(90, 600), marks=pytest.mark.deep)], ids=str)
def test_hiding_a_fact_never_moves_a_verdict_down(books: range) -> None:
    moved = _moved(books)
    assert {hide.__name__.strip("_") for hide in HIDINGS} == {what for what, count in moved.items() if count}


@pytest.mark.parametrize("seed", [5_000_289, 5_000_418, 5_000_557, 5_000_887])
def test_what_has_no_known_group_may_be_of_one_group_or_of_many(seed: int) -> None:
    _moved([seed])


def test_a_rule_on_index_weights_asks_for_a_benchmark() -> None:
    _moved([5_000_476])


def _moved(seeds: Iterable[int]) -> Counter[str]:
    """How many obligations each hiding moved; none of them down."""
    moved: Counter[str] = Counter()
    for seed in seeds:
        rng = Random(seed)
        book = firm(rng, gaps=rng.random() < 0.3)
        placed = orders(rng, book) if rng.random() < 0.6 else ()
        facts = index(book)
        point = point_of(facts, placed)
        assert isinstance(point, dict)
        rules = library(rng, rules=5)
        full = judge(bind_to(rules, facts, placed), point)
        for what, poorer in _hidden(rng, book, {order.instrument for order in placed}):
            verdict = judge(bind(rules, poorer, placed), point)
            for name, before, after in _answers(full, verdict):
                assert _not_down(before, after), (seed, what, name, before, after)
                moved[what] += before is not after
    return moved


def _answers(full: Verdict, poorer: Verdict) -> Iterator[tuple[str, Outcome, Outcome]]:
    """Each obligation before and after. Where its group, or its household, has gone with the fact, whatever its clause
    says now of its accounts."""
    by_id = {finding.obligation.id: finding.outcome for finding in poorer.findings}
    for finding in full.findings:
        told = finding.obligation
        clause = (f.outcome for f in poorer.findings if _is_of(f.obligation, told))
        yield told.id, finding.outcome, by_id[told.id] if told.id in by_id else worst(clause)


def _is_of(found: Obligation, told: Obligation) -> bool:
    """Of the same clause, for some of the same accounts."""
    same = (found.origin.rule, found.origin.clause) == (told.origin.rule, told.origin.clause)
    return same and found.moments == told.moments and not set(told.accounts).isdisjoint(found.accounts)


def _not_down(full: Outcome, poorer: Outcome) -> bool:
    return poorer.rank >= full.rank or (full is Outcome.BLOCK and poorer is Outcome.UNKNOWN)


def _hidden(rng: Random, book: Book, traded: set[str]) -> Iterator[Hidden]:
    """A few poorer books, each without one fact. Prices of what is traded stay: without them there is no order."""
    for hide in HIDINGS:
        poorer = hide(rng, book, traded)
        if poorer is not None:
            yield hide.__name__.strip("_"), poorer


Hide = Callable[[Random, Book, set[str]], Book | None]


def _price(rng: Random, book: Book, traded: set[str]) -> Book | None:
    others = sorted({price.instrument for price in book.prices} - traded)
    if not others:
        return None
    gone = rng.choice(others)
    return replace(book, prices=tuple(price for price in book.prices if price.instrument != gone))


def _rate(rng: Random, book: Book, traded: set[str]) -> Book | None:
    foreign = any(book.instruments[name].currency != book.currency for name in traded)
    return None if foreign or not book.rates else replace(book, rates=())


def _attribute(rng: Random, book: Book, traded: set[str]) -> Book | None:
    found = [(i.id, name) for i in book.instruments.values() for name in i.facts]
    if not found:
        return None
    key, name = rng.choice(sorted(found))
    facts = {k: v for k, v in book.instruments[key].facts.items() if k != name}
    return replace(book, instruments={**book.instruments, key: replace(book.instruments[key], facts=facts)})


def _issuer_fact(rng: Random, book: Book, traded: set[str]) -> Book | None:
    found = [(i.id, name) for i in book.issuers.values() for name in i.facts]
    if not found:
        return None
    key, name = rng.choice(sorted(found))
    facts = {k: v for k, v in book.issuers[key].facts.items() if k != name}
    return replace(book, issuers={**book.issuers, key: replace(book.issuers[key], facts=facts)})


def _account_fact(rng: Random, book: Book, traded: set[str]) -> Book | None:
    key = rng.choice(sorted(book.accounts))
    return replace(book, accounts={**book.accounts, key: replace(book.accounts[key], facts={})})


def _issuer(rng: Random, book: Book, traded: set[str]) -> Book | None:
    key = rng.choice(sorted(book.instruments))
    poorer = replace(book.instruments[key], issuer=None)
    return replace(book, instruments={**book.instruments, key: poorer})


def _constituents(rng: Random, book: Book, traded: set[str]) -> Book | None:
    funds = sorted(i.id for i in book.instruments.values() if i.constituents)
    if not funds:
        return None
    key = rng.choice(funds)
    poorer = replace(book.instruments[key], constituents=None)
    return replace(book, instruments={**book.instruments, key: poorer})


def _basis(rng: Random, book: Book, traded: set[str]) -> Book | None:
    key = rng.choice(sorted(book.lots))
    return replace(book, lots={**book.lots, key: replace(book.lots[key], basis=None)})


def _acquired(rng: Random, book: Book, traded: set[str]) -> Book | None:
    key = rng.choice(sorted(book.lots))
    return replace(book, lots={**book.lots, key: replace(book.lots[key], acquired=None)})


def _gain(rng: Random, book: Book, traded: set[str]) -> Book | None:
    return replace(book, trades=tuple(replace(trade, gain=None) for trade in book.trades)) if book.trades else None


def _loading(rng: Random, book: Book, traded: set[str]) -> Book | None:
    """Not the last of its factor: a factor that no row names is none of the model's."""
    several = Counter(row.factor for row in book.loadings)
    found = [row for row in book.loadings if several[row.factor] > 1 or row.factor == "specific"]
    if not found:
        return None
    gone = rng.choice(found)
    return replace(book, loadings=tuple(row for row in book.loadings if row != gone))


def _benchmark(rng: Random, book: Book, traded: set[str]) -> Book | None:
    return replace(book, accounts={name: replace(a, benchmark=None) for name, a in book.accounts.items()})


def _identical(rng: Random, book: Book, traded: set[str]) -> Book | None:
    """And the word that such groups are all stated: to state none would else be to say that there is none."""
    key = rng.choice(sorted(book.instruments))
    poorer = replace(book.instruments[key], identical=None)
    return _unsaid(replace(book, instruments={**book.instruments, key: poorer}), "groups identical group")


def _household(rng: Random, book: Book, traded: set[str]) -> Book | None:
    key = rng.choice(sorted(book.accounts))
    poorer = replace(book.accounts[key], household=None)
    return _unsaid(replace(book, accounts={**book.accounts, key: poorer}), "groups household")


def _unsaid(book: Book, word: str) -> Book:
    return replace(book, complete={k: v for k, v in book.complete.items() if k != word})


def _complete(rng: Random, book: Book, traded: set[str]) -> Book | None:
    if not book.complete:
        return None
    return _unsaid(book, rng.choice(sorted(book.complete)))


HIDINGS: tuple[Hide, ...] = (
    _price,
    _rate,
    _attribute,
    _issuer_fact,
    _account_fact,
    _issuer,
    _constituents,
    _basis,
    _acquired,
    _gain,
    _loading,
    _benchmark,
    _identical,
    _household,
    _complete,
)
