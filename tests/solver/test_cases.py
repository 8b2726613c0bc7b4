"""What is said of a case is true of every point in it, whatever the backend does, and no less than what was known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product, repeat
from random import Random

import pytest

from policy.proof.duality import Line, Program
from solver.backend.duals import Failed, NoPoint, Solved
from solver.cases import Bench, bench, bounding, emptying
from solver.certificate import provable
from solver.duality import prepare
from solver.tree import Case, Examine, Fix
from tests.solver.little import Little, best, little

SEEDS = range(150)


def fixings(program: Program) -> Iterator[Fix]:
    """All binaries decided up to some number of them, a case after the one that it is a part of."""
    names = sorted(program.binaries)
    for count in range(len(names) + 1):
        for values in product((0, 1), repeat=count):
            yield tuple(zip(names[:count], values, strict=True))


def examined(examine: Examine, program: Program) -> dict[Fix, Case]:
    found: dict[Fix, Case] = {}
    for fix in fixings(program):
        found[fix] = examine(fix, found.get(fix[:-1]) if fix else None)
    return found


def truth(made: Little, inside: Mapping[str, tuple[int, int]]) -> Fraction | None:
    """The least objective at a point with these columns between these ends."""
    points = (p for p in made.points if all(low <= p[name] <= high for name, (low, high) in inside.items()))
    return best(made.model, tuple(points))


def decided(fix: Fix) -> dict[str, tuple[int, int]]:
    return {name: (value, value) for name, value in fix}


def told(case: Case, least: Fraction | None, *, of_cost: bool) -> None:
    if case.empty:
        assert least is None
    elif of_cost and case.value is not None and least is not None:
        assert case.value <= least


@pytest.mark.parametrize("seed", SEEDS)
def test_a_case_never_says_more_than_its_points_nor_less_than_the_case_above(seed: int) -> None:
    made = little(seed, rows=1 + seed % 6)
    program = provable(made.model)
    for examine, of_cost in ((bounding(bench(program)), True), (emptying(bench(program)), False)):
        cases = examined(examine, program)
        for fix, case in cases.items():
            told(case, truth(made, decided(fix)), of_cost=of_cost)
            above = cases.get(fix[:-1]) if fix else None
            if above is not None and above.value is not None and not case.empty:
                assert case.value is not None
                assert case.value >= above.value, fix


@pytest.mark.parametrize("seed", SEEDS)
def test_boxes_stand_in_place_of_the_program_s_own(seed: int) -> None:
    made = little(seed, rows=1 + seed % 4)
    program, number = provable(made.model), seed % 3
    boxes = {"q0": (Fraction(number), Fraction(number))}
    for examine, of_cost in ((bounding(bench(program), boxes), True), (emptying(bench(program), boxes), False)):
        for fix, case in examined(examine, program).items():
            told(case, truth(made, {**decided(fix), "q0": (number, number)}), of_cost=of_cost)
    boxed = replace(program, boxes={**program.boxes, **boxes})
    one, other = bounding(bench(program), boxes)((), None), bounding(bench(boxed))((), None)
    assert one.empty == other.empty
    assert one.empty or float(one.value or 0) == pytest.approx(float(other.value or 0))


# --- backends that are not to be believed --------------------------------------------------------


class Backend:
    """Says one thing after another, whatever it is asked."""

    def __init__(self, answers: Iterator[Solved | NoPoint | Failed]) -> None:
        self._answers = answers

    def solve(self, boxes: object) -> Solved | NoPoint | Failed:
        return next(self._answers)


def saying(program: Program, answers: Iterator[Solved | NoPoint | Failed]) -> Bench:
    backend = Backend(answers)
    return Bench(prepare(program), lambda: backend, lambda: backend)


def lies(dice: Random, program: Program) -> Iterator[Solved | NoPoint | Failed]:
    while True:
        yield dice.choice((invented(dice, program), NoPoint(), Failed("trouble")))


def invented(dice: Random, program: Program) -> Solved:
    """Multipliers drawn at random, each leaning on a side that its row has."""
    duals = {name: _leaning(dice, line) for name, line in program.rows.items() if dice.random() < 0.6}
    return Solved(Fraction(dice.randint(-9, 9)), duals, {}, {}, min(program.binaries, default=None))


def _leaning(dice: Random, line: Line) -> Fraction:
    size = Fraction(dice.randint(1, 50), dice.choice((1, 4, 64)))
    return size if line.high is None or (line.low is not None and dice.random() < 0.5) else -size


@pytest.mark.parametrize("seed", SEEDS)
def test_made_up_multipliers_prove_nothing_that_is_not_so(seed: int) -> None:
    made = little(seed, rows=1 + seed % 6)
    program = provable(made.model)
    on = saying(program, lies(Random(seed), program))
    for examine, of_cost in ((bounding(on), True), (emptying(on), False)):
        cases = examined(examine, program)
        for fix, case in cases.items():
            told(case, truth(made, decided(fix)), of_cost=of_cost)
            above = cases.get(fix[:-1]) if fix else None
            if of_cost and above is not None and not above.empty and not case.empty and above.value is not None:
                assert case.value is not None
                assert case.value >= above.value


@pytest.mark.parametrize("seed", range(40))
def test_where_the_backend_fails_what_was_known_above_is_kept(seed: int) -> None:
    program = provable(little(seed, rows=4).model)
    failing = saying(program, repeat(Failed("trouble")))
    for real, broken in ((bounding, bounding(failing)), (emptying, emptying(failing))):
        above = real(bench(program))((), None)
        for fix in fixings(program) if not above.empty else ():
            case = broken(fix, above)
            assert (case.fix, case.solved, case.split) == (fix, False, None)
            assert above.value is None or (case.value is not None and case.value >= above.value)
        alone = broken((), None)
        assert (alone.duals, alone.solved) == ({}, False)
