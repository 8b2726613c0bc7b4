"""A book as quantities and forms: what can be traded, and what every position, cash and net assets then are.

Candidates of an account are the instruments that it holds, that its model names, and that the orders name. An
instrument without a known price cannot be traded, only held: its value is unknown, not zero.

A position is long or short: what is held long is not sold short, what is short is not bought beside it, and a position
that came in as both is only closed. What a short sale brings stays as collateral: what is short, at its price, is not
spent. Without permission and without a short lot there is nothing of this: no quantity and no form.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from policy.book import costs
from policy.book.cash import cash as cash_of
from policy.book.cash import own_worth, shortable, spendable
from policy.book.cash import residue as residue_of
from policy.book.facts import Account, Book, Instrument, Lot, Order, Relief, Side
from policy.book.prices import unit_value
from policy.book.read import Index
from policy.book.relief import ordered
from policy.interval import NOT_NEGATIVE, ZERO, Number, least, negative, plus, times
from policy.ir.bound import Domain, Kind, Quantity
from policy.ir.core import ListRule
from policy.ir.forms import ONE, Table, Terms

MINUS_ONE = Fraction(-1)


@dataclass(frozen=True, slots=True)
class Position:
    """One instrument in one account. `units`, `value`: names of its forms; `long`, `shorted`: of the forms of the units
    that are held and that are short, None where none can be short. `buy`, `short`: of its opening quantities, None
    where they are not offered; `sells`, `covers`: (lot, name of quantity)."""

    account: str
    instrument: Instrument
    lots: tuple[Lot, ...]
    price: Fraction | None  # money of the base currency per unit
    units: str
    long: str
    value: str
    buy: str | None
    sells: Pieces
    shorted: str | None = None
    short: str | None = None
    covers: Pieces = ()


Pieces = tuple[tuple[Lot, str], ...]


def purchases(position: Position, lot: Lot | None = None) -> tuple[str, ...]:
    """What is bought of it: to open a long position, and to cover short lots (only this one, if it is given)."""
    return _one_way(position.buy, position.covers, lot)


def sales(position: Position, lot: Lot | None = None) -> tuple[str, ...]:
    """What is sold of it: out of long lots (only this one, if it is given), and short."""
    return _one_way(position.short, position.sells, lot)


def _one_way(opening: str | None, closing: Pieces, lot: Lot | None) -> tuple[str, ...]:
    closed = tuple(name for piece, name in closing if lot in (None, piece))
    return closed if opening is None else (opening, *closed)


@dataclass(frozen=True, slots=True)
class Reach:
    """Base currency: what an account could pay, all sold; what it is worth itself (0 where it may not sell short)."""

    spendable: Fraction
    worth: Fraction


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
    wanted, bought = _wanted(book, orders), _bought(orders)
    positions: dict[str, tuple[Position, ...]] = {}
    domains = []
    for name, account in sorted(book.accounts.items()):
        if accounts is not None and name not in accounts:
            continue
        held = lots.get(name, {})
        instruments = sorted(held.keys() | (set() if account.held_away else wanted.get(name, set())))
        reach = Reach(spendable(index, name), own_worth(index, name) if account.short_sales else ZERO)
        found = tuple(
            _position(index, table, account, book.instruments[i], held.get(i, ()), reach, bought.get((name, i), ZERO))
            for i in instruments
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


def _bought(orders: Iterable[Order]) -> dict[tuple[str, str], Fraction]:
    """Units by account and instrument."""
    found: dict[tuple[str, str], Fraction] = {}
    for order in orders:
        if order.side is Side.BUY:
            key = order.account, order.instrument
            found[key] = found.get(key, ZERO) + order.quantity
    return found


def _position(
    index: Index,
    table: Table,
    account: Account,
    instrument: Instrument,
    lots: tuple[Lot, ...],
    reach: Reach,
    bought: Fraction,
) -> Position:
    key = f"{account.id}/{instrument.id}"
    price = unit_value(index, instrument.id)
    worth: Number = NOT_NEGATIVE if price is None else price
    tradable = price if price and not account.held_away else None
    long, short = (tuple(lot for lot in lots if lot.quantity * sign > 0) for sign in (1, -1))
    sells = tuple((lot, _close(table, Kind.SELL, instrument, lot, tradable)) for lot in long)
    covers = tuple((lot, _close(table, Kind.COVER, instrument, lot, tradable)) for lot in short)
    owed = -sum((lot.quantity for lot in short), ZERO)
    buy = sell_short = None
    if tradable and not short:
        buy = _open(table, Kind.BUY, account, instrument, max(reach.spendable / tradable, bought))
    if tradable and account.short_sales and not long:
        most = shortable(index, account.id, instrument.id, reach.worth)
        sell_short = _open(table, Kind.SHORT, account, instrument, most)
    more, less = _one_way(buy, covers, None), _one_way(sell_short, sells, None)
    held = sum((lot.quantity for lot in lots), ZERO)
    terms: Terms = tuple((ONE, name) for name in more) + tuple((MINUS_ONE, name) for name in less)
    units = table.form(f"units/{key}", held, terms)
    owned, shorted = units, None
    if short or sell_short:
        closed: Terms = tuple((MINUS_ONE, name) for _, name in covers)
        shorted = table.form(f"shorted/{key}", owed, closed if sell_short is None else ((ONE, sell_short), *closed))
        sold: Terms = tuple((MINUS_ONE, name) for _, name in sells)
        owned = table.form(f"long units/{key}", held + owed, sold if buy is None else ((ONE, buy), *sold))
        table.either[units] = ((ONE, owned), (MINUS_ONE, shorted))
    value = table.form(f"value/{key}", ZERO, ((worth, units),))
    if shorted:
        table.either[value] = ((worth, owned), (negative(worth), shorted))
    return Position(account.id, instrument, lots, price, units, owned, value, buy, sells, shorted, sell_short, covers)


def _close(table: Table, kind: Kind, instrument: Instrument, lot: Lot, tradable: Fraction | None) -> str:
    top = abs(lot.quantity) if tradable else ZERO
    name = f"{kind}/{lot.id}"
    return table.quantity(Quantity(name, kind, lot.account, instrument.id, lot.id, ZERO, top, instrument.step))


def _open(table: Table, kind: Kind, account: Account, instrument: Instrument, most: Fraction) -> str:
    """The box of a purchase ends where the account, all sold, could pay no more: its cash floor implies that end. An
    order for more is judged all the same, and widens the box: what boxes prove, such as a base above zero, holds
    wherever orders are judged."""
    top = most // instrument.step * instrument.step
    name = f"{kind}/{account.id}/{instrument.id}"
    return table.quantity(Quantity(name, kind, account.id, instrument.id, None, ZERO, top, instrument.step))


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
            terms += [(-pays, name) for name in purchases(position)]
            terms += [(gets, name) for name in sales(position)]
    settled, unsettled = cash_of(index, account.id)
    ready = plus(settled, least(ZERO, unsettled))
    cash = table.form(f"cash/{account.id}", plus(settled, unsettled), tuple(terms), cash=True)
    to_spend = table.form(f"spendable/{account.id}", ready, tuple(terms), cash=True)
    short: Terms = tuple((NOT_NEGATIVE if p.price is None else p.price, p.shorted) for p in positions if p.shorted)
    owing: Terms = tuple((negative(price), name) for price, name in short)
    free = table.form(f"free cash/{account.id}", ZERO, ((ONE, to_spend), *owing), cash=True) if short else to_spend
    held: Terms = tuple((ONE, position.value) for position in positions)
    assets = table.form(f"total assets/{account.id}", ZERO, ((ONE, cash), *held, *short))
    owed = account.facts.get("borrowings")
    debts = negative(owed if isinstance(owed, Fraction) else NOT_NEGATIVE)
    table.form(f"net assets/{account.id}", debts, ((ONE, assets), *owing))
    before = ready
    for price, name in owing:
        before = plus(before, times(price, table.forms[name].const))
    return Domain(
        account.id,
        free,
        min(ZERO, before) if isinstance(before, Fraction) else ZERO,
        dict(_relieved(account, positions)),
        account.relief is Relief.SPECIFIC,
        tuple(pair for position in positions for pair in _crossing(position)),
        account.minimum_trade,
        {p.instrument.id: p.price for p in positions if p.price is not None},
    )


def _relieved(account: Account, positions: Iterable[Position]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The sales, and the covers, of each tradable position in the order in which its lots are used."""
    for position in positions:
        for kind, pieces in ((Kind.SELL, position.sells), (Kind.COVER, position.covers)):
            names = {lot.id: name for lot, name in pieces}
            if names and position.price and not account.held_away:
                chain = tuple(names[lot.id] for lot in ordered(account.relief, [lot for lot, _ in pieces]))
                yield f"{kind}/{position.instrument.id}", chain


def _crossing(position: Position) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is bought is not sold. Where neither a purchase nor a short sale can open anything, lots of both signs are
    held, and each is closed for itself."""
    bought, sold = purchases(position), sales(position)
    if position.buy is None and position.short is not None:
        bought, sold = (position.short,), bought
    if sold:
        yield from ((name, sold) for name in bought)
