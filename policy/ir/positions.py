"""A book as quantities and forms: what can be traded, and what every position, cash and net assets then are.

Candidates of an account are the instruments that it holds, that its model names, and that the orders name. An
instrument without a known price cannot be traded, only held: its value is unknown, not zero.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from policy.book import costs
from policy.book.cash import cash as cash_of
from policy.book.cash import residue as residue_of
from policy.book.cash import spendable
from policy.book.facts import Account, Book, Instrument, Lot, Order, Relief
from policy.book.prices import unit_value
from policy.book.read import Index
from policy.book.relief import ordered
from policy.interval import NOT_NEGATIVE, ZERO, Number, least, negative, plus
from policy.ir.bound import Domain, Kind, Quantity
from policy.ir.core import ListRule
from policy.ir.forms import ONE, Table, Terms

MINUS_ONE = Fraction(-1)


@dataclass(frozen=True, slots=True)
class Position:
    """One instrument in one account. `units`, `value`: names of its forms; `buy`: of its quantity, None where it
    cannot be bought; `sells`: (lot, name of quantity)."""

    account: str
    instrument: Instrument
    lots: tuple[Lot, ...]
    price: Fraction | None  # money of the base currency per unit
    units: str
    value: str
    buy: str | None
    sells: tuple[tuple[Lot, str], ...]


@dataclass(frozen=True, slots=True)
class Universe:
    """A book with its quantities and basic forms: what rules are bound to."""

    book: Book
    index: Index
    table: Table
    positions: Mapping[str, tuple[Position, ...]]  # by account
    lists: Mapping[str, ListRule]  # by id
    domains: tuple[Domain, ...]
    memory: dict[Hashable, object]  # what was found once: groups of a pick, exposures of a scope


def universe(
    index: Index, lists: Iterable[ListRule], orders: Iterable[Order], accounts: frozenset[str] | None
) -> Universe:
    """Quantities and forms of the accounts (all when None)."""
    book = index.book
    table = Table()
    lots = _lots(book)
    wanted = _wanted(book, orders)
    positions: dict[str, tuple[Position, ...]] = {}
    domains = []
    for name, account in sorted(book.accounts.items()):
        if accounts is not None and name not in accounts:
            continue
        held = lots.get(name, {})
        instruments = sorted(held.keys() | (set() if account.held_away else wanted.get(name, set())))
        reach = spendable(index, name)
        found = tuple(
            _position(index, table, account, book.instruments[i], held.get(i, ()), reach) for i in instruments
        )
        positions[name] = found
        given = [order.instrument for order in orders if order.account == name]
        domains.append(_account(index, table, account, found, residue_of(index, name, given)))
    return Universe(book, index, table, positions, {found.id: found for found in lists}, tuple(domains), {})


def net_assets(table: Table, scope: str, accounts: tuple[str, ...]) -> str:
    """The form of the net assets of a scope."""
    if len(accounts) == 1:
        return f"net assets/{accounts[0]}"
    return table.form(f"net assets/{scope}", ZERO, tuple((ONE, f"net assets/{a}") for a in accounts))


def _lots(book: Book) -> dict[str, dict[str, tuple[Lot, ...]]]:
    by_account: dict[str, dict[str, tuple[Lot, ...]]] = {}
    for lot in sorted(book.lots.values(), key=lambda lot: lot.id):
        held = by_account.setdefault(lot.account, {})
        held[lot.instrument] = (*held.get(lot.instrument, ()), lot)
    return by_account


def _wanted(book: Book, orders: Iterable[Order]) -> dict[str, set[str]]:
    """Instruments that an account may come to hold: its model's securities and what the orders name."""
    models: dict[str, set[str]] = {}
    for weight in book.weights:
        if weight.kind == "security" and weight.key in book.instruments:
            models.setdefault(weight.model, set()).add(weight.key)
    wanted = {a.id: set(models.get(a.model or "", ())) for a in book.accounts.values()}
    for order in orders:
        wanted.setdefault(order.account, set()).add(order.instrument)
    return wanted


