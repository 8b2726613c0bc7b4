"""A book's records in the order in which they were listed, ids not yet known to be unique: what stands between
rows and a `Book`. The fields are named as the tables of a document are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from policy.book.facts import (
    Account,
    Balance,
    Book,
    Cost,
    Elsewhere,
    Facts,
    Flow,
    Household,
    Instrument,
    Issuer,
    ListEntry,
    Loading,
    Lot,
    Price,
    Rate,
    Trade,
    Weight,
)
from policy.book.intake.rows import AccountRow, CompleteRow, Constituent, EntryRow, Head, InstrumentRow, LotRow, Row

NOT_FUNDS = frozenset(
    {"common stock", "preferred stock", "depositary receipt", "bond", "bill", "convertible bond", "commercial paper",
     "certificate of deposit", "loan", "warrant", "right", "physical asset", "deposit"}
)  # fmt: skip
"""Security types that hold nothing to look through to."""


@dataclass(frozen=True, slots=True)
class Records:
    as_of: date
    known_at: date
    currency: str
    elsewhere: Elsewhere | None
    facts: Facts
    salt: str | None
    issuers: tuple[Issuer, ...]
    instruments: tuple[Instrument, ...]
    households: tuple[Household, ...]
    accounts: tuple[Account, ...]
    lots: tuple[Lot, ...]
    prices: tuple[Price, ...]
    rates: tuple[Rate, ...]
    lists: tuple[ListEntry, ...]
    history: tuple[Trade, ...]
    flows: tuple[Flow, ...]
    balances: tuple[Balance, ...]
    weights: tuple[Weight, ...]
    loadings: tuple[Loading, ...]
    complete: tuple[tuple[str, str, date], ...]  # "list", "history" or "flows", the id, since
    holidays: tuple[date, ...]


def from_rows(rows: Mapping[str, Sequence[Any]]) -> Records:
    """The records of validated rows, by table; the facts in them are values already."""
    head: Head = rows["book"][0]
    return Records(
        as_of=head.as_of,
        known_at=head.known_at or head.as_of,
        currency=head.currency,
        elsewhere=head.elsewhere,
        facts=head.facts,
        salt=head.salt,
        issuers=_plain(Issuer, rows["issuers"]),
        instruments=tuple(map(_instrument, rows["instruments"])),
        households=_plain(Household, rows["households"]),
        accounts=tuple(map(_account, rows["accounts"])),
        lots=tuple(map(_lot, rows["lots"])),
        prices=_plain(Price, rows["prices"]),
        rates=_plain(Rate, rows["rates"]),
        lists=tuple(map(_entry, rows["lists"])),
        history=_plain(Trade, rows["history"]),
        flows=_plain(Flow, rows["flows"]),
        balances=_plain(Balance, rows["balances"]),
        weights=_plain(Weight, rows["weights"]),
        loadings=_plain(Loading, rows["loadings"]),
        complete=tuple(map(_complete, rows["complete"])),
        holidays=tuple(row.day for row in rows["holidays"]),
    )


def of_book(book: Book) -> Records:
    return Records(
        as_of=book.as_of,
        known_at=book.known_at,
        currency=book.currency,
        elsewhere=book.elsewhere,
        facts=book.facts,
        salt=book.salt,
        issuers=tuple(book.issuers.values()),
        instruments=tuple(book.instruments.values()),
        households=tuple(book.households.values()),
        accounts=tuple(book.accounts.values()),
        lots=tuple(book.lots.values()),
        prices=book.prices,
        rates=book.rates,
        lists=book.entries,
        history=book.trades,
        flows=book.flows,
        balances=book.balances,
        weights=book.weights,
        loadings=book.loadings,
        complete=tuple((*key.split(" ", 1), day) for key, day in book.complete.items()),  # type: ignore[misc]  # two words
        holidays=tuple(sorted(book.holidays)),
    )


def to_book(records: Records) -> Book:
    """The book; ids are unique (`policy.book.integrity`)."""
    return Book(
        as_of=records.as_of,
        known_at=records.known_at,
        currency=records.currency,
        issuers={issuer.id: issuer for issuer in records.issuers},
        instruments={instrument.id: instrument for instrument in records.instruments},
        households={household.id: household for household in records.households},
        accounts={account.id: account for account in records.accounts},
        lots={lot.id: lot for lot in records.lots},
        prices=records.prices,
        rates=records.rates,
        entries=records.lists,
        trades=records.history,
        flows=records.flows,
        balances=records.balances,
        weights=records.weights,
        loadings=records.loadings,
        complete={f"{of} {name}": since for of, name, since in records.complete},
        holidays=frozenset(records.holidays),
        facts=records.facts,
        elsewhere=records.elsewhere,
        salt=records.salt,
    )


def _plain(record: type[Any], rows: Sequence[Row]) -> tuple[Any, ...]:
    """Rows whose fields are the record's."""
    return tuple(record(**vars(row)) for row in rows)


def _instrument(row: InstrumentRow) -> Instrument:
    return Instrument(**{**vars(row), "constituents": _constituents(row)})


def _constituents(row: InstrumentRow) -> tuple[tuple[str, Fraction], ...] | None:
    """Left out, they are none where the security type is known to be no fund, and otherwise not known: a fund that
    says nothing must not pass for a stock."""
    if "constituents" not in row.model_fields_set:
        return () if row.facts.get("security type") in NOT_FUNDS else None
    listed: list[Constituent] | None = row.constituents
    return None if listed is None else tuple((part.id, part.weight) for part in listed)


def _account(row: AccountRow) -> Account:
    cash = {currency: (amount.settled, amount.unsettled) for currency, amount in row.cash.items()}
    return Account(**{**vars(row), "tags": frozenset(row.tags), "cash": cash, "cost": Cost(**vars(row.cost))})


def _lot(row: LotRow) -> Lot:
    return Lot(row.id, row.account, row.instrument, row.quantity, row.basis, row.acquired)


def _entry(row: EntryRow) -> ListEntry:
    return ListEntry(**{**vars(row), "kind": row.kind.value})


def _complete(row: CompleteRow) -> tuple[str, str, date]:
    return row.of.value, row.id, row.since
