"""What the finder does where the first claim will not do: tighter tests, other choices, hands off the unsearched."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from policy.interval import ZERO, Interval
from policy.ir.bound import Any, Bound, Deviation, Form, Leaf, Lin, Objective, Op, Quad, Sum, TopK
from solver.encode.sheet import blank
from solver.from_ir import NO_OBJECTIVE, PASS_ONLY, encode
from solver.orders import no_residue
from solver.propose import Proposal, propose
from solver.read import Task, tried
from solver.slice import slice_at
from solver.tighten import tightened
from tests.solver.small import at_most, book, must, of, share, value

F = Fraction


def wanting(**targets: int) -> Objective:
    """A cent for every unit of money off target."""
    amounts = {name: Lin(F(-target), ((F(1), f"value/A/{name}"),)) for name, target in targets.items()}
    return Objective(Lin(ZERO), tuple(Deviation(n, amount, F(1, 100), F(1, 100)) for n, amount in amounts.items()))


def task(bound: Bound) -> Task:
    return Task(bound, NO_OBJECTIVE, PASS_ONLY, no_residue, blank(bound))


# --- tests that rounding broke -------------------------------------------------------------------


def test_cash_that_rounding_spent_is_kept_by_a_higher_floor_and_by_a_higher_one_again() -> None:
    asked = task(book([F(10)], [0], cash=105))
    spent, model = tried(asked, {"buy/A/I0": F(11)}), encode(asked.bound)
    assert spent.flaws
    for floor in (10, 20):
        tighter = tightened(asked, model, {"buy/A/I0": F(21, 2)}, spent)
        assert tighter is not None
        model = tighter
        assert (model.rows[-1].name, model.rows[-1].low, model.rows[-1].high) == ("domain A:cash!", floor, None)


def test_a_condition_that_holds_at_zero_alone_is_not_tightened() -> None:
    bound = votes()
    asked = task(bound)
    left = tried(asked, {"sell/I0.0": F(59)})
    assert left.failing
    model = encode(bound)
    assert tightened(asked, model, {"sell/I0.0": F(60)}, left) is None


# --- choices that a backend cannot tell apart ----------------------------------------------------


def nothing_else(op: Op) -> Leaf:
    """All that is owned, against net assets, which it is."""
    owned = Sum(((F(1), value(0)), (F(1), value(1)), (F(1), of("cash/A"))))
    return Leaf(owned, op, of("net assets/A"))


def test_a_strict_test_that_is_never_true_is_not_taken_for_a_way_to_obey() -> None:
    bound = book([F(10), F(20)], [60, 20], spread=F(1, 1000))
    obey = must("WAYS", Any((nothing_else(Op.GT), nothing_else(Op.LT), at_most(value(0), share(30)))))
    found = propose(replace(bound, obligations=(obey,)), wanting(I0=600, I1=400))
    assert isinstance(found, Proposal)
    assert found.point == {"sell/I0.0": F(31)}  # a spread less than a thousand, and 30 % of it


def test_of_ways_that_a_claim_as_good_as_keeps_the_one_that_it_took_is_looked_at() -> None:
    bound = book([F(10), F(20)], [60, 20])
    ways = Any((at_most(value(0), Lin(F(600))), at_most(value(1), Lin(F(400)))))
    bound = replace(bound, obligations=(must("WAYS", ways),))
    at = {"value/A/I0": F(600), "value/A/I1": F(400)}
    for taken in ("WAYS:0.0", "WAYS:0.1"):
        near = slice_at(bound, PASS_ONLY, {**at, taken: F(1)}, blank(bound))
        assert [r.place for r in near.requirements if r.obligation == "WAYS"] == [taken]


# --- what nobody knows ---------------------------------------------------------------------------


def votes() -> Bound:
    """At most 30 votes in the largest position; nobody knows how many votes a share of the first instrument has."""
    bound = book([F(10), F(20)], [60, 20])
    open_ended = Form("votes/A/I0", ZERO, ((Interval(ZERO, None), "units/A/I0"),), None, None)
    known = Form("votes/A/I1", ZERO, ((F(1), "units/A/I1"),), ZERO, F(120))
    most = at_most(TopK(1, (("I0", of(open_ended.name)), ("I1", of(known.name)))), Lin(F(30)))
    forms = {**bound.forms, open_ended.name: open_ended, known.name: known}
    return replace(bound, forms=forms, obligations=(must("VOTES", most),))


def test_a_position_that_may_be_of_any_size_is_sold_to_the_last_share() -> None:
    found = propose(votes(), wanting(I0=570, I1=500))
    assert isinstance(found, Proposal)
    assert found.point["sell/I0.0"] == 60
    assert "buy/A/I0" not in found.point


# --- what is judged and not searched -------------------------------------------------------------


def test_what_is_only_judged_and_holds_is_left_alone_where_it_would_fail() -> None:
    floor = Leaf(Quad(((F(1), value(0)),)), Op.GE, Lin(F(600 * 600)))
    rules = must("FLOOR", floor), must("CAP", at_most(value(1), share(30)))
    found = propose(replace(book([F(10), F(20)], [60, 20]), obligations=rules), wanting(I0=0, I1=400))
    assert isinstance(found, Proposal)
    assert found.unsearched == ("FLOOR",)
    assert found.point == {"sell/I1.0": F(5)}