def _position(
    index: Index,
    table: Table,
    account: Account,
    instrument: Instrument,
    lots: tuple[Lot, ...],
    reach: Fraction,
) -> Position:
    key = f"{account.id}/{instrument.id}"
    price = unit_value(index, instrument.id)
    tradable = price is not None and price > 0 and not account.held_away
    sells = tuple((lot, _sell(table, account, instrument, lot, tradable)) for lot in lots if lot.quantity > 0)
    buy = _buy(table, account, instrument, reach / price) if tradable and price is not None else None
    held = sum((lot.quantity for lot in lots), ZERO)
    terms: Terms = tuple((MINUS_ONE, name) for _, name in sells)
    units = table.form(f"units/{key}", held, terms if buy is None else ((ONE, buy), *terms))
    worth: Number = NOT_NEGATIVE if price is None else price
    value = table.form(f"value/{key}", ZERO, ((worth, units),))
    return Position(account.id, instrument, lots, price, units, value, buy, sells)


def _sell(table: Table, account: Account, instrument: Instrument, lot: Lot, tradable: bool) -> str:
    top = lot.quantity if tradable else ZERO
    name = f"sell/{lot.id}"
    return table.quantity(Quantity(name, Kind.SELL, account.id, instrument.id, lot.id, ZERO, top, instrument.step))


def _buy(table: Table, account: Account, instrument: Instrument, most: Fraction) -> str:
    """The box ends where the account, all sold, could pay no more: its cash floor implies that end."""
    top = most // instrument.step * instrument.step
    name = f"buy/{account.id}/{instrument.id}"
    return table.quantity(Quantity(name, Kind.BUY, account.id, instrument.id, None, ZERO, top, instrument.step))


def _account(
    index: Index, table: Table, account: Account, positions: tuple[Position, ...], booking: tuple[Fraction, Fraction]
) -> Domain:
    """Cash, what can be spent, net and total assets of an account, and what its orders must respect. `booking`: the box
    of its residue."""
    residue = table.quantity(Quantity(f"residue/{account.id}", Kind.RESIDUE, account.id, None, None, *booking, None))
    terms: list[tuple[Number, str]] = [(ONE, residue)]
    for position in positions:
        if position.price is not None:
            pays = costs.paid_per_unit(account.cost, position.price)
            gets = costs.received_per_unit(account.cost, position.price)
            terms += [(-pays, position.buy)] if position.buy else []
            terms += [(gets, name) for _, name in position.sells]
    settled, unsettled = cash_of(index, account.id)
    ready = plus(settled, least(ZERO, unsettled))
    cash = table.form(f"cash/{account.id}", plus(settled, unsettled), tuple(terms), cash=True)
    to_spend = table.form(f"spendable/{account.id}", ready, tuple(terms), cash=True)
    held: Terms = tuple((ONE, position.value) for position in positions)
    assets = table.form(f"total assets/{account.id}", ZERO, ((ONE, cash), *held))
    owed = account.facts.get("borrowings")
    debts = negative(owed if isinstance(owed, Fraction) else NOT_NEGATIVE)
    table.form(f"net assets/{account.id}", debts, ((ONE, assets),))
    return Domain(
        account.id,
        to_spend,
        min(ZERO, ready) if isinstance(ready, Fraction) else ZERO,
        {p.instrument.id: _relieved(account, p) for p in positions if p.sells and p.buy},
        account.relief is Relief.SPECIFIC,
        tuple((p.buy, tuple(name for _, name in p.sells)) for p in positions if p.buy and p.sells),
        account.minimum_trade,
        {p.instrument.id: p.price for p in positions if p.price is not None},
    )


def _relieved(account: Account, position: Position) -> tuple[str, ...]:
    """The sales of a position in the order in which its lots are used."""
    names = {lot.id: name for lot, name in position.sells}
    return tuple(names[lot.id] for lot in ordered(account.relief, [lot for lot, _ in position.sells]))
