"""Orders are proposed only with a way to their end on which every rule that is tested at trade is kept."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from policy.interval import ZERO
from policy.ir.bound import Leaf, Lin, Moment, Obligation, Op, Outcome, Rung
from server.desk.prepare import Task, prepared
from server.desk.propose import Proposed, Refused, answered
from solver.intent import Intent
from solver.refusal import NotFound
from tests.policy.judge.test_worsening import book

ONE = Fraction(1)
HELD = 130  # units of A and of Z, at a dollar each


def task(apart: int, *others: Obligation) -> Task:
    """Sixty dollars are wanted; A is worth at most so much more than Z, and Z than A."""
    world = book(60)
    lots = {lot.id: replace(lot, quantity=Fraction(HELD)) for lot in world.lots.values()}
    found = prepared({}, replace(world, lots=lots), Intent(raise_cash={"trust": Fraction(960)}))
    caps = (at_most("A", "Z", apart), at_most("Z", "A", apart))
    return replace(found, bound=replace(found.bound, obligations=(*found.bound.obligations, *caps, *others)))


def at_most(name: str, other: str, apart: int) -> Obligation:
    apart_by = Lin(ZERO, ((ONE, f"value/trust/{name}"), (-ONE, f"value/trust/{other}")))
    return capped(f"{name} over {other}", apart_by, Fraction(apart), Moment.TRADE)


def capped(name: str, measure: Lin, limit: Fraction, moment: Moment) -> Obligation:
    wanted = task_of_nothing().bound.obligations[0]
    leaf = Leaf(measure, Op.LE, Lin(limit), None, name, None, "USD")
    return replace(wanted, id=name, moments=(moment,), ladder=(Rung(leaf, Outcome.PASS),), otherwise=Outcome.BLOCK)


def task_of_nothing() -> Task:
    return prepared({}, book(60), Intent(raise_cash={"trust": ZERO}))


def test_two_sales_that_need_each_other_halfway_are_not_proposed() -> None:
    """Neither may go first by more than five dollars, and orders of thirty may fill whole before the other begins."""
    found = answered(task(5))
    assert isinstance(found, Refused)
    assert isinstance(found.refusal, NotFound)
    assert {"A over Z", "Z over A"} & set(found.failing)
    assert found.trace[-1].what == "release"


def test_orders_go_one_after_the_other_where_only_that_keeps_the_rule() -> None:
    """Sold first, A leaves Z over it; sold after Z, it never does."""
    only_one_way = task(60)
    caps = [o for o in only_one_way.bound.obligations if o.id != "Z over A"]
    halves = [
        capped(f"{n} is halved", Lin(ZERO, ((ONE, f"value/trust/{n}"),)), Fraction(100), Moment.CLOSE) for n in "AZ"
    ]
    tight = at_most("Z", "A", 0)
    bound = replace(only_one_way.bound, obligations=(*caps, tight, *halves))
    found = answered(replace(only_one_way, bound=bound))
    assert isinstance(found, Proposed)
    assert [(order.instrument, order.batch) for order in found.orders] == [("Z", 0), ("A", 1)]
    assert found.verdict.outcome is Outcome.PASS


def test_a_way_that_is_free_needs_no_sequence() -> None:
    found = answered(task(200))
    assert isinstance(found, Proposed)
    assert {order.batch for order in found.orders} == {0}
    assert found.verdict.outcome is Outcome.PASS
