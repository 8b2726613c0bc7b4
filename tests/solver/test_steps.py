"""The steps between a claim and a point: sides, restrictions, slices, rounding, tightening, repair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from policy.interval import ZERO
from policy.ir.bound import Any, Basket, Bound, Leaf, Lin, Member, Objective, Op, Quad
from solver.backend.mathopt import glop, scip
from solver.claim import Claim, Limits
from solver.encode.sheet import blank
from solver.from_ir import PASS_ONLY, Sides, encode
from solver.model import ColumnKind, Model
from solver.orders import no_residue, positions
from solver.read import Task, Trial, read, tried
from solver.repair import mended
from solver.restrict import clear_choices, eased, held, restricted
from solver.sides import settle, unsettled
from solver.slice import slice_at, worth
from solver.tighten import tightened
from tests.solver.small import at_most, book, must, of, share, value

F = Fraction
NOWHERE = Objective(Lin(ZERO), ())


def task(bound: Bound) -> Task:
    return Task(bound, NOWHERE, PASS_ONLY, no_residue, blank(bound))


def values(bound: Bound, **point: Fraction) -> dict[str, Fraction]:
    """All columns at a point; `buy_A_I0` stands for `buy/A/I0`, `sell_I0_0` for `sell/I0.0`."""
    chosen = {n: point.get(n.replace("/", "_").replace(".", "_"), ZERO) for n in bound.quantities}
    found: dict[str, Fraction] = dict(chosen)
    for name, form in bound.forms.items():
        assert isinstance(form.const, Fraction)
        found[name] = form.const + sum(c * found[n] for c, n in form.terms if isinstance(c, Fraction))
    return found


# --- sides ---------------------------------------------------------------------------------------


def test_the_side_of_the_net_trade_is_kept() -> None:
    bound = book([F(10)], [30], lots=2)
    amounts = {"buy/A/I0": F(5), "sell/I0.0": F(15), "sell/I0.1": F(1)}
    assert unsettled(bound, positions(bound), amounts)
    assert [(row.terms[0][1], row.high) for row in settle(bound, positions(bound), amounts)] == [("buy/A/I0", 0)]
    assert not unsettled(bound, positions(bound), {"buy/A/I0": F(5)})


def test_lots_are_used_up_in_their_order() -> None:
    bound = book([F(10)], [30], lots=3, specific=False)
    made = settle(bound, positions(bound), {"sell/I0.2": F(10), "sell/I0.1": F(4)})
    rows = {row.terms[0][1]: (row.low, row.high) for row in made}
    assert rows["sell/I0.0"] == (10, None)
    assert rows["sell/I0.2"] == (None, 0)
    assert "sell/I0.1" not in rows


def test_a_small_order_is_dropped_or_made_worth_placing() -> None:
    bound = book([F(10)], [0], minimum=F(100))
    held_by = positions(bound)
    (dropped,) = settle(bound, held_by, {"buy/A/I0": F(4)})
    assert dropped.high == 0
    (raised,) = settle(bound, held_by, {"buy/A/I0": F(6)})
    assert raised.low == 10


# --- restrictions --------------------------------------------------------------------------------


def basket_book() -> Bound:
    bound = book([F(10), F(10), F(10)], [50, 40, 10])
    members = tuple(Member(f"m{k}", value(k), Leaf(value(k), Op.GT, share(25))) for k in range(3))
    return replace(bound, obligations=(must("B", at_most(Basket(members), share(60))),))


def test_clear_choices_are_made_and_close_ones_left() -> None:
    model = encode(basket_book(), sides=Sides())
    claimed = {**dict.fromkeys(model.columns, ZERO), **values(basket_book(), sell_I1_0=F(15))}
    made = {row.terms[0][1]: row.low for row in clear_choices(model, claimed)}
    assert made == {"B:0.m.0-": 0, "B:0.m.2-": 1}  # the second name is at its threshold
    light = eased(model, claimed)
    assert {n for n, c in light.columns.items() if c.kind is ColumnKind.BINARY} == {"B:0.m.0-", "B:0.m.1-"}


def test_a_restriction_on_one_column_is_its_box() -> None:
    model = encode(basket_book(), sides=Sides())
    smaller = restricted(model, [held("buy/A/I0", None, F(3)), held("buy/A/I0", F(1), None)])
    assert (smaller.columns["buy/A/I0"].low, smaller.columns["buy/A/I0"].high) == (1, 3)
    assert smaller.rows == model.rows


# --- slices --------------------------------------------------------------------------------------


def test_a_slice_takes_the_way_that_is_missed_least() -> None:
    bound = book([F(10), F(20)], [60, 20])
    ways = Any((at_most(value(0), Lin(F(100))), at_most(value(1), Lin(F(390)))))
    bound = replace(bound, obligations=(must("E", ways),))
    near = slice_at(bound, PASS_ONLY, values(bound), blank(bound))
    assert [r.place for r in near.requirements if r.obligation == "E"] == ["E:0.1"]
    assert near.missed > 0


def test_a_slice_counts_a_member_until_it_is_outside() -> None:
    bound = basket_book()
    before = slice_at(bound, PASS_ONLY, values(bound), blank(bound))
    total = next(r for r in before.requirements if r.place == "B:0")
    assert total.expression.terms.keys() == {"value/A/I0", "value/A/I1", "net assets/A"}
    after = slice_at(bound, PASS_ONLY, values(bound, sell_I1_0=F(15)), blank(bound))
    total = next(r for r in after.requirements if r.place == "B:0")
    assert total.expression.terms.keys() == {"value/A/I0", "net assets/A"}
    assert any(r.place == "B:0.m.1-" for r in after.requirements)


def test_squares_are_their_tangent_at_the_point() -> None:
    bound = book([F(10)], [30])
    risk = Quad(((F(2), of("value/A/I0")),))
    bound = replace(bound, obligations=(must("Q", at_most(risk, Lin(F(10**5)))),))
    near = slice_at(bound, PASS_ONLY, values(bound), blank(bound))
    requirement = next(r for r in near.requirements if r.obligation == "Q")
    assert worth(requirement.expression, near.sheet, values(bound)) == 2 * 300**2 - 10**5


# --- reading, tightening, mending ----------------------------------------------------------------


def claimed(bound: Bound, goal: Objective) -> tuple[Model, Mapping[str, Fraction]]:
    model = encode(bound, goal, sides=Sides())
    claim = (scip if any(c.kind is ColumnKind.BINARY for c in model.columns.values()) else glop)(model, Limits())
    assert isinstance(claim, Claim)
    return model, claim.values


@given(st.integers(0, 59), st.integers(1, 40))
def test_what_is_read_is_whole_and_affordable(sold: int, price: int) -> None:
    bound = book([F(10), F(price)], [60, 20], cash=3)
    amounts = values(bound, sell_I0_0=F(sold) + F(1, 3), buy_A_I1=min(F(100), (10 * sold + F(10, 3) + 3) / price))
    trial = read(task(bound), amounts)
    assert trial is not None
    assert trial.passes
    assert trial.point.get("sell/I0.0", ZERO) == sold + 1
    assert trial.point.get("buy/A/I1", ZERO) >= amounts["buy/A/I1"] // 1


def test_rounding_that_would_break_a_cliff_is_mended_in_its_slice() -> None:
    bound = basket_book()
    _, amounts = claimed(bound, Objective(Lin(ZERO, ((F(1), "sell/I1.0"),)), ()))
    trial = read(task(bound), amounts)
    assert trial is not None
    assert trial.passes


def test_only_the_test_that_rounding_broke_is_tightened() -> None:
    bound = book([F(10), F(7)], [60, 20], cash=3)
    caps = must("CAP", at_most(value(0), Lin(F(333)))), must("FAR", at_most(value(1), Lin(F(900))))
    bound = replace(bound, obligations=caps)
    model = encode(bound, sides=Sides())
    amounts = values(bound, sell_I0_0=F(267, 10))
    failed = tried(task(bound), {"sell/I0.0": F(26)})
    tighter = tightened(task(bound), model, amounts, failed)
    assert tighter is not None
    *others, row = tighter.rows
    assert tuple(others) == model.rows
    assert row.name == "CAP:0!"
    assert row.high == 333 - 10  # one share of what is between whole shares


def test_repair_moves_units_until_the_judge_is_content() -> None:
    bound = book([F(10), F(7)], [60, 20], cash=3)
    bound = replace(bound, obligations=(must("CAP", at_most(value(0), Lin(F(333)))),))
    trial: Trial = mended(task(bound), tried(task(bound), {"sell/I0.0": F(24)}))
    assert trial.passes
    assert trial.point["sell/I0.0"] == 27
