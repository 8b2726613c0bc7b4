"""A book made ready for questions: built once by `index`, then every question is a look-up.

All the questions that binding rules asks are listed here; each is a function in the file of its subject, and the
same function is a method of the index: `index.price("ACME")` is `prices.unit_value(index, "ACME")`. Each is total
over the ids of the book and answers None, or an interval, where the facts do not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from policy.book import cash as cash_file
from policy.book import groups, history, holding, lists, lookthrough, models, ownership, prices
from policy.book.facts import Book, Flow, Instrument, ListEntry, Lot, Trade

T = TypeVar("T")
Held = Mapping[str, Mapping[str, tuple[Lot, ...]]]
"""Lots by account, then by instrument, in order of their ids."""


@dataclass(frozen=True, slots=True)
class Index:
    """`subjects`: the book's instruments and, under ids of their own, the `undisclosed` securities of issuers that
    funds name as constituents. `unit_values`: base currency for one unit, where known."""

    book: Book
    subjects: Mapping[str, Instrument]
    undisclosed: Mapping[str, Instrument]
    ultimate: Mapping[str, str | None]
    quotes: prices.Quotes
    rates: prices.Rates
    unit_values: Mapping[str, Fraction]
    held: Held
    entries: Mapping[str, tuple[ListEntry, ...]]
    trades: Mapping[str, tuple[Trade, ...]]  # by account
    identical: Mapping[str, tuple[Trade, ...]]  # by group of substantially identical securities
    flows: Mapping[str, tuple[Flow, ...]]
    balances: Mapping[str, Mapping[tuple[int, int], Fraction]]  # by account, then (year, month): the last of the month
    weights: models.Weights
    loadings: Mapping[str, Mapping[str, Fraction]]  # by instrument, then factor

    # prices, rates, volumes
    price = prices.unit_value
    quote = prices.quote
    rate = prices.rate
    price_age = prices.price_age
    median_volume = prices.median_volume
    average_volume = prices.average_volume

    # what an instrument is
    key = groups.key
    name = groups.name
    is_named = groups.is_named
    fact = groups.fact
    fact_age = groups.fact_age
    account_fact = groups.account_fact
    listed = lists.listed
    constituents = lookthrough.constituents
    left_out = lookthrough.left_out

    # accounts and lots
    cash = cash_file.cash
    spendable = cash_file.spendable
    residue = cash_file.residue
    target_weight = models.target_weight
    index_weight = models.index_weight
    cost = holding.cost
    lot_fact = holding.lot_fact

    # the past and the days ahead
    purchases = history.purchases
    sales = history.sales
    loss_sales = history.loss_sales
    recent_purchases = history.recent_purchases
    withdrawals_due = history.withdrawals_due
    average_net_assets = history.average_net_assets


def index(book: Book) -> Index:
    """The index of a book; about a second for 100,000 lots."""
    undisclosed = lookthrough.undisclosed(book)
    built = Index(
        book=book,
        subjects={**book.instruments, **undisclosed},
        undisclosed=undisclosed,
        ultimate=ownership.ultimate_issuers(book.issuers),
        quotes=prices.quotes(book),
        rates=prices.rates(book),
        unit_values={},
        held=_held(book),
        entries=_grouped((entry.list, entry) for entry in book.entries),
        trades=_grouped((trade.account, trade) for trade in book.trades),
        identical=_grouped((_identical(book, trade.instrument), trade) for trade in book.trades),
        flows=_grouped((flow.account, flow) for flow in book.flows),
        balances=_balances(book),
        weights=models.weights(book),
        loadings=_loadings(book),
    )
    return replace(built, unit_values=prices.unit_values(built))


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    found: dict[str, list[T]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


def _identical(book: Book, instrument: str) -> str:
    return book.instruments[instrument].identical or instrument


def _held(book: Book) -> Held:
    found: dict[str, dict[str, list[Lot]]] = {}
    for lot in sorted(book.lots.values(), key=lambda lot: lot.id):
        found.setdefault(lot.account, {}).setdefault(lot.instrument, []).append(lot)
    return {account: {i: tuple(lots) for i, lots in held.items()} for account, held in found.items()}


def _balances(book: Book) -> dict[str, dict[tuple[int, int], Fraction]]:
    found: dict[str, dict[tuple[int, int], Fraction]] = {}
    for balance in sorted(book.balances, key=lambda balance: balance.day):
        found.setdefault(balance.account, {})[balance.day.year, balance.day.month] = balance.amount
    return found


def _loadings(book: Book) -> dict[str, dict[str, Fraction]]:
    found: dict[str, dict[str, Fraction]] = {}
    for row in book.loadings:
        found.setdefault(row.instrument, {})[row.factor] = row.loading
    return found
