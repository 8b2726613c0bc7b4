"""What orders do to a book, to the cent: fills, relief, the book after, and the residue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from policy.book import costs
from policy.book.after import after, booked, residue
from policy.book.cash import residue as residue_of
from policy.book.facts import Account, Book, Cost, Instrument, Lot, Order, Price, Rate, Relief, Side
from policy.book.fills import Fill, fills
from policy.book.holding import unit_cost
from policy.book.problem import Problem
from policy.book.read import Index, index
from policy.book.relief import ordered

AS_OF = date(2026, 1, 30)
F = Fraction
ZERO = F(0)
STEPS = (F(1), F(1, 1000), F(1, 100), F(1000), F(5))


def case(seed: int) -> tuple[Index, tuple[Order, ...]]:
    """A book of two accounts and orders that it can fill: at most one per account, instrument and side."""
    rng = Random(seed)

    def money() -> Fraction:
        return F(rng.randint(1, 10**6), 100)

    def account(name: str) -> Account:
        small = (ZERO, F(1, 200), F(495, 100), F(1, 3))
        cost = Cost(rng.choice(small), rng.choice(small), rng.choice((ZERO, F(1, 2000), F(1, 7))))
        return Account(name, name, None, relief=rng.choice(list(Relief)), cash={"USD": (money(), ZERO)}, cost=cost)

    def instrument(name: str) -> Instrument:
        step, multiplier = rng.choice(STEPS), rng.choice((F(1), F(1, 100), F(100)))
        return Instrument(name, name, None, rng.choice(("USD", "EUR")), step, multiplier=multiplier)

    def lot(name: str, at: Account, of: Instrument, sign: int) -> Lot:
        quantity = sign * of.step * (rng.randint(1, 20) + rng.choice((ZERO, ZERO, F(1, 2), F(1, 3))))
        acquired = rng.choice((None, date(2024, 5, 1), date(2025, 9, 1)))
        return Lot(name, at.id, of.id, quantity, rng.choice((None, money(), money())), acquired)

    accounts = {name: account(name) for name in "xy"}
    instruments = {name: instrument(name) for name in "AB"}
    lots: dict[str, Lot] = {}
    orders: list[Order] = []
    for at in accounts.values():
        for of in instruments.values():
            for side, sign in ((Side.SELL, 1), (Side.COVER, -1)):
                held = [lot(f"{at.id}{of.id}{side}{n}", at, of, sign) for n in range(rng.randint(0, 3))]
                lots |= {lot.id: lot for lot in held}
                if held and rng.random() < 0.6:
                    orders.append(_relieving(rng, at, of, side, held))
            orders += [
                Order(at.id, of.id, side, of.step * rng.randint(1, 9))
                for side in (Side.BUY, Side.SHORT)
                if rng.random() < 0.4
            ]
    rng.shuffle(orders)
    prices = tuple(Price(name, AS_OF, money()) for name in instruments)
    rates = (Rate("EUR", AS_OF, F(108, 100)), Rate("EUR", date(2024, 1, 1), F(11, 10)))
    book = Book(AS_OF, AS_OF, "USD", {}, instruments, {}, accounts, lots, prices, rates)
    return index(book), tuple(orders)


def _relieving(rng: Random, account: Account, instrument: Instrument, side: Side, held: list[Lot]) -> Order:
    """Whole lots in the order of the account's method, and some of the last one; named where lots are chosen."""
    used = ordered(account.relief, held)[: rng.randint(1, len(held))]
    pieces = [(lot.id, abs(lot.quantity)) for lot in used]
    name, whole = pieces[-1]
    pieces[-1] = (name, rng.choice((whole, instrument.step * rng.randint(1, int(whole // instrument.step)))))
    named = account.relief is Relief.SPECIFIC or rng.random() < 0.5
    return Order(
        account.id, instrument.id, side, sum((q for _, q in pieces), ZERO), tuple(pieces) if named else ()
    )  # fmt: skip


Case = tuple[Index, tuple[Order, ...]]
cases = st.integers(0, 2**32).map(case)


def filled(facts: Index, orders: Sequence[Order]) -> list[Fill]:
    found = fills(facts, orders)
    assert not [problem for problem in found if isinstance(problem, Problem)], found
    return [fill for fill in found if isinstance(fill, Fill)]


def later(facts: Index, orders: Sequence[Order]) -> Book:
    found = after(facts, orders)
    assert isinstance(found, Book), found
    return found


def units(book: Book) -> Counter[tuple[str, str]]:
    """Net units by account and instrument, those that come to zero left out."""
    sums: Counter[tuple[str, str]] = Counter()
    for lot in book.lots.values():
        sums[lot.account, lot.instrument] += lot.quantity  # type: ignore[assignment]  # fractions add as ints do
    return Counter({key: total for key, total in sums.items() if total})


def cash(book: Book, account: str) -> Fraction:
    return sum(book.accounts[account].cash.get("USD", (ZERO, ZERO)), ZERO)


# --- laws --------------------------------------------------------------------------------------


@given(cases)
def test_units_are_conserved(drawn: Case) -> None:
    facts, orders = drawn
    expected = units(facts.book)
    for order in orders:
        sign = 1 if order.side in (Side.BUY, Side.COVER) else -1
        expected[order.account, order.instrument] += sign * order.quantity  # type: ignore[assignment]  # as above
    assert units(later(facts, orders)) == Counter({key: total for key, total in expected.items() if total})


@given(cases)
def test_cash_is_conserved_to_the_cent(drawn: Case) -> None:
    """Each fill is its estimate less the ticket, to the nearest cent; nothing else moves cash."""
    facts, orders = drawn
    book = later(facts, orders)
    for account in facts.book.accounts.values():
        change = cash(book, account.id) - cash(facts.book, account.id)
        assert (change * 100).denominator == 1
        exact = ZERO
        mine = [fill for fill in filled(facts, orders) if fill.order.account == account.id]
        for fill in mine:
            exact += (
                costs.estimate(account.cost, fill.order.side, fill.order.quantity, fill.worth) - account.cost.ticket
            )
        assert abs(change - exact) <= F(len(mine), 200)
        assert book.accounts[account.id].cash["USD"][0] == account.cash["USD"][0], "settled cash does not move"


@given(cases)
def test_relief_uses_exactly_what_was_asked(drawn: Case) -> None:
    facts, orders = drawn
    for fill in filled(facts, orders):
        if fill.order.side in (Side.SELL, Side.COVER):
            assert sum((piece for _, piece in fill.pieces), ZERO) == fill.order.quantity
            assert len({lot.id for lot, _ in fill.pieces}) == len(fill.pieces)
            assert all(0 < piece <= abs(lot.quantity) for lot, piece in fill.pieces)
        else:
            assert fill.pieces == ()


@given(cases)
def test_residues_close_the_gap_between_estimate_and_booking(drawn: Case) -> None:
    facts, orders = drawn
    found = residue(facts, filled(facts, orders))
    for account in facts.book.accounts.values():
        mine = [fill for fill in filled(facts, orders) if fill.order.account == account.id]
        estimates = [costs.estimate(account.cost, f.order.side, f.order.quantity, f.worth) for f in mine]
        change = cash(later(facts, orders), account.id) - cash(facts.book, account.id)
        assert found[account.id] == change - sum(estimates, ZERO)
        low, high = costs.residue_box(account.cost, "USD", len(mine))
        assert low <= found[account.id] <= high
        low, high = residue_of(facts, account.id, [fill.order.instrument for fill in mine])
        assert low <= found[account.id] <= high


@given(cases)
def test_the_sequence_of_orders_changes_no_total(drawn: Case) -> None:
    facts, orders = drawn
    one, other = later(facts, orders), later(facts, orders[::-1])
    assert one.lots == other.lots
    assert one.accounts == other.accounts
    assert sorted(one.trades, key=repr) == sorted(other.trades, key=repr)


@given(cases)
def test_gains_add_up_to_cash_less_basis(drawn: Case) -> None:
    facts, orders = drawn
    for fill in filled(facts, orders):
        trades = booked(facts, [fill]).trades
        assert sum((trade.quantity for trade in trades), ZERO) == fill.order.quantity
        assert {(t.account, t.instrument, t.side, t.day) for t in trades} == {
            (fill.order.account, fill.order.instrument, fill.order.side, AS_OF)
        }
        known = [(lot, piece, unit_cost(facts, lot)) for lot, piece in fill.pieces]
        for (_, _, unit), trade in zip(known, trades, strict=False):
            assert (trade.gain is None) == (unit is None)
        if known and all(unit is not None for _, _, unit in known):
            sign = 1 if fill.order.side is Side.SELL else -1
            basis = sum((piece * (unit or ZERO) for _, piece, unit in known), ZERO)
            assert sum((trade.gain or ZERO for trade in trades), ZERO) == fill.cash - sign * basis


@given(cases)
def test_what_was_bought_is_worth_its_cost_and_gains_nothing_more(drawn: Case) -> None:
    facts, orders = drawn
    for fill in filled(facts, orders):
        if fill.order.side is Side.BUY:
            book = booked(facts, [fill])
            (new,) = book.lots.keys() - facts.book.lots.keys()
            unit = unit_cost(index(book), book.lots[new])
            assert unit is not None
            assert unit * fill.order.quantity == -fill.cash
            assert book.lots[new].acquired == AS_OF


@given(cases, st.data())
def test_splitting_a_lot_changes_no_total(drawn: Case, data: st.DataObject) -> None:
    """The two halves, alike in all but their ids, bring the same cash, units and gains."""
    facts, orders = drawn
    names = [name for name, lot in facts.book.lots.items() if not _is_named(name, orders)]
    if not names:
        return
    lot = facts.book.lots[data.draw(st.sampled_from(names))]
    step = facts.book.instruments[lot.instrument].step
    if abs(lot.quantity) <= step:
        return
    part = step if lot.quantity > 0 else -step
    halves = {
        lot.id: replace(lot, quantity=lot.quantity - part),
        f"{lot.id}'": replace(lot, id=f"{lot.id}'", quantity=part),
    }
    split = index(replace(facts.book, lots={**facts.book.lots, **halves}))
    one = [fill for fill in fills(facts, orders) if isinstance(fill, Fill)]
    other = fills(split, orders)
    if any(isinstance(found, Problem) for found in other):
        return  # half a lot is not always a tradable piece
    two = [fill for fill in other if isinstance(fill, Fill)]
    assert [fill.cash for fill in one] == [fill.cash for fill in two]
    assert units(booked(facts, one)) == units(booked(split, two))
    assert _gain(booked(facts, one)) == _gain(booked(split, two))


def _is_named(name: str, orders: Sequence[Order]) -> bool:
    return any(name == lot for order in orders for lot, _ in order.lots)


def _gain(book: Book) -> Fraction:
    return sum((trade.gain or ZERO for trade in book.trades), ZERO)
