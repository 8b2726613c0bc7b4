"""Linear expressions, their boxes and their lattices."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from solver.encode.expression import Expression, added, box, common, strict_step

F = Fraction
rationals = st.fractions(min_value=-1000, max_value=1000, max_denominator=60)
expressions = st.builds(
    Expression, rationals, st.dictionaries(st.sampled_from("abc"), rationals.filter(bool), max_size=3)
)
points = st.fixed_dictionaries(dict.fromkeys("abc", rationals))


def at(e: Expression, point: dict[str, Fraction]) -> Fraction:
    return e.const + sum(c * point[name] for name, c in e.terms.items())


@given(expressions, rationals, expressions, points)
def test_a_sum_is_worth_the_sum(a: Expression, factor: Fraction, b: Expression, point: dict[str, Fraction]) -> None:
    total = added(a, factor, b)
    assert at(total, point) == at(a, point) + factor * at(b, point)
    assert all(total.terms.values())


def test_what_is_infinite_stays_infinite_unless_it_counts_for_nothing() -> None:
    open_end = Expression(F(0), {"a": F(1)}, ((1, "t", ""),), exact=False)
    assert added(Expression(F(1), {}), F(2), open_end).opens == ((1, "t", ""),)
    assert added(Expression(F(1), {}), F(0), open_end).opens == ()
    assert not added(Expression(F(1), {"b": F(1)}), F(2), open_end).exact


@given(expressions, points, points)
def test_a_value_lies_in_its_box(e: Expression, low: dict[str, Fraction], high: dict[str, Fraction]) -> None:
    boxes = {name: (min(low[name], high[name]), max(low[name], high[name])) for name in "abc"}
    bottom, top = box(e, boxes)
    corners = [at(e, {n: boxes[n][i >> k & 1] for k, n in enumerate("abc")}) for i in range(8)]
    assert min(corners) == bottom
    assert max(corners) == top


@given(rationals, rationals)
def test_the_common_divisor_divides_both_and_nothing_larger_does(a: Fraction, b: Fraction) -> None:
    g = common((a, b))
    if a == b == 0:
        assert g == 0
        return
    assert (a / g).denominator == (b / g).denominator == 1
    assert common((a / g, b / g)) == 1


@given(rationals, rationals.map(abs).filter(bool))
def test_a_strict_step_is_the_next_value_below_zero(offset: Fraction, g: Fraction) -> None:
    step = strict_step((offset, g))
    assert 0 < step <= g
    assert ((-step - offset) / g).denominator == 1
    assert step == g - offset % g if offset % g else step == g
    assert floor(-offset / g) * g + offset <= 0


def test_without_a_lattice_there_is_no_step() -> None:
    assert strict_step(None) == 0
    assert strict_step((F(3), F(0))) == 0
