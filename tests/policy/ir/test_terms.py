"""Words of a rule whose value hangs on what the book says beside it: its calendar, and windows of several lengths."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from random import Random

import pytest

from policy.book.facts import Book, Price, Side, Trade
from policy.ir import core
from policy.ir.bind import bind
from policy.ir.bound import Bound, Op, Outcome
from policy.judge.eval import judge
from tests.worlds.firms import TODAY, firm
from tests.worlds.rules import plain, within


def _book() -> Book:
    return firm(Random(3), gaps=False)


def _bound(book: Book, *tests: core.Test) -> Bound:
    made = plain("R", *map(within, tests), scope=core.Scope("firm"))
    return bind(core.Library((made,), (), ()), book)


def _outcome(book: Book, test: core.Test) -> Outcome:
    return judge(_bound(book, test), {}).outcome


def _below_volume(days: int, *, business: bool) -> core.Test:
    volume = core.Term("average daily volume", days, business)
    return core.Every(core.Pick("security"), core.Compare(core.Own("shares"), Op.LE, volume))


@pytest.mark.parametrize("business", [True, False])
def test_volumes_are_unknown_without_a_calendar(business: bool) -> None:
    book = _book()
    days = [date(2026, 3, day) for day in range(1, 32)]
    book = replace(
        book,
        prices=tuple(Price(name, day, Fraction(5), Fraction(10**6)) for name in book.instruments for day in days),
    )
    test = _below_volume(14, business=business)
    assert _outcome(book, test) is Outcome.UNKNOWN
    assert _outcome(replace(book, holidays=frozenset({date(2026, 1, 1)})), test) is Outcome.PASS
    assert _outcome(replace(book, holidays=frozenset({date(2025, 1, 1)})), test) is Outcome.UNKNOWN


def test_two_wash_windows_do_not_share_their_lots() -> None:
    """A lot of twenty days is a recent purchase within 30 days and none within 5."""
    book = _book()
    security = sorted(book.instruments)[0]
    alone = replace(book.instruments[security], identical=None)
    lots = list(book.lots.values())[:1] * 2
    old, young = (
        replace(
            lot, id=name, instrument=security, quantity=Fraction(1), basis=Fraction(10**6), acquired=date(2026, 3, day)
        )
        for lot, name, day in zip(lots, ("old", "young"), (1, 11), strict=True)
    )
    book = replace(
        book,
        lots={"old": replace(old, acquired=date(2020, 1, 2)), "young": young},
        instruments={**book.instruments, security: alone},
        trades=(),
    )
    bound = _bound(book, core.WashSale(30), core.WashSale(5))
    verdict = judge(bound, {"sell/old": Fraction(1)})
    found = {f.obligation.origin.clause: f.outcome for f in verdict.findings if f.obligation.id.endswith(security)}
    assert found == {1: Outcome.BLOCK, 2: Outcome.PASS}


def test_a_sale_at_a_loss_bars_purchases_of_what_is_identical() -> None:
    book = _book()
    security, account = sorted(book.instruments)[0], sorted(book.accounts)[0]
    sold = Trade(account, security, Side.SELL, Fraction(1), Fraction(1), TODAY, Fraction(-1))
    bound = _bound(replace(book, trades=(sold,), lots={}), core.WashSale(30))
    point = {name: Fraction(1) for name in bound.quantities if name.endswith(f"/{security}") and "buy" in name}
    assert point
    assert judge(bound, point).outcome is Outcome.BLOCK
    assert judge(bound, {}).outcome is Outcome.PASS
