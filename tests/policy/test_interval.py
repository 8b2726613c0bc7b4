"""Sums of products, added up as whole numbers: the same as one by one, whatever is not known."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from policy.interval import Interval, Number, between, dot, plus, times

EXACT = st.fractions(-9, 9, max_denominator=7)
CLOSED = st.tuples(EXACT, EXACT).map(lambda ends: between(*sorted(ends)))
OPEN = st.one_of(
    EXACT.map(lambda low: Interval(low, None)),
    EXACT.map(lambda high: Interval(None, high)),
    st.just(Interval(None, None)),
)
NUMBERS = st.one_of(EXACT, EXACT, CLOSED, OPEN)


@given(NUMBERS, st.lists(st.tuples(NUMBERS, NUMBERS), max_size=6))
def test_as_one_by_one(start: Number, pairs: list[tuple[Number, Number]]) -> None:
    one_by_one = start
    for pair in pairs:
        one_by_one = plus(one_by_one, times(*pair))
    assert dot(start, pairs) == one_by_one


def test_of_nothing_it_is_the_start() -> None:
    assert dot(Fraction(3), []) == 3
