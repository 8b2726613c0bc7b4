"""The tree of cases over a made-up table of bounds: what is opened, in which order, and why it stops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from solver.tree import Case, Examine, Fix, Stop, grow

SWITCHES = ("a", "b", "c")
BOUNDS = {"": 1, "a0": 5, "a1": 2, "a1 b0": 3, "a1 b1": 6, "a1 b0 c0": 7, "a1 b0 c1": 4}


def told(fix: Fix) -> str:
    return " ".join(f"{name}{value}" for name, value in fix)


def table(bounds: Mapping[str, int | None], opened: list[str]) -> Examine:
    """A case is worth what the table says (None: nothing proven), and empty where it says nothing."""

    def examine(fix: Fix, above: Case | None) -> Case:
        opened.append(told(fix))
        assert (above.fix if above else None) == (fix[:-1] if fix else None)
        split = SWITCHES[len(fix)] if len(fix) < len(SWITCHES) else None
        value = bounds.get(told(fix), 0)
        proven = None if value is None else Fraction(value)
        return Case(fix, {}, proven, proven or Fraction(0), told(fix) not in bounds, split, {}, True)

    return examine


@pytest.mark.parametrize(
    ("goal", "leaves", "stop", "kept"),
    [
        (1, 9, Stop.GOAL, [""]),
        (2, 9, Stop.GOAL, ["a1", "a0"]),
        (3, 9, Stop.GOAL, ["a1 b0", "a0", "a1 b1"]),
        (4, 9, Stop.GOAL, ["a1 b0 c1", "a0", "a1 b1", "a1 b0 c0"]),
        (5, 9, Stop.DECIDED, ["a1 b0 c1", "a0", "a1 b1", "a1 b0 c0"]),
        (5, 3, Stop.LEAVES, ["a1 b0", "a0", "a1 b1"]),
        (5, 1, Stop.LEAVES, [""]),
    ],
)
def test_the_weakest_is_opened_until_the_goal(goal: int, leaves: int, stop: Stop, kept: list[str]) -> None:
    tree = grow(table(BOUNDS, []), Fraction(goal), leaves)
    assert (tree.stop, [told(case.fix) for case in tree.cases]) == (stop, kept)


def test_what_is_good_enough_or_empty_is_never_opened() -> None:
    opened: list[str] = []
    tree = grow(table({"": 1, "a1": 2}, opened), Fraction(2), 9)
    assert opened == ["", "a0", "a1"]
    assert [(told(case.fix), case.empty) for case in tree.cases] == [("a1", False), ("a0", True)]


def test_without_a_goal_only_emptiness_ends_it() -> None:
    assert grow(table({"": 9}, []), None, 9).stop is Stop.EMPTY
    assert grow(table({"": 9, "a0": 9}, []), None, 2).stop is Stop.LEAVES
    assert grow(table({}, []), Fraction(1), 0).stop is Stop.EMPTY


def test_a_case_of_which_nothing_is_proven_comes_before_any_bound() -> None:
    tree = grow(table({"": 0, "a0": -5, "a1": None}, []), Fraction(1), 2)
    assert [told(case.fix) for case in tree.cases] == ["a1", "a0"]


def test_where_the_backend_failed_it_says_so() -> None:
    examine = table({"": None}, [])

    def failing(fix: Fix, above: Case | None) -> Case:
        return replace(examine(fix, above), split=None, solved=False)

    assert grow(failing, Fraction(1), 9).stop is Stop.FAILED
