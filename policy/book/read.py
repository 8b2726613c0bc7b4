"""A book made ready for questions: built once by `index`, then every question is a look-up.

The questions stand in the files of their subjects: `prices`, `groups`, `lists`, `lookthrough`, `cash`, `holding`,
`models`, `history`. Each takes the index first, is total over the ids of the book, and answers None, or an
interval, where the facts do not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeVar

from policy.book import lookthrough, models, ownership, prices
from policy.book.facts import Book, Flow, Instrument, ListEntry, Lot, Trade
from policy.book.groups import identical_group

K = TypeVar("K")
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
    traded: Mapping[str, tuple[Trade, ...]]  # by instrument
    identical: Mapping[str | None, tuple[str, ...]]  # instruments by their `identical group`, None where it is unknown
    flows: Mapping[str, tuple[Flow, ...]]
    balances: Mapping[str, Mapping[tuple[int, int], Fraction]]  # by account, then (year, month): the last of the month
    weights: models.Weights
    loadings: Mapping[str, Mapping[str, Fraction]]  # by instrument, then factor


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
        entries=by_list(book),
        identical=by_group(book),
        **_of_accounts(book),
        weights=models.weights(book),
        loadings=_loadings(book),
    )
    return replace(built, unit_values=prices.unit_values(built))


def narrowed(shared: Index, book: Book) -> Index:
    """The index of a book that is `shared.book`, without accounts, joined with those of households
    (`policy.book.parts`)."""
    return replace(shared, book=book, **_of_accounts(book))


def _of_accounts(book: Book) -> dict[str, Any]:
    """The fields of an index that are about accounts."""
    return {
        "held": _held(book),
        "trades": _grouped((trade.account, trade) for trade in book.trades),
        "traded": _grouped((trade.instrument, trade) for trade in book.trades),
        "flows": _grouped((flow.account, flow) for flow in book.flows),
        "balances": _balances(book),
    }


def by_list(book: Book) -> Mapping[str, tuple[ListEntry, ...]]:
    return _grouped((entry.list, entry) for entry in book.entries)


def by_group(book: Book) -> Mapping[str | None, tuple[str, ...]]:
    return _grouped((identical_group(book, found), found.id) for found in book.instruments.values())


def _grouped(pairs: Iterable[tuple[K, T]]) -> dict[K, tuple[T, ...]]:
    found: dict[K, list[T]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


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
