"""The small book that a test gives in words.

What a test does not say is chosen so that only what it says matters: a security is its own issuer until it is given
another, histories, flows and lists are complete, one account holds everything and falls under the rule. What it gives
as `unknown`, and every other fact that it does not give, is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dsl import tree
from dsl.check.find import every, one
from policy.book.facts import Book, ListEntry, Order, Price, Side, Weight
from policy.cases import accounts, securities
from policy.cases.steps import Steps, account_names, currency_of, given_facts, home, known, prices
from policy.ir import core

ONE = Fraction(1)
QUARTER_END = date(2026, 3, 31)
"""The day of a test that names none: a quarter end, so that every moment can be tested."""

YEARS = 5
"""So far back and ahead a test has a calendar; its holidays are New Year's Days."""


@dataclass(frozen=True, slots=True)
class Under:
    """What the book is built under: the scope of the rule tested, since when it holds, lists that rules speak of."""

    scope: core.Scope
    start: date | None
    lists: frozenset[str]


def book(steps: Steps, under: Under) -> Book:
    as_of = one(steps, tree.AsOf)
    day = as_of.day if as_of else max(QUARTER_END, under.start or QUARTER_END)
    currency = currency_of(steps)
    priced = prices(steps)
    found = {name: accounts.account(name, steps, under.scope, currency, priced) for name in account_names(steps)}
    rest = tuple(lot for name in found for lot in accounts.rest(steps, priced, name))
    instruments = securities.instruments(steps, currency)
    if rest:
        instruments[accounts.REST] = securities.security(accounts.REST, currency)
    return Book(
        as_of=day,
        known_at=as_of.known if as_of and as_of.known else day,
        currency=currency,
        issuers=securities.issuers(steps, {i.issuer for i in instruments.values() if i.issuer}),
        instruments=instruments,
        households=accounts.households(steps, found),
        accounts=found,
        lots={lot.id: lot for lot in (*accounts.lots(steps), *rest)},
        prices=(*securities.series(steps, priced, day), *(Price(lot.instrument, day, ONE) for lot in rest[:1])),
        entries=tuple(_entries(steps, day)),
        trades=tuple(accounts.trades(steps)),
        flows=tuple(accounts.flows(steps, day)),
        balances=tuple(accounts.balances(steps, day)),
        weights=tuple(_weights(steps)),
        complete={
            **{f"list {name}": date.min for name in under.lists},
            **{f"{of} {name}": date.min for of in ("history", "flows") for name in found},
        },
        holidays=frozenset(date(year, 1, 1) for year in range(day.year - YEARS, day.year + YEARS + 1)),
        facts=known(given_facts(steps, "firm")),
    )


def orders(steps: Steps) -> tuple[Order, ...]:
    meant = home(steps)
    return tuple(
        Order(w.account.value if w.account else meant, w.security.value, Side(w.verb), w.quantity.value)
        for w in every(steps, tree.When)
    )


def _weights(steps: Steps) -> Iterator[Weight]:
    for said in every(steps, tree.Weighs):
        yield Weight(accounts.MODELS[said.term.words], said.level.words, said.name.value, said.value.value / 100)


def _entries(steps: Steps, day: date) -> Iterator[ListEntry]:
    for entry in every(steps, tree.Listing):
        yield ListEntry(entry.list.value, entry.level.words, entry.name.value, entry.start or day, entry.end)
