"""The fast judge at its edges: odd points, odd names, nothing at all; and what can be read from its answers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from policy.interval import ZERO, Interval
from policy.ir.bound import Any, Form, Leaf, Lin, Op, Outcome, Quad, Rung, TopK, Truth
from policy.judge import fast
from policy.judge.eval import judge
from tests.policy.judge.test_fills import ALL, BUY, NEW, OLD, ONE, TEN, at_most, book
from tests.worlds.worlds import world


def test_nothing_to_judge() -> None:
    empty = replace(book(at_most(1), coefficients={BUY: ONE}), obligations=())
    answers = fast.judge_fast(fast.tables(empty), ALL)
    assert (answers.outcome, fast.nearest(answers), fast.headrooms(answers)) == (Outcome.PASS, [], {})
    assert fast.verdict(answers) == judge(empty, ALL)


def test_points_off_the_lattice_and_outside_the_box() -> None:
    """A seventh of a share, minus three shares, a quantity that does not exist: exact all the same."""
    bound = book(at_most(5), coefficients={BUY: Fraction(1, 3), OLD: -TEN})
    tables = fast.tables(bound)
    for point in ({BUY: Fraction(105, 7)}, {BUY: Fraction(106, 7)}, {OLD: Fraction(-3)}, {"buy/B/Z": ONE}, {BUY: ZERO}):
        assert fast.verdict(fast.judge_fast(tables, point)) == judge(bound, point)


def test_a_name_that_nothing_defines_is_worth_what_the_point_says() -> None:
    odd = Leaf(Lin(ZERO, ((ONE, "g"), (ONE, "nowhere"))), Op.LE, Lin(Fraction(5)))
    bound = book(odd, coefficients={BUY: ONE})
    tables = fast.tables(bound)
    for point in ({BUY: TEN}, {BUY: ONE, "nowhere": TEN}, {"nowhere": ONE}):
        assert fast.verdict(fast.judge_fast(tables, point)) == judge(bound, point)


def test_a_missing_fact_sends_one_obligation_to_the_reference_and_no_other() -> None:
    bound = book(at_most(5), coefficients={BUY: ONE})
    vague = Form("h", ZERO, ((Interval(ZERO, ONE), OLD),), None, None)
    second = replace(bound.obligations[0], id="rule/2", ladder=(Rung(_about("h"), Outcome.PASS),))
    both = replace(bound, forms={**bound.forms, "h": vague}, obligations=(*bound.obligations, second))
    tables = fast.tables(both)
    assert list(tables.slow) == [1]
    for point in ({}, ALL, {OLD: TEN}, {OLD: Fraction(3), NEW: ONE}):
        assert fast.verdict(fast.judge_fast(tables, point)) == judge(both, point)


def _about(form: str) -> Leaf:
    return Leaf(Lin(ZERO, ((ONE, form),)), Op.LE, Lin(Fraction(5)))


def test_squares_on_either_side_or_both() -> None:
    root, nine = Lin(ZERO, ((Fraction(1, 3), "g"),)), Quad(((Fraction(1, 2), Lin(Fraction(3))),))
    sides = (Quad(((ONE, root),)), Lin(Fraction(4)), nine)
    for measure in sides:
        for limit in sides:
            for op in Op:
                bound = book(Leaf(measure, op, limit), coefficients={BUY: Fraction(1, 7)})
                tables = fast.tables(bound)
                assert not tables.slow
                for bought in (ZERO, Fraction(42), Fraction(43), Fraction(85, 2)):
                    point = {BUY: bought}
                    assert fast.verdict(fast.judge_fast(tables, point)) == judge(bound, point)


def test_sums_of_none_and_of_more_than_there_are() -> None:
    values = tuple((name, Lin(ZERO, ((ONE, name),))) for name in (BUY, OLD))
    for k in (0, 1, 5):
        bound = book(Leaf(TopK(k, values), Op.LT, Lin(TEN)), coefficients={BUY: ONE, OLD: ONE})
        tables = fast.tables(bound)
        for point in ({}, {BUY: TEN}, ALL):
            assert fast.verdict(fast.judge_fast(tables, point)) == judge(bound, point)


def test_a_rule_without_numbers_is_never_nearer_than_one_with() -> None:
    bound = book(Truth(True), coefficients={BUY: ONE})
    second = replace(bound.obligations[0], id="rule/2", ladder=(Rung(Any((at_most(100),)), Outcome.PASS),))
    answers = fast.judge_fast(fast.tables(replace(bound, obligations=(*bound.obligations, second))), {})
    assert fast.nearest(answers) == [1]


def test_headrooms_are_those_of_the_first_limits() -> None:
    for seed in range(20):
        made = world(seed)
        answers = fast.judge_fast(fast.tables(made.bound), made.points[1])
        rooms = fast.headrooms(answers)
        for place, finding in enumerate(judge(made.bound, made.points[1]).findings):
            rule, row = answers.tables.at[place]
            numerator, denominator = (side[row] for side in rooms[answers.tables.rules[rule].rule])
            if denominator and finding.within and finding.deciding is not None:
                assert Fraction(numerator, denominator) == finding.deciding.headroom
