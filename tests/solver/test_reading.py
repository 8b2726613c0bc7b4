"""The sum by which an impossibility is told holds at every point that orders could reach."""

from __future__ import annotations

from fractions import Fraction

import pytest

from policy.ir.bound import Outcome
from solver.certificate import Subject, impossibility, provable
from solver.model import Row
from solver.reading import Reading, read
from tests.solver.little import Little, Point, little

SUBJECT = Subject(frozenset({Outcome.PASS}), None)


def told(seed: int) -> tuple[Little, tuple[Reading, ...]]:
    """A model, and the readings of its impossibility; none where nothing was proven."""
    made = little(seed, rows=3 + seed % 6)
    proof = impossibility(made.model, SUBJECT)
    rows = provable(made.model).rows
    sources = {row.name: row.source for row in made.model.rows}
    units = {name: f"unit of {name}" for number, name in enumerate(rows) if number % 3}
    return made, () if proof is None else read(provable(made.model), sources, units, proof)


TOLD = [pair for pair in map(told, range(200)) if pair[1]]


def asked(row: Row, multiplier: Fraction, at: Point) -> Fraction:
    """How much more than the row has at this point."""
    side = row.low if multiplier > 0 else row.high
    assert side is not None
    return multiplier * (side - sum((a * at[name] for a, name in row.terms), Fraction(0)))


def test_there_are_enough_of_them() -> None:
    assert len(TOLD) > 50
    assert sum(len(readings) > 1 for _, readings in TOLD) > 2


@pytest.mark.parametrize(("made", "readings"), TOLD)
def test_no_point_of_the_case_gives_what_is_asked(made: Little, readings: tuple[Reading, ...]) -> None:
    """What is missing there is `short` at the least: the points are whole, the proof is of divisible units too."""
    rows = {row.name: row for row in made.model.rows}
    for reading in readings:
        assert reading.short > 0
        for at in made.points:
            if all(at[name] == value for name, value in reading.fix):
                missing = sum(asked(rows[part.row], part.multiplier, at) for part in reading.parts)
                assert missing >= reading.short
    assert all(any(all(at[n] == v for n, v in r.fix) for r in readings) for at in made.points)


@pytest.mark.parametrize(("made", "readings"), TOLD)
def test_each_part_asks_for_what_the_book_lacks_when_nothing_is_ordered(
    made: Little, readings: tuple[Reading, ...]
) -> None:
    rows = {row.name: row for row in made.model.rows}
    nothing = {**made.points[0], "off/over": Fraction(0), "off/under": Fraction(0)}
    for reading in readings:
        for part in reading.parts:
            assert part.source == rows[part.row].source
            assert part.asks == asked(rows[part.row], part.multiplier, nothing)
        sizes = [abs(part.asks) for part in reading.parts]
        assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(("made", "readings"), TOLD)
def test_the_sum_is_in_the_unit_of_the_limit_that_counts_once(made: Little, readings: tuple[Reading, ...]) -> None:
    limits = {name for number, name in enumerate(provable(made.model).rows) if number % 3}
    for reading in readings:
        once = {f"unit of {part.row}" for part in reading.parts if abs(part.multiplier) == 1 and part.row in limits}
        assert reading.unit in once if once else reading.unit == ""
