"""Rows of small obligations, name by name, as docs/rows.md says."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from policy.interval import NOT_NEGATIVE, ZERO, Interval
from policy.ir.bound import (
    All,
    Any,
    Basket,
    Bound,
    Count,
    Deviation,
    Formula,
    Leaf,
    Lin,
    Member,
    Not,
    Objective,
    Obligation,
    Op,
    Outcome,
    Quad,
    TopK,
    Truth,
)
from solver.from_ir import Sides, encode
from solver.model import ColumnKind, Model, Row, Standing
from tests.solver.small import at_most, book, must, of, rule, share, value

F = Fraction
NO_SIDES = Sides()
PASS_WARN = frozenset({Outcome.PASS, Outcome.WARN})


def written(bound: Bound, *obligations: Obligation, **more: object) -> Model:
    return encode(replace(bound, obligations=obligations), sides=NO_SIDES, **more)  # type: ignore[arg-type]  # of encode


def rows(model: Model, source: str) -> dict[str, Row]:
    return {row.name: row for row in model.rows if row.source == source}


def three() -> Bound:
    return book([F(10), F(20), F(50)], [30, 20, 10], cash=100)


def test_a_cap_is_one_exact_row() -> None:
    model = written(three(), must("CAP", at_most(value(0), share(25))))
    (row,) = rows(model, "CAP").values()
    assert (row.name, row.path, row.standing) == ("CAP:0", "0", Standing.EXACT)
    assert {n: c for c, n in row.terms} == {"value/A/I0": 1, "net assets/A": F(-1, 4)}
    assert (row.low, row.high) == (None, 0)
    assert model.searched == {"CAP"}


def test_forms_are_defined_once_and_only_where_they_are_spoken_of() -> None:
    model = written(three(), must("CAP", at_most(value(0), share(25))))
    defined = [row.name for row in model.rows if row.source.startswith("form ")]
    assert len(defined) == len(set(defined))
    assert "form value/A/I0" in defined
    assert "form units/A/I0" in defined
    assert all(row.low == row.high for row in model.rows if row.source.startswith("form "))


def test_a_quantity_counts_its_steps() -> None:
    bound = three()
    half = replace(bound.quantities["buy/A/I0"], step=F(1, 2))
    bound = replace(bound, quantities={**bound.quantities, half.name: half})
    model = written(bound, must("CAP", at_most(value(0), share(25))))
    column = model.columns["buy/A/I0"]
    assert (column.high, column.step, column.kind) == (200, F(1, 2), ColumnKind.INTEGER)
    units = next(row for row in model.rows if row.name == "form units/A/I0")
    assert (F(1, 2), "buy/A/I0") in units.terms


def test_the_last_piece_of_a_lot_makes_its_column_continuous() -> None:
    bound = three()
    odd = replace(bound.quantities["sell/I0.0"], high=F(61, 2))
    model = written(replace(bound, quantities={**bound.quantities, odd.name: odd}))
    assert model.columns["sell/I0.0"].kind is ColumnKind.CONTINUOUS


def test_what_the_box_decides_is_no_row() -> None:
    always = must("ALWAYS", at_most(value(0), Lin(F(10**6))))
    model = written(three(), always, must("NEVER", Leaf(value(0), Op.GE, Lin(F(10**6)))))
    assert not rows(model, "ALWAYS")
    assert rows(model, "NEVER")["NEVER:0"].terms == ()
    assert rows(model, "NEVER")["NEVER:0"].high == -1


def test_a_strict_limit_is_one_lattice_step_away() -> None:
    model = written(three(), must("LESS", at_most(value(1), Lin(F(310)), strict=True)))
    assert rows(model, "LESS")["LESS:0"].high == 300  # shares cost 20: the values below 310 end at 300
    model = written(three(), must("LESS", at_most(value(1), Lin(F(300)), strict=True)))
    assert rows(model, "LESS")["LESS:0"].high == 280


def test_either_or_has_a_binary_for_each_way() -> None:
    low, high = at_most(value(0), share(5)), Leaf(value(1), Op.GE, share(30))
    model = written(three(), must("EITHER", Any((low, high))))
    found = rows(model, "EITHER")
    assert found["EITHER:0"].low == 1
    assert {n for _, n in found["EITHER:0"].terms} == {"EITHER:0.0", "EITHER:0.1"}
    assert all(model.columns[f"EITHER:0.{k}"].kind is ColumnKind.BINARY for k in (0, 1))


def test_a_wider_limit_swallows_a_narrower_one_without_a_binary() -> None:
    model = written(three(), must("WIDE", Any((at_most(value(0), share(5)), at_most(value(0), share(9))))))
    (row,) = rows(model, "WIDE").values()
    assert (F(-9, 100), "net assets/A") in row.terms


def test_a_ladder_is_read_up_to_what_is_allowed() -> None:
    ladder = rule("L", (at_most(value(0), share(5)), Outcome.PASS), (at_most(value(0), share(9)), Outcome.WARN))
    assert (F(-1, 20), "net assets/A") in rows(written(three(), ladder), "L")["L:0"].terms
    assert (F(-9, 100), "net assets/A") in rows(written(three(), ladder, allowed=PASS_WARN), "L")["L:0"].terms


def test_a_forbidden_rung_in_the_way_must_be_false() -> None:
    ladder = rule("L", (at_most(value(0), share(5)), Outcome.CONSENT), (Truth(True), Outcome.PASS))
    (row,) = rows(written(three(), ladder), "L").values()
    assert {n: c for c, n in row.terms}["value/A/I0"] == -1


def test_unknown_satisfies_neither_a_test_nor_its_negation() -> None:
    for formula in (Truth(None), Not(Truth(None))):
        found: Formula = formula
        assert rows(written(three(), must("U", found)), "U")["U:0"].high == -1


def test_a_basket_of_small_members_has_a_tight_relaxation() -> None:
    members = tuple(Member(f"m{k}", value(k), Leaf(value(k), Op.GT, share(5))) for k in range(3))
    model = written(three(), must("B", at_most(Basket(members), share(40))))
    row = rows(model, "B")["B:0.m.0"]
    slack = -next(c for c, name in row.terms if name == "B:0.m.0-")
    net = three().forms["net assets/A"].high
    assert net is not None
    assert slack == net / 20  # 5 % of the base, not the largest possible holding


def test_a_count_needs_proofs_for_what_it_counts() -> None:
    held = tuple((f"m{k}", Leaf(value(k), Op.GT, Lin(ZERO))) for k in range(3))
    model = written(three(), must("C", Leaf(Count(held), Op.GE, Lin(F(2)))))
    found = rows(model, "C")
    assert {f"C:0.m.{k}+" for k in range(3)} <= found.keys()
    assert found["C:0"].high == -2


def test_top_sums_are_linear_from_above() -> None:
    top = TopK(2, tuple((f"v{k}", value(k)) for k in range(3)))
    model = written(three(), must("T", at_most(top, share(60))))
    assert not any(column.kind is ColumnKind.BINARY for column in model.columns.values())
    assert (F(2), "T:0.m^") in rows(model, "T")["T:0"].terms


def test_squares_are_cut_where_they_are_told_and_not_searched_from_below() -> None:
    risk = Quad(((F(1), of("value/A/I0")), (F(2), of("value/A/I1"))))
    at = {"value/A/I0": F(300), "value/A/I1": F(400)}
    model = written(three(), must("Q", at_most(risk, Lin(F(10**5)))), tangents=[at])
    cut = rows(model, "Q")["Q:0.m/0"]
    assert cut.standing is Standing.RELAXATION
    assert {n: c for c, n in cut.terms} == {"Q:0.m#": -1, "value/A/I0": 600, "value/A/I1": 1600}
    assert cut.high == 300**2 + 2 * 400**2
    assert model.cuts[0].place == "Q:0.m"
    below = written(three(), must("Q", Leaf(risk, Op.GE, Lin(F(10**5)))))
    assert below.searched == frozenset()


def test_an_unknown_price_is_taken_at_its_worst_end() -> None:
    bound = book([F(10), Interval(F(4), F(6))], [30, 50], cash=1000)
    model = written(bound, must("CAP", at_most(value(1), Lin(F(240)))))
    assert rows(model, "CAP")["CAP:0"].terms == ((1, "value/A/I1|high"),)
    definition = next(row for row in model.rows if row.name == "form value/A/I1|high")
    assert (F(6), "units/A/I1") in definition.terms
    model = written(bound, must("CAP", at_most(value(1), share(10))))
    assert {n for _, n in rows(model, "CAP")["CAP:0"].terms} == {"value/A/I1|high", "net assets/A|low"}


def test_an_open_price_asks_for_none_to_be_held() -> None:
    bound = book([F(10), NOT_NEGATIVE], [30, 50], cash=1000)
    model = written(bound, must("CAP", at_most(value(1), Lin(F(300)))))
    assert rows(model, "CAP")["CAP:0/?0"].high == 0


def test_all_sides_of_trading_are_rows_when_asked_for() -> None:
    bound = book([F(10)], [30], cash=100, minimum=F(50), specific=False, lots=3)
    sources = {row.name for row in encode(bound).rows if row.source == "domain A"}
    assert {"domain A:cash", "domain A:buy/A/I0/buy", "domain A:buy/A/I0/sell/I0.0"} <= sources
    assert {"domain A:sell/I0.0/done", "domain A:sell/I0.0/next", "domain A:min buy I0/least"} <= sources
    assert {row.name for row in encode(bound, sides=NO_SIDES).rows if row.source == "domain A"} == {"domain A:cash"}


def test_a_deviation_is_split_and_said_of_each_side() -> None:
    bound = three()
    amount = Lin(F(-200), ((F(1), "value/A/I0"),))
    goal = Objective(Lin(ZERO, ((F(1), "buy/A/I0"),)), (Deviation("I0", amount, F(2), F(3)),))
    model = encode(bound, goal, sides=Sides(buys=frozenset({"buy/A/I0"})))
    assert {n: c for c, n in model.objective} == {"buy/A/I0": 1, "deviation I0/over": 2, "deviation I0/under": 3}
    found = rows(model, "objective")
    assert found.keys() == {"deviation I0", *(f"deviation I0/{end}" for end in ("buy", "sell", "over", "under"))}
    assert {n: c for c, n in found["deviation I0/buy"].terms}["domain A:buy/A/I0"] == 100  # 30 · 10 − 200


def test_all_parts_of_an_all_are_required() -> None:
    both = All((at_most(value(0), share(5)), at_most(value(1), share(5))))
    assert rows(written(three(), must("ALL", both)), "ALL").keys() == {"ALL:0.0", "ALL:0.1"}


def test_rows_do_not_depend_on_which_sides_are_written() -> None:
    bound = replace(three(), obligations=(must("CAP", at_most(value(0), share(25))),))
    every, few = encode(bound), encode(bound, sides=NO_SIDES)
    by_name = {row.name: row for row in every.rows}
    assert all(by_name[row.name] == row for row in few.rows)
