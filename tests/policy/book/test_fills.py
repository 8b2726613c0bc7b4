"""Orders that cannot be filled, with the reason; and the books that some fills leave, cent by cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from policy.book.after import after, residue
from policy.book.facts import Book, Lot, Order, Relief, Side, Trade
from policy.book.fills import Fill, fills
from policy.book.problem import Problem
from policy.book.read import Index, index
from policy.book.relief import ordered, relieved
from tests.policy.book.sample import book, indexed

F = Fraction
TRUST, IRA = "trust", "ira"


def order(account: str, instrument: str, side: Side, quantity: object, *lots: tuple[str, object]) -> Order:
    return Order(account, instrument, side, F(str(quantity)), tuple((lot, F(str(piece))) for lot, piece in lots))


@pytest.mark.parametrize(
    ("placed", "field", "says"),
    [
        (order("nobody", "ACM", Side.BUY, 1), "account", "the book has no account `nobody`"),
        (order(TRUST, "ACMM", Side.BUY, 1), "instrument", "the book has no instrument `ACMM`"),
        (order("away", "ACM", Side.BUY, 1), "account", "`away` is held away"),
        (order(TRUST, "ACM", Side.BUY, 0), "quantity", "`0` is not above zero"),
        (order(TRUST, "ACM", Side.BUY, -1), "quantity", "`-1` is not above zero"),
        (order(TRUST, "PRIV", Side.BUY, 1), "instrument", "`PRIV` has no known price in USD"),
        (order(TRUST, "ACM", Side.BUY, "0.5"), "quantity", "0.5 is no multiple of 1"),
        (order(TRUST, "T 2.5 2030", Side.SELL, 1500), "quantity", "1500 is no multiple of 1000"),
        (order(TRUST, "ACM", Side.BUY, 1, ("L1", 1)), "lots", "a buy uses no lots"),
        (order(TRUST, "ACM", Side.SELL, "150.51"), "quantity", "150.51 of `ACM` are to be used and 150.5 are held"),
        (order(IRA, "ACM", Side.SELL, 1), "quantity", "and 0 are held"),
        (order(TRUST, "ACM C100", Side.SELL, 1), "quantity", "and 0 are held"),
        (order(TRUST, "ACM C100", Side.COVER, 3), "quantity", "and 2 are short"),
        (order(TRUST, "ACM", Side.COVER, 1), "quantity", "and 0 are short"),
        (order(TRUST, "ACM", Side.SELL, 1, ("L9", 1)), "lots", "`L9` is no lot of `ACM` in `trust`"),
        (order(TRUST, "ACM", Side.SELL, 1, ("L3", 1)), "lots", "`L3` is no lot of `ACM`"),
        (order(IRA, "ETF", Side.SELL, 3, ("L5", 2)), "lots", "the lots add up to 2, the order to 3"),
        (order(TRUST, "ACM", Side.SELL, 60, ("L2", 51), ("L1", 9)), "lots", "51 of lot `L2` are asked for, and 50.5"),
        (order(TRUST, "ACM", Side.SELL, 20, ("L2", 10), ("L2", 10)), "lots", "a lot is named twice"),
        (order(TRUST, "ACM", Side.SELL, 10, ("L1", 10)), "lots", "`trust` relieves lots by hifo"),
        (order(IRA, "ETF", Side.SELL, 2), "lots", "`ira` sells named lots"),
        (order(IRA, "ETF", Side.SELL, "1/3", ("L5", "1/3")), "quantity", "1/3 is no multiple of 1"),
    ],
)
def test_orders_that_cannot_be_filled(placed: Order, field: str, says: str) -> None:
    (problem,) = fills(indexed(), [placed])
    assert isinstance(problem, Problem), problem
    assert problem.place.pointer == f"/orders/0/{field}"
    assert says in problem.what
    assert problem.do
    assert after(indexed(), [placed]) == (problem,)


def test_every_bad_order_is_told_in_one_run() -> None:
    bad = [order("nobody", "ACM", Side.BUY, 1), order(TRUST, "ACM", Side.BUY, 1), order(TRUST, "X", Side.BUY, 1)]
    found = fills(indexed(), bad)
    assert [problem.place.pointer for problem in found if isinstance(problem, Problem)] == [
        "/orders/0/account",
        "/orders/2/instrument",
    ]


def test_two_orders_cannot_use_the_same_units() -> None:
    twice = [order(TRUST, "ACM", Side.SELL, 100)] * 2
    (problem,) = fills(indexed(), twice)
    assert isinstance(problem, Problem)
    assert problem.what == "100 of `ACM` are to be used and 50.5 are held"


@pytest.mark.parametrize(
    "placed",
    [
        order(IRA, "ETF", Side.SELL, "10/3"),  # all of it: nothing to choose
        order(IRA, "ETF", Side.SELL, "10/3", ("L5", "10/3")),  # the last piece whole
        order(TRUST, "ACM", Side.SELL, "50.5"),  # HIFO: lot L2, whole
        order(TRUST, "ACM", Side.SELL, 51),  # L2 whole and half a unit of L1
        order(TRUST, "ACM", Side.SELL, 51, ("L2", "50.5"), ("L1", "0.5")),  # and named as the method would
    ],
)
def test_the_last_piece_of_a_lot_may_be_sold_whole(placed: Order) -> None:
    (fill,) = fills(indexed(), [placed])
    assert isinstance(fill, Fill)


def test_a_book_after_orders_cent_by_cent() -> None:
    facts = indexed()
    placed = [
        order(TRUST, "ACM", Side.SELL, 60),  # HIFO: L2 (50.5 at 120), then 9.5 of L1 (at 80.25)
        order(TRUST, "ACM C100", Side.COVER, 1),
        order(TRUST, "ACM.L", Side.BUY, "10.001"),
    ]
    found = after(facts, placed)
    assert isinstance(found, Book)
    sold = F("60") * (F(101) * F("0.9995") - F("0.005")) - F("4.95")  # 6051.72
    covered = -(F("610") * F("1.0005") + F("0.005")) - F("4.95")  # -615.26
    bought = -F("10.001") * (F("5.25") * F("1.0005") + F("0.005")) - F("4.95")  # -57.53…
    assert [round(sold, 2), round(covered, 2), round(bought, 2)] == [F("6051.72"), F("-615.26"), F("-57.53")]
    assert found.accounts[TRUST].cash == {
        "USD": (F("12000.50"), F("-250.25") + F("6051.72") - F("615.26") - F("57.53"))
    }
    assert "L2" not in found.lots
    assert (found.lots["L1"].quantity, found.lots["L4"].quantity) == (F("90.5"), F(-1))
    new = found.lots["buy/trust/ACM.L/2026-01-30/1"]
    assert new == Lot(new.id, TRUST, "ACM.L", F("10.001"), F("57.53") / F("1.25") / F("10.001"), date(2026, 1, 30))
    gains = [F("6051.72") * F("50.5") / 60 - F("50.5") * 120, F("6051.72") * F("9.5") / 60 - F("9.5") * F("80.25")]
    assert found.trades[2:] == (
        Trade(TRUST, "ACM", Side.SELL, F("50.5"), F(101), date(2026, 1, 30), gains[0]),
        Trade(TRUST, "ACM", Side.SELL, F("9.5"), F(101), date(2026, 1, 30), gains[1]),
        Trade(TRUST, "ACM C100", Side.COVER, F(1), F("6.1"), date(2026, 1, 30), F(350) - F("615.26")),
        Trade(TRUST, "ACM.L", Side.BUY, F("10.001"), F("4.2"), date(2026, 1, 30), None),
    )
    exact = [fill for fill in fills(facts, placed) if isinstance(fill, Fill)]
    left_over = residue(facts, exact)
    assert left_over[IRA] == 0
    assert left_over[TRUST] == sum(fill.cash for fill in exact) - (sold + covered + bought) - 3 * F("4.95")


def test_a_gain_in_another_currency_is_in_the_money_of_its_days() -> None:
    """Bought at 3 GBP when the pound was 1.30, sold at 4.20 when it is 1.25."""
    found = after(indexed(), [order(IRA, "ACM.L", Side.SELL, 100, ("L6", 100))])
    assert isinstance(found, Book)
    assert found.trades[-1].gain == 100 * (F("4.2") * F("1.25") - 3 * F("1.3"))


def test_a_gain_without_a_rate_on_the_day_of_purchase_is_not_known() -> None:
    original = book()
    lots = {**original.lots, "L6": replace(original.lots["L6"], acquired=date(2025, 11, 2))}
    found = after(index(replace(original, lots=lots)), [order(IRA, "ACM.L", Side.SELL, 100, ("L6", 100))])
    assert isinstance(found, Book)
    assert found.trades[-1].gain is None


def test_new_lots_never_take_an_id_that_is_there() -> None:
    facts = indexed()
    for number in (1, 2, 3):
        found = after(facts, [order(IRA, "ETF", Side.BUY, 1), order(IRA, "ETF", Side.BUY, 2)])
        assert isinstance(found, Book)
        assert len(found.lots) == 7 + 2 * number
        facts = index(found)


def test_no_orders_change_nothing() -> None:
    facts: Index = indexed()
    assert after(facts, []) == facts.book


# --- relief ------------------------------------------------------------------------------------


def lot(name: str, day: int | None, basis: int | None, quantity: int = 10) -> Lot:
    acquired = None if day is None else date(2025, 1, day)
    return Lot(name, "x", "A", F(quantity), None if basis is None else F(basis), acquired)


LOTS = (lot("c", 2, 7), lot("a", 3, 9), lot("b", 2, 9), lot("e", None, 8), lot("d", 4, None))


@pytest.mark.parametrize(
    ("method", "sequence"),
    [
        (Relief.FIFO, "bcade"),  # one day: by id
        (Relief.SPECIFIC, "bcade"),
        (Relief.LIFO, "dacbe"),  # the reverse, but what has no day stays last
        (Relief.HIFO, "baecd"),  # one basis: earlier first
    ],
)
def test_methods_and_their_ties(method: Relief, sequence: str) -> None:
    assert "".join(lot.id for lot in ordered(method, LOTS)) == sequence
    assert ordered(method, reversed(LOTS)) == ordered(method, LOTS)


def test_relief_takes_what_is_left() -> None:
    left = {"a": F(10), "b": F(0), "c": F(4), "d": F(10), "e": F(10)}
    pieces = relieved(Relief.FIFO, LOTS, left, F(9))
    assert [(lot.id, piece) for lot, piece in pieces] == [("c", 4), ("a", 5)]
    assert sum(piece for _, piece in relieved(Relief.LIFO, LOTS, left, F(999))) == 34
