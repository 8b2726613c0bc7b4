"""A judged repair by single units, for what rounding in a slice could not mend.

Every step moves one unit of one instrument. A move is taken only if no obligation ends worse than before and what
fails comes closer; the judge is asked about every move, and the first that helps is taken. Bounded in questions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from policy.interval import ZERO, low
from policy.ir import meaning
from policy.ir.bound import Kind, Point, Quantity
from policy.judge.eval import measured
from solver.certify import flaws, outcomes
from solver.orders import settled
from solver.read import Task, Trial, tried

ONE = Fraction(1)
QUESTIONS = 4_000
"""Obligations asked about in all: a small book is searched far, a large one hardly."""


@dataclass(frozen=True, slots=True)
class Score:
    """How a point fails: the outcome of every obligation, and how much is missed in all, by leaf, as a share."""

    point: Point
    ranks: tuple[int, ...]
    flaws: int
    missed: Fraction


def mended(task: Task, trial: Trial) -> Trial:
    """The trial after moves that each make it fail less."""
    here, left = _scored(task, trial.point), QUESTIONS
    while left > 0 and (here.missed or here.flaws):
        for point in _neighbours(task, here.point):
            left -= max(1, len(here.ranks))
            option = _scored(task, point)
            if _no_worse(option, here):
                here = option
                break
            if left <= 0:
                break
        else:
            break
    return tried(task, here.point)


def _badness(score: Score) -> tuple[int, int, Fraction]:
    return score.flaws, sum(score.ranks), score.missed


def _no_worse(option: Score, here: Score) -> bool:
    """No obligation ends worse, no new flaw, and something is better."""
    kept = all(after <= before for after, before in zip(option.ranks, here.ranks, strict=True))
    return kept and option.flaws <= here.flaws and _badness(option) < _badness(here)


def _scored(task: Task, point: Point) -> Score:
    point = settled(task.bound, point, task.booking)
    at = meaning.values(task.bound.forms, point)
    said = outcomes(task.bound, at)
    missed = ZERO
    for obligation, outcome in zip(task.bound.obligations, said, strict=True):
        if outcome not in task.allowed:
            shown = measured(obligation.ladder[0].formula, task.bound, at)
            room = None if shown is None else low(shown.headroom)
            missed += ONE if room is None else ONE / 2**60 + max(ZERO, -room) / (abs(room) + 1)
    return Score(point, tuple(o.rank for o in said), len(flaws(task.bound, point, at)), missed)


def _neighbours(task: Task, point: Point) -> Iterable[Point]:
    """One unit more or less of one quantity."""
    for quantity in task.bound.quantities.values():
        if quantity.kind is Kind.RESIDUE or quantity.step is None:
            continue
        here = point.get(quantity.name, ZERO)
        for amount in _around(quantity, here):
            yield {**point, quantity.name: amount}


def _around(quantity: Quantity, here: Fraction) -> Iterable[Fraction]:
    assert quantity.step is not None
    more = (here // quantity.step + 1) * quantity.step
    less = -(-here // quantity.step) * quantity.step - quantity.step
    if here < quantity.high:
        yield min(more, quantity.high)
    if here > quantity.low:
        yield max(less, quantity.low)
