"""Facts that change in a book, and the book and its index after them: what did not change is shared.

The law, kept by tests/laws: the index after is the index of the book after.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from fractions import Fraction
from typing import TypeVar

from policy.book import lookthrough, ownership, prices
from policy.book.facts import Account, Book, Instrument, Issuer, ListEntry, Lot, Price, Rate
from policy.book.read import Held, Index, by_group, by_list

Row = TypeVar("Row")
Holder = TypeVar("Holder", Account, Instrument, Issuer)


@dataclass(frozen=True, slots=True)
class Changes:
    """What is now known. A price, a rate or a list entry takes the place of the one with the same name and day (an
    entry: the same list, subject and start, so that an end is one more fact about it). Accounts, instruments and
    issuers are there in the book, and are stated whole; `lots`: by account, all that it now holds."""

    prices: tuple[Price, ...] = ()
    rates: tuple[Rate, ...] = ()
    entries: tuple[ListEntry, ...] = ()
    accounts: tuple[Account, ...] = ()
    lots: Mapping[str, tuple[Lot, ...]] = field(default_factory=dict)
    instruments: tuple[Instrument, ...] = ()
    issuers: tuple[Issuer, ...] = ()
    as_of: date | None = None
    known_at: date | None = None


def changed(book: Book, changes: Changes) -> Book:
    """The book after the changes."""
    return replace(
        book,
        as_of=changes.as_of or book.as_of,
        known_at=changes.known_at or book.known_at,
        prices=_instead(book.prices, changes.prices, _of_price),
        rates=_instead(book.rates, changes.rates, _of_rate),
        entries=_instead(book.entries, changes.entries, of_entry),
        accounts=_put(book.accounts, changes.accounts),
        lots=_lots(book.lots, changes.lots),
        instruments=_put(book.instruments, changes.instruments),
        issuers=_put(book.issuers, changes.issuers),
    )


def reindexed(index: Index, changes: Changes) -> Index:
    """The index of the book after the changes."""
    book = changed(index.book, changes)
    days = (book.as_of, book.known_at) != (index.book.as_of, index.book.known_at)
    kinds = bool(changes.instruments or changes.issuers)
    undisclosed = lookthrough.undisclosed(book) if kinds else index.undisclosed
    alike = by_group(book) if kinds or days else index.identical
    quotes = prices.quotes(book) if days else _quotes(index, book, changes.prices)
    after = replace(
        index,
        book=book,
        subjects={**book.instruments, **undisclosed} if kinds else index.subjects,
        undisclosed=undisclosed,
        ultimate=ownership.ultimate_issuers(book.issuers) if changes.issuers else index.ultimate,
        quotes=quotes,
        rates=prices.rates(book) if days or changes.rates else index.rates,
        held=_held(index.held, changes.lots),
        entries=by_list(book) if changes.entries else index.entries,
        identical=alike,
    )
    if days or changes.rates or kinds:
        return replace(after, unit_values=prices.unit_values(after))
    return replace(after, unit_values=_unit_values(after, {price.instrument for price in changes.prices}))


def between(before: Book, after: Book) -> Changes | None:
    """What changed from one book to the other; None where that is more than changes can say."""
    lots: dict[str, tuple[Lot, ...]] = {}
    if before.lots != after.lots:
        was, now = _by_account(before), _by_account(after)
        lots = {name: now.get(name, ()) for name in before.accounts if was.get(name, ()) != now.get(name, ())}
    found = Changes(
        _new(before.prices, after.prices),
        _new(before.rates, after.rates),
        _new(before.entries, after.entries),
        _other(before.accounts, after.accounts),
        lots,
        _other(before.instruments, after.instruments),
        _other(before.issuers, after.issuers),
        None if before.as_of == after.as_of else after.as_of,
        None if before.known_at == after.known_at else after.known_at,
    )
    return found if _said(changed(before, found)) == _said(after) else None


def _said(book: Book) -> dict[str, object]:
    """A book without the order of its rows."""
    told = ((field.name, getattr(book, field.name)) for field in fields(book))
    return {name: frozenset(value) if isinstance(value, tuple) else value for name, value in told}


def _new(before: tuple[Row, ...], after: tuple[Row, ...]) -> tuple[Row, ...]:
    known = frozenset(before)
    return tuple(row for row in after if row not in known)


def _other(before: Mapping[str, Holder], after: Mapping[str, Holder]) -> tuple[Holder, ...]:
    return tuple(row for name, row in after.items() if before.get(name) != row)


def _by_account(book: Book) -> dict[str, tuple[Lot, ...]]:
    found: dict[str, list[Lot]] = {}
    for _, lot in sorted(book.lots.items()):
        found.setdefault(lot.account, []).append(lot)
    return {name: tuple(lots) for name, lots in found.items()}


# --- rows that take the place of others ----------------------------------------------------------


def _of_price(price: Price) -> tuple[str, date, date | None]:
    return price.instrument, price.day, price.known


def _of_rate(rate: Rate) -> tuple[str, date]:
    return rate.currency, rate.day


def of_entry(entry: ListEntry) -> tuple[str, str, str, date]:
    """What makes two entries one."""
    return entry.list, entry.kind, entry.subject, entry.start


def _instead(rows: tuple[Row, ...], new: Iterable[Row], key: Callable[[Row], Hashable]) -> tuple[Row, ...]:
    """The rows, and the new ones in the place of those that they supersede; of two new ones the last."""
    by_key = {key(row): row for row in new}
    if not by_key:
        return rows
    return (*(row for row in rows if key(row) not in by_key), *by_key.values())


def _put(rows: Mapping[str, Holder], new: Iterable[Holder]) -> Mapping[str, Holder]:
    found = {row.id: row for row in new}
    return {**rows, **found} if found else rows


def _lots(lots: Mapping[str, Lot], new: Mapping[str, tuple[Lot, ...]]) -> Mapping[str, Lot]:
    if not new:
        return lots
    kept = {name: lot for name, lot in lots.items() if lot.account not in new}
    return kept | {lot.id: lot for held in new.values() for lot in held}


# --- what an index says of them ------------------------------------------------------------------


def _quotes(index: Index, book: Book, new: Iterable[Price]) -> prices.Quotes:
    """Of the instruments that were priced anew, as of all; of the others, what was there."""
    named = {price.instrument for price in new}
    if not named:
        return index.quotes
    own = tuple(price for price in book.prices if price.instrument in named)
    return {**index.quotes, **prices.quotes(replace(book, prices=own))}


def _unit_values(index: Index, priced: Iterable[str]) -> Mapping[str, Fraction]:
    named = {name: index.book.instruments[name] for name in priced if name in index.book.instruments}
    if not named:
        return index.unit_values
    some = replace(index, book=replace(index.book, instruments=named))
    return {**index.unit_values, **prices.unit_values(some)}


def _held(held: Held, new: Mapping[str, tuple[Lot, ...]]) -> Held:
    if not new:
        return held
    found = {**held}
    for account, lots in new.items():
        own: dict[str, list[Lot]] = {}
        for lot in sorted(lots, key=lambda lot: lot.id):
            own.setdefault(lot.instrument, []).append(lot)
        found[account] = {name: tuple(each) for name, each in own.items()}
    return {account: mine for account, mine in found.items() if mine}
