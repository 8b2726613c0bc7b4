"""Values that are packed come back as they were, and what is one object in them is one again."""

from __future__ import annotations

from fractions import Fraction
from operator import itemgetter

from policy.interval import Interval
from policy.judge.packed import packed, unpacked
from tests.worlds.worlds import world


def test_values_come_back_as_they_were() -> None:
    for seed in range(20):
        bound = world(seed).bound
        assert unpacked(packed((bound.obligations, bound.forms))) == (bound.obligations, bound.forms)
    for value in (Fraction(-7, 3), Interval(None, Fraction(1, 3)), None, {"a": (True, 10**40)}):
        assert unpacked(packed(value)) == value


def test_what_is_one_object_is_one_again() -> None:
    """Columns are asked once, however many others they stand in: that goes by what they are, not by what is equal."""
    shared = Interval(Fraction(1), None)
    one, other, twin = unpacked(packed((shared, shared, Interval(Fraction(1), None))))
    assert one is other
    assert one is not twin
    assert unpacked(packed(itemgetter(slice(1, 3))))([7, 8, 9]) == [8, 9]
