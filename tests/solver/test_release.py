"""In which order orders are released: nothing lost, nothing spent before it is there, and no clause worse off."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from random import Random

import pytest

from policy.book.facts import Side
from policy.book.read import index
from policy.interval import ZERO, low
from policy.ir import meaning
from policy.ir.bind import bind_to
from policy.ir.bound import Bound, Formula, Kind, Leaf, Lin, Moment, Obligation, Op, Outcome, Point
from policy.ir.point import point_of
from policy.judge.eval import judge
from policy.judge.fills import fill_safety, judge_orders
from policy.judge.verdict import FillSafety
from solver.orders import orders
from solver.release import Batches, released
from tests.depth import chunks
from tests.solver.households import planted
from tests.solver.small import book, of, rule, share, value
from tests.worlds import firms
from tests.worlds.mandates import library

F = Fraction
SPENDING = (Kind.BUY, Kind.COVER)


def batches(bound: Bound, point: Point) -> Batches:
    found, along = released(bound, orders(bound, point), judge(bound, point))
    assert along == judge_orders(bound, point, found.quantities)
    return found


def at_trade(name: str, *rungs: tuple[Formula, Outcome]) -> Obligation:
    return replace(rule(name, *rungs), moments=(Moment.TRADE,))


def sides(found: Batches) -> list[list[tuple[Side, str]]]:
    return [[(order.side, order.instrument) for order in batch] for batch in found.orders]


def failing(bound: Bound, point: Point, found: Batches) -> int:
    safe = (FillSafety.ALWAYS, FillSafety.ORDERED)
    answers = fill_safety(bound, judge(bound, point), found.quantities)
    return sum(answer.safety not in safe for answer in answers.values())


# --- by hand -------------------------------------------------------------------------------------

MOVE = {"sell/I0.0": F(20), "sell/I1.0": F(10), "buy/A/I2": F(30)}


def three(spread: Fraction, *obligations: Obligation, cash: int = 0) -> Bound:
    """600 in I0, 400 in I1, nothing in I2."""
    return replace(book([F(10), F(20), F(10)], [60, 20, 0], cash=cash, spread=spread), obligations=obligations)


def test_what_brings_cash_is_filled_before_what_costs_cash_is_released() -> None:
    assert sides(batches(three(ZERO), MOVE)) == [[(Side.SELL, "I0"), (Side.SELL, "I1")], [(Side.BUY, "I2")]]


def test_no_order_is_no_batch() -> None:
    assert batches(three(ZERO), {}) == Batches((), ())


def test_a_sale_without_its_lots_is_not_released() -> None:
    """Which lots are used is for the finder to say: nothing here could."""
    bound = three(ZERO)
    unnamed = [replace(order, lots=()) for order in orders(bound, MOVE)]
    with pytest.raises(AssertionError, match="sell without the lots that it closes"):
        released(bound, unnamed, judge(bound, MOVE))


def test_the_sale_that_cures_a_breach_goes_before_sales_whose_cost_would_worsen_it() -> None:
    cap = Leaf(value(0), Op.LE, share(50)), Outcome.PASS
    no_worse = Leaf(value(0), Op.LE, share(60)), Outcome.WARN
    bound = three(F(1, 1000), at_trade("CAP", cap, no_worse))
    found = batches(bound, MOVE)
    assert sides(found) == [[(Side.SELL, "I0")], [(Side.SELL, "I1")], [(Side.BUY, "I2")]]
    assert failing(bound, MOVE, found) == 0


def test_a_purchase_that_would_keep_a_clause_waits_for_the_cash_that_pays_for_it() -> None:
    little_cash = Leaf(of("cash/A"), Op.LE, share(5)), Outcome.PASS
    bound = three(ZERO, at_trade("CASH", little_cash))
    point = {"sell/I0.0": F(20), "buy/A/I2": F(20)}
    assert sides(batches(bound, point)) == [[(Side.SELL, "I0")], [(Side.BUY, "I2")]]


def test_a_purchase_that_can_be_paid_for_goes_first_where_that_keeps_a_clause() -> None:
    little_cash = Leaf(of("cash/A"), Op.LE, share(30)), Outcome.PASS
    bound = three(ZERO, at_trade("CASH", little_cash), cash=300)
    point = {"sell/I0.0": F(20), "buy/A/I2": F(20)}
    found = batches(bound, point)
    assert sides(found) == [[(Side.BUY, "I2")], [(Side.SELL, "I0")]]
    assert failing(bound, point, found) == 0


def test_lots_of_a_stated_relief_method_fill_as_one_in_its_order_and_chosen_lots_each_for_itself() -> None:
    point = {"sell/I0.1": F(10), "sell/I0.0": F(30)}
    in_order = book([F(10)], [60], specific=False, lots=2)
    assert batches(in_order, point).quantities == (((("sell/I0.0", F(30)), ("sell/I0.1", F(10))),),)
    chosen = book([F(10)], [60], lots=2)
    assert sorted(batches(chosen, point).quantities[0]) == [(("sell/I0.0", F(30)),), (("sell/I0.1", F(10)),)]


# --- of any orders -------------------------------------------------------------------------------


PLANTED = 12
WORLDS = chunks(PLANTED + 60, quick=PLANTED + 10)


@lru_cache(maxsize=len(WORLDS))
def drawn(seed: int) -> tuple[Bound, Point]:
    """Orders that pass and can be paid for, on clauses that are tested at trade."""
    if seed < PLANTED:
        house = planted(seed)
        made = tuple(replace(o, moments=(Moment.TRADE,)) for o in house.bound.obligations)
        return replace(house.bound, obligations=made), house.point
    rng = Random(seed)
    facts = firms.firm(rng, gaps=False)
    placed = firms.orders(rng, facts)
    point = point_of(index(facts), placed)
    if not isinstance(point, dict):
        pytest.skip("the orders cannot be placed")
    bound = bind_to(library(rng, rules=3), index(facts), tuple(placed))
    return replace(bound, obligations=tuple(replace(o, moments=(Moment.TRADE,)) for o in bound.obligations)), point


@lru_cache(maxsize=len(WORLDS))
def of_drawn(seed: int) -> Batches:
    return batches(*drawn(seed))


def cash(bound: Bound, point: Point) -> dict[str, Fraction | None]:
    at = meaning.values(bound.forms, point)
    return {d.account: low(meaning.scalar(Lin(ZERO, ((F(1), d.cash),)), at)) for d in bound.domains}


def short(bound: Bound, point: Point) -> set[str]:
    floors = {d.account: d.cash_floor for d in bound.domains}
    return {account for account, left in cash(bound, point).items() if left is None or left < floors[account]}


@pytest.mark.parametrize("seed", WORLDS)
def test_every_order_is_in_one_batch_and_every_quantity_is_filled_once(seed: int) -> None:
    bound, point = drawn(seed)
    found = of_drawn(seed)
    assert all(found.orders)
    assert Counter(o for batch in found.orders for o in batch) == Counter(orders(bound, point))
    filled = [piece for batch in found.quantities for order in batch for piece in order]
    chosen = {name: amount for name, amount in point.items() if amount and bound.quantities[name].instrument}
    assert len(filled) == len(dict(filled))
    assert dict(filled) == chosen


@pytest.mark.parametrize("seed", WORLDS)
def test_nothing_is_bought_with_cash_that_is_not_there_yet(seed: int) -> None:
    bound, point = drawn(seed)
    filled: dict[str, Fraction] = {}
    for batch in of_drawn(seed).quantities:
        buying = {n: amount for order in batch for n, amount in order if bound.quantities[n].kind in SPENDING}
        spending = {bound.quantities[name].account for name in buying}
        if short(bound, {**filled, **buying}) & spending:  # no way round it: the orders themselves are too much
            assert short(bound, point) & spending
        filled |= {name: amount for order in batch for name, amount in order}


@pytest.mark.parametrize("seed", WORLDS)
def test_no_other_order_of_release_is_chosen_unless_more_clauses_hold_on_the_way(seed: int) -> None:
    bound, point = drawn(seed)
    found, default = of_drawn(seed), batches(replace(bound, obligations=()), point)
    if found == default:
        return
    assert failing(bound, point, found) < failing(bound, point, default)


def test_an_order_names_its_side_as_its_quantity_does() -> None:
    assert {side.value for side in Side} == {kind.value for kind in Kind} - {Kind.RESIDUE.value}
