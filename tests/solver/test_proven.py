"""From a proposal to a bound that a stranger accepts: objective rows, sides of trades, cuts of squares and cones."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.interval import ZERO, Interval, Number
from policy.ir import show
from policy.ir.bound import (
    Any,
    Basket,
    Bound,
    Deviation,
    Form,
    Greatest,
    Leaf,
    Least,
    Lin,
    Member,
    Not,
    Objective,
    Op,
    Quad,
    Scalar,
    Sum,
    TopK,
    Truth,
)
from policy.ir.forms import Table
from policy.proof.check import from_json
from policy.proof.check.columns import columns
from policy.proof.check.domains import add_domains, add_objective
from policy.proof.check.domains import objective as wanted
from policy.proof.check.program import add_obligations, program
from policy.proof.check.sheet import Sheet
from policy.proof.duality import check
from solver.certificate import Subject, optimality
from solver.from_ir import PASS_ONLY, encode
from solver.intent import Drift, Intent, Tax
from solver.model import Model
from solver.objective import objective
from solver.orders import booked_in
from solver.propose import Proposal, propose
from solver.search import Patience
from tests.solver.households import planted
from tests.solver.small import at_most, book, must, of, value

F = Fraction


def risky() -> tuple[Bound, Objective]:
    """Variance of two loadings at most a share of net assets, and squares at most a number."""
    bound = book([F(10), F(20), F(5)], [60, 20, 40], cash=100)
    roots = (Lin(ZERO, ((F(1, 5), "value/A/I0"), (F(1, 10), "value/A/I1"))), of("value/A/I1", F(1, 4)))
    cone = at_most(Quad(tuple((F(1), root) for root in roots)), Quad(((F(1, 100), of("net assets/A")),)))
    plain = at_most(Quad(((F(2), of("value/A/I2")),)), Lin(F(70_000)))
    bound = replace(bound, obligations=(must("CONE", cone), must("SQUARES", plain)))
    targets = {"I0": 900, "I1": 200, "I2": 300}
    deviations = tuple(
        Deviation(name, Lin(F(-money), ((F(1), f"value/A/{name}"),)), F(1, 100), F(1, 50))
        for name, money in targets.items()
    )
    return bound, Objective(Lin(ZERO, ((F(1, 1000), "buy/A/I0"), (F(-1, 100), "sell/I0.0"))), deviations)


def both_write_the_same(bound: Bound, goal: Objective, model: Model) -> None:
    case = from_json.case(show.to_json(bound))
    tangents: dict[str, list[tuple[Fraction, ...]]] = {}
    for cut in model.cuts:
        tangents.setdefault(cut.place, []).append(cut.at)
    sheet = Sheet(columns(case), tangents)
    add_domains(sheet)
    add_obligations(sheet, case.obligations, frozenset({"pass"}))
    add_objective(sheet, wanted(show.to_json(goal), case))
    theirs = {row.name: row for row in model.rows if not row.source.startswith("form ")}
    assert theirs.keys() == sheet.rows.keys()
    for name, row in theirs.items():
        mine = sheet.rows[name]
        assert {n: c for c, n in row.terms} == {n: c for c, n in mine.terms}, name
        assert (row.low, row.high) == (mine.low, mine.high), name
    for name in sheet.boxes.keys() & model.columns.keys():
        assert sheet.boxes[name] == (model.columns[name].low, model.columns[name].high), name


def proven(bound: Bound, goal: Objective, found: Proposal) -> Fraction:
    """The bound that the stand-alone reading of the obligations accepts."""
    subject = Subject(PASS_ONLY, show.to_json(goal), found.model.cuts)
    certificate = optimality(found.model, subject, found.worth)
    assert certificate is not None
    case = from_json.case(show.to_json(bound))
    accepted = check(program(case, certificate, wanted(show.to_json(goal), case)), certificate)
    assert accepted >= certificate.bound
    return accepted


def test_squares_and_cones_and_sides_have_the_same_rows_in_both_readings() -> None:
    bound, goal = risky()
    found = propose(bound, goal)
    assert isinstance(found, Proposal)
    assert {cut.place for cut in found.model.cuts} == {"CONE:0", "SQUARES:0.m"}
    at = {f"value/A/I{k}": F(100 * k + 50) for k in range(3)}
    both_write_the_same(bound, goal, encode(bound, goal, tangents=[at]))


def test_a_bound_over_squares_and_cones_is_accepted_and_close() -> None:
    bound, goal = risky()
    found = propose(bound, goal)
    assert isinstance(found, Proposal)
    accepted = proven(bound, goal, found)
    assert accepted <= found.worth
    assert found.worth - accepted <= F(1, 10)  # money; a share off target costs a tenth of it


@pytest.mark.parametrize("shorting", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_households_that_are_taxed_have_the_same_rows_in_both_readings_and_a_close_bound(
    seed: int, shorting: bool
) -> None:
    house = planted(seed, shorting=shorting)
    intent = Intent(tax=Tax(F(2, 5), F(1, 4)), drift=Drift(F(1, 200), F(1, 100), F(seed % 2, 50)))
    goal = objective(house.bound, house.facts, intent)
    found = propose(house.bound, goal, booking=booked_in(house.facts), patience=Patience(gap=F(20)))
    if not isinstance(found, Proposal):
        pytest.skip("nothing was planted")
    both_write_the_same(house.bound, goal, encode(house.bound, goal))
    assert found.claimed_bound is not None
    assert proven(house.bound, goal, found) <= found.worth
    assert found.worth - found.claimed_bound <= 500  # of about half a million


def test_a_cap_on_what_a_cone_measures_can_be_searched_and_a_floor_cannot() -> None:
    bound, _ = risky()
    risk = Quad(((F(1), of("value/A/I0")),)), Quad(((F(1, 4), of("net assets/A")),))
    model = encode(
        replace(bound, obligations=(must("CAP", at_most(*risk)), must("FLOOR", Leaf(risk[0], Op.GT, risk[1]))))
    )
    assert "CAP" in model.searched
    assert (
        "FLOOR" in model.searched
    )  # the same cone, seen from its other side: net assets are at most twice the holding
    two = Quad((*risk[0].squares, (F(1), of("value/A/I1"))))
    assert not encode(replace(bound, obligations=(must("FLOOR", Leaf(two, Op.GT, risk[1])),))).searched
    assert value(0).terms


def test_a_risk_that_is_not_known_is_searched_by_leaving_what_hides_it() -> None:
    bound = book([F(10), F(20)], [60, 20], cash=100)
    table = dict(bound.forms)
    table["risk"] = Form("risk", ZERO, ((F(1, 5), "value/A/I0"), (Interval(None, None), "value/A/I1")), None, None)
    cone = at_most(Quad(((F(1), of("risk")), (F(1, 4), value(0)))), Quad(((F(1, 9), of("net assets/A")),)))
    bound = replace(bound, forms=table, obligations=(must("RISK", cone),))
    goal = Objective(Lin(ZERO), (Deviation("I0", Lin(F(-900), ((F(1), "value/A/I0"),)), F(1, 100), F(1, 100)),))
    found = propose(bound, goal)
    assert isinstance(found, Proposal)
    assert found.point["sell/I1.0"] == 20
    assert found.model.searched == {"RISK"}
    at = {"value/A/I0": F(700), "net assets/A": F(1100)}
    both_write_the_same(bound, goal, encode(bound, goal, tangents=[at]))
    assert proven(bound, goal, found) <= found.worth


@given(st.integers(0, 10**6))
def test_what_is_not_known_has_the_same_rows_in_both_readings(seed: int) -> None:
    rng = Random(seed)
    bound = book([F(10), F(20), F(5)], [60, 20, 40], cash=100)
    table = dict(bound.forms)
    factors: list[Number] = [
        F(1),
        Interval(ZERO, None),
        Interval(F(1, 2), F(2)),
        Interval(None, None),
        Interval(F(-1), F(1)),
        Interval(None, ZERO),
    ]
    for k in range(4):
        terms = tuple((rng.choice(factors), f"value/A/I{n}") for n in rng.sample(range(3), rng.randint(1, 3)))
        table[f"U{k}"] = widened(Form(f"U{k}", ZERO, terms, None, None), bound)
    unknown = [of(f"U{k}") for k in range(4)]
    net = of("net assets/A", F(1, 3))
    members = tuple(Member(f"m{k}", lin, at_most(lin, net)) for k, lin in enumerate(unknown))
    values = tuple((f"v{k}", lin) for k, lin in enumerate(unknown[: rng.randint(1, 4)]))
    measures: list[Scalar] = [
        rng.choice(unknown),
        Basket(members),
        TopK(2, values),
        Greatest(tuple(rng.sample(unknown, 2))),
        Least(tuple(rng.sample(unknown, 2))),
        Sum(((F(2), rng.choice(unknown)), (F(-1), TopK(1, values)))),
        Quad(((F(1), rng.choice(unknown)), (F(2), value(0)))),
    ]
    bounds: list[Scalar] = [net, rng.choice(unknown), Greatest((net, rng.choice(unknown))), Quad(((F(1, 9), net),))]
    ops = list(Op)
    obligations = tuple(
        must(f"O{k}", Any((Leaf(rng.choice(measures), rng.choice(ops), rng.choice(bounds)), Truth(False))))
        for k in range(6)
    )
    bound = replace(bound, forms=table, obligations=obligations)
    at = {"value/A/I0": F(400), "value/A/I1": F(300), "value/A/I2": F(100), "net assets/A": F(1300)}
    both_write_the_same(bound, Objective(Lin(ZERO), ()), encode(bound, tangents=[at]))


def widened(form: Form, bound: Bound) -> Form:
    """With the box of its expansion, as binding gives it."""
    table = Table(dict(bound.quantities))
    for name, q in bound.quantities.items():
        assert table.quantity(q) == name
    for name, each in bound.forms.items():
        table.form(name, each.const, each.terms)
    return table.forms[table.form(form.name, form.const, form.terms)]


def test_a_member_that_is_always_inside_by_what_is_known_of_its_threshold_counts_in_both_readings() -> None:
    bound = book([F(10), F(20)], [60, 0], cash=16_000)
    parts = (F(1), "cash/A"), (F(1), "value/A/I0"), (Interval(ZERO, None), "units/A/I1")
    assets = Form("assets/A", ZERO, parts, F(14_600), None)  # 16,600, less 2,000 for the other instrument
    small = Not(Leaf(value(0), Op.GT, Lin(ZERO, ((F(1, 9), "assets/A"),))))  # a ninth of that is above all there can be
    basket = at_most(Basket((Member("I0", value(0), small),)), Lin(F(500)))
    bound = replace(bound, forms={**bound.forms, "assets/A": assets}, obligations=(must("SMALL", basket),))
    goal = Objective(Lin(ZERO), ())
    model = encode(bound, goal)
    both_write_the_same(bound, goal, model)
    assert [row.terms for row in model.rows if row.name == "SMALL:0"] == [((F(1), "value/A/I0"),)]
