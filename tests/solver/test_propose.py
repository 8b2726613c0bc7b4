"""The finder against books in which every point was judged, and against books with a planted answer."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from policy.interval import ZERO
from policy.ir.bound import Any, Basket, Deviation, Leaf, Lin, Member, Objective, Op, Outcome, Quad, Truth
from solver.certify import certify
from solver.from_ir import PASS_ONLY
from solver.intent import Intent, Tax
from solver.objective import objective
from solver.orders import booked_in
from solver.propose import Proposal, Reason, Refusal, propose
from solver.search import Patience
from tests.solver.households import planted
from tests.solver.small import at_most, book, must, of, share, value
from tests.solver.tiny import compliant, tiny

F = Fraction
TAX = Intent(tax=Tax(F(408, 1000), F(238, 1000)))
MANY = range(20, 220)


def towards(*targets: int) -> Objective:
    """A cent for every unit of money off target."""
    return Objective(
        Lin(ZERO),
        tuple(
            Deviation(f"I{n}", Lin(F(-target), ((F(1), f"value/A/I{n}"),)), F(1, 100), F(1, 100))
            for n, target in enumerate(targets)
        ),
    )


# --- against enumeration -------------------------------------------------------------------------


def against_enumeration(seed: int) -> None:
    bound, goal = tiny(seed, 1 + seed % 4)
    good = compliant(bound, goal, PASS_ONLY)
    found = propose(bound, goal)
    if isinstance(found, Refusal):
        assert not good, (seed, found.reason, found.trace)
        return
    assert found.point in [point for _, point in good]
    assert found.worth == min(worth for worth, point in good if point == found.point)
    best = min(worth for worth, _ in good)
    assert found.claimed_bound is None or found.claimed_bound <= best + F(1, 1000) * (1 + abs(best))


@pytest.mark.parametrize("seed", range(20))
def test_a_proposal_passes_and_no_refusal_stands_beside_a_compliant_point(seed: int) -> None:
    against_enumeration(seed)


@pytest.mark.deep
@pytest.mark.parametrize("seed", MANY)
def test_a_proposal_passes_and_no_refusal_stands_beside_a_compliant_point_in_many_books(seed: int) -> None:
    against_enumeration(seed)


# --- against planted answers ---------------------------------------------------------------------


def solves_what_was_planted(seed: int, *, shorting: bool = False) -> None:
    house = planted(seed, shorting=shorting)
    if not certify(house.bound, house.point).passes(PASS_ONLY):
        pytest.skip("the planted orders are short of cash")
    goal = objective(house.bound, house.facts, TAX)
    found = propose(house.bound, goal, booking=booked_in(house.facts), patience=Patience(gap=F(100)))
    assert isinstance(found, Proposal), (seed, found.reason, found.trace)
    assert certify(house.bound, found.point).passes(PASS_ONLY)


@pytest.mark.parametrize("seed", range(12))
def test_a_household_with_a_planted_answer_is_solved(seed: int) -> None:
    solves_what_was_planted(seed)


@pytest.mark.parametrize("seed", range(12))
def test_a_household_that_sells_short_is_solved(seed: int) -> None:
    solves_what_was_planted(seed, shorting=True)


@pytest.mark.deep
@pytest.mark.parametrize("seed", MANY)
def test_many_households_that_sell_short_are_solved(seed: int) -> None:
    solves_what_was_planted(seed, shorting=True)


@pytest.mark.deep
@pytest.mark.parametrize("seed", MANY)
def test_many_households_with_a_planted_answer_are_solved(seed: int) -> None:
    solves_what_was_planted(seed)


# --- what a proposal is --------------------------------------------------------------------------


def test_the_same_book_has_the_same_proposal() -> None:
    house = planted(3)
    goal = objective(house.bound, house.facts, TAX)
    first, second = (propose(house.bound, goal, booking=booked_in(house.facts)) for _ in range(2))
    assert first == second


def test_targets_are_reached_in_whole_units() -> None:
    found = propose(book([F(10), F(20)], [60, 20], cash=0), towards(400, 600))
    assert isinstance(found, Proposal)
    assert found.point == {"sell/I0.0": 20, "buy/A/I1": 10}
    assert [order.batch for order in found.orders] == [0, 1]
    assert found.worth == 0


def test_a_rule_stops_short_of_the_target_at_the_exact_unit() -> None:
    bound = book([F(10), F(20)], [60, 20], cash=0)
    bound = replace(bound, obligations=(must("CAP", at_most(value(1), share(50), strict=True)),))
    found = propose(bound, towards(0, 1000))
    assert isinstance(found, Proposal)
    assert found.point["buy/A/I1"] == 4  # 24 · 20 = 480 < 500; 500 is not less than 500


def test_an_instrument_is_never_bought_and_sold() -> None:
    bound = book([F(10), F(20)], [60, 20], cash=0, lots=2)
    loss = Lin(ZERO, ((F(-5), "sell/I0.0"),))  # selling this lot is worth money
    found = propose(bound, Objective(loss, towards(600, 400).deviations))
    assert isinstance(found, Proposal)
    assert not (found.point.get("buy/A/I0") and found.point.get("sell/I0.0"))
    assert found.point.get("sell/I0.0") == 30


def test_lots_go_in_the_account_s_order_even_where_another_would_pay() -> None:
    bound = book([F(10), F(20)], [60, 20], cash=0, lots=3, specific=False)
    gain = Lin(ZERO, ((F(9, 100), "sell/I0.0"), (F(-2, 100), "sell/I0.2")))
    found = propose(bound, Objective(gain, towards(400, 600).deviations))
    assert isinstance(found, Proposal)
    assert found.point["sell/I0.0"] == 20


def test_an_order_below_the_minimum_is_not_placed() -> None:
    bound = book([F(10), F(20)], [60, 20], cash=0, minimum=F(150))
    found = propose(bound, towards(500, 500))
    assert isinstance(found, Proposal)
    for name, amount in found.point.items():
        assert amount * (10 if "I0" in name else 20) >= 150


def test_squares_are_kept() -> None:
    bound = book([F(10), F(20)], [60, 20], cash=0)
    risk = Quad(((F(1), of("value/A/I0")), (F(1), of("value/A/I1"))))
    bound = replace(bound, obligations=(must("RISK", at_most(risk, Lin(F(505_000)))),))
    found = propose(bound, towards(0, 1000))
    assert isinstance(found, Proposal)
    held = 20 * (20 + found.point.get("buy/A/I1", ZERO)), 10 * (60 - found.point.get("sell/I0.0", ZERO))
    assert held[0] ** 2 + held[1] ** 2 <= 505_000
    assert found.model.cuts
    assert held[0] >= 540  # as far as the cap lets it go, to the unit


def test_a_basket_binds_through_its_binaries() -> None:
    bound = book([F(10), F(10), F(10), F(10)], [40, 30, 20, 10], cash=0)
    members = tuple(Member(f"m{k}", value(k), Leaf(value(k), Op.GT, share(25))) for k in range(4))
    bound = replace(bound, obligations=(must("B", at_most(Basket(members), share(40))),))
    found = propose(bound, towards(400, 300, 200, 100))
    assert isinstance(found, Proposal)
    assert found.worth == F(1, 100) * 50  # the second name gives up fifty, and is no longer large


# --- refusals ------------------------------------------------------------------------------------


def test_doing_nothing_is_proposed_where_nothing_is_better() -> None:
    found = propose(book([F(10), F(20)], [60, 20], cash=0), towards(600, 400))
    assert isinstance(found, Proposal)
    assert found.orders == ()


def test_what_no_point_can_satisfy_is_claimed_impossible_and_left_to_proof() -> None:
    bound = book([F(10)], [30], cash=100)
    bound = replace(bound, obligations=(must("NO", Leaf(value(0), Op.GE, Lin(F(10**6)))),))
    found = propose(bound, towards(0))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.CLAIMED_IMPOSSIBLE
    assert found.failing == ("NO",)
    assert found.trace


def test_what_is_unknown_whatever_is_traded_is_refused() -> None:
    bound = replace(book([F(10)], [30], cash=100), obligations=(must("U", Truth(None, "a fact")),))
    found = propose(bound, towards(0))
    assert isinstance(found, Refusal)
    assert found.standing.outcome is Outcome.UNKNOWN


def test_a_rule_that_cannot_be_searched_is_named() -> None:
    bound = book([F(10), F(10)], [30, 30], cash=0)
    low = Leaf(Quad(((F(1), of("value/A/I0")), (F(1), of("value/A/I1")))), Op.GE, Lin(F(10**9)))
    found = propose(replace(bound, obligations=(must("Q", low),)), towards(300, 300))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.NOT_SEARCHED


def test_sales_alone_are_tried_before_a_refusal() -> None:
    bound = book([F(10), F(20)], [60, 20], cash=-200)
    bound = replace(bound, obligations=(must("CASH", Leaf(of("cash/A"), Op.GE, Lin(F(100)))),))
    found = propose(bound, Objective(Lin(ZERO), ()))
    assert isinstance(found, Proposal)
    assert found.point.keys() <= {"sell/I0.0", "sell/I1.0"}


def test_either_way_out_will_do() -> None:
    bound = book([F(10), F(20)], [60, 20], cash=0)
    ways = Any((at_most(value(0), Lin(F(55))), at_most(value(1), Lin(F(55)))))
    found = propose(replace(bound, obligations=(must("E", ways),)), towards(600, 400))
    assert isinstance(found, Proposal)
    assert found.point == {"sell/I1.0": 18}
