"""What is pinned is kept, whatever else would be better, and its price is known: on the demonstration's household."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from policy.book.facts import Order, Side
from server.desk.prepare import Task, prepared
from server.desk.propose import Proposed, Refused, answered
from solver.intent import Intent, Pin
from solver.refusal import Impossible
from tests.server.desk.conftest import Case

OPENS = (Side.BUY, Side.COVER)


def asked(case: Case, intent: Intent) -> tuple[Task, Proposed]:
    task = prepared(case.task.rules, case.task.book, intent)
    found = answered(task)
    assert isinstance(found, Proposed), found
    return task, found


def net(orders: tuple[Order, ...], account: str, instrument: str) -> Fraction:
    mine = [order for order in orders if (order.account, order.instrument) == (account, instrument)]
    return sum((o.quantity if o.side in OPENS else -o.quantity for o in mine), Fraction(0))


def test_pins_are_kept_and_cost_what_the_certificate_says(whitfield: Case) -> None:
    assert isinstance(whitfield.answer, Proposed)
    free, intent = whitfield.answer, whitfield.task.intent
    bought = max((o for o in free.orders if o.side is Side.BUY), key=lambda o: o.quantity)
    sold = max((o for o in free.orders if o.side is Side.SELL), key=lambda o: o.quantity)
    pins = (
        Pin(bought.account, bought.instrument, most=Fraction(0), reason="a gift in December"),
        Pin(sold.account, sold.instrument, Fraction(-1), Fraction(0)),
    )
    task, found = asked(whitfield, replace(intent, pins=pins))
    for pin in pins:
        traded = net(found.orders, pin.account, pin.instrument)
        assert pin.least is None or traded >= pin.least
        assert pin.most is None or traded <= pin.most
    assert free.certified_gap is not None
    assert found.worth >= free.worth - free.certified_gap, "less freedom is never better than what was proven best"
    told = {o.id: o.ladder[0].reason for o in task.bound.obligations if o.origin.rule == "intent"}
    assert told[f"intent/{bought.instrument} at most/{bought.account}"] == "a gift in December"
    assert {price.source for price in found.prices} & told.keys(), "some pin is what it leans on"


def test_at_least_so_much_is_bought(whitfield: Case) -> None:
    bought = next(o for o in whitfield.answer.orders if o.side is Side.BUY)  # type: ignore[union-attr]  # Proposed
    wanted = bought.quantity + 1
    _, found = asked(whitfield, replace(whitfield.task.intent, pins=(Pin(bought.account, bought.instrument, wanted),)))
    assert net(found.orders, bought.account, bought.instrument) >= wanted


def test_an_account_is_left_alone(whitfield: Case) -> None:
    assert isinstance(whitfield.answer, Proposed)
    account = whitfield.answer.orders[0].account
    _, found = asked(whitfield, replace(whitfield.task.intent, leave_alone=frozenset({account})))
    assert account not in {order.account for order in found.orders}


def test_pins_that_cannot_be_are_named_in_the_conflict(whitfield: Case) -> None:
    account, lot = next((lot.account, lot) for lot in whitfield.task.book.lots.values())
    pin = Pin(account, lot.instrument, Fraction(10**9))
    found = answered(prepared(whitfield.task.rules, whitfield.task.book, replace(whitfield.task.intent, pins=(pin,))))
    assert isinstance(found, Refused)
    assert isinstance(found.refusal, Impossible)
