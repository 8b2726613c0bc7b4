"""After rounding broke a test: a little more room in that test, and only there.

Each requirement that the claim met and the rounded point misses is tightened by one tradable unit of the instruments
in it that the claim leaves between whole units. Never a row further out, and never by the largest price of the book:
both refuse ordinary portfolios.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from policy.interval import ZERO
from solver.encode.expression import Expression
from solver.model import Model, Row, Standing
from solver.read import Task, Trial, exact_values
from solver.slice import Requirement, slice_at, worth

SEEN = Fraction(1, 10**6)
"""Of a row's size, and of a choice: less than this a backend does not see."""


def tightened(task: Task, model: Model, claimed: Mapping[str, Fraction], trial: Trial) -> Model | None:
    """The model with restrictions for the rows whose test changed its truth value between the claim and the trial;
    None where there is nothing to tighten."""
    near = slice_at(task.bound, task.allowed, claimed, task.sheet)
    at = exact_values(task.bound, trial.point)
    loose = [n for n, q in task.bound.quantities.items() if q.step and (claimed.get(n, ZERO) / q.step).denominator != 1]
    broken = {r.place: r for r in near.requirements if worth(r.expression, task.sheet, at) + r.step > 0}
    rows = {row.name.removesuffix("!"): row for row in model.rows}  # of a test that was tightened before, the last
    found = [_tighter(rows[name], r, _margin(r, loose, claimed, task)) for name, r in broken.items() if name in rows]
    tighter = tuple(row for row in found if row is not None)
    return replace(model, rows=(*model.rows, *tighter)) if tighter else None


def _tighter(row: Row, broken: Requirement, margin: Fraction) -> Row | None:
    """The row with more room between it and its limit; nothing more is asked where its test is switched off."""
    if margin == 0:
        return None
    tighter = replace(row, name=f"{broken.place}!", standing=Standing.RESTRICTION)
    switches = [(c, n) for c, n in row.terms if broken.place == n or broken.place.startswith(f"{n}.")]
    if switches:
        slack, switch = switches[0]
        margin = max(margin, SEEN * 2 * abs(slack))  # a backend takes a choice for made that is almost made
        return replace(tighter, terms=tuple((c + margin if n == switch else c, n) for c, n in row.terms))
    if row.high is None:  # an account's cash is the one test that is written as a floor
        assert row.low is not None, "a test has a limit"
        return replace(tighter, low=row.low + margin)
    return replace(tighter, high=row.high - margin)


def _margin(broken: Requirement, loose: list[str], claimed: Mapping[str, Fraction], task: Task) -> Fraction:
    """Nothing where there is no such room at all: a condition that holds at zero alone."""
    margin = max(_one_unit(broken.expression, loose, task), _sight(broken, claimed, task))
    lowest = task.sheet.box(broken.expression)[0]
    return margin if lowest + broken.step + margin <= 0 else ZERO


def _sight(r: Requirement, claimed: Mapping[str, Fraction], task: Task) -> Fraction:
    """Of a strict test, the least that a backend can tell from nothing; its own step may be smaller."""
    if r.step == 0:
        return ZERO
    terms = (abs(c * claimed.get(name, ZERO)) for name, c in r.expression.terms.items())
    return SEEN * (abs(r.expression.const) + sum(terms, ZERO))


def _one_unit(e: Expression, loose: list[str], task: Task) -> Fraction:
    """How far one unit of each instrument between whole units can push the expression up."""
    effect = task.sheet.expanded(e)[1]
    quantities = task.bound.quantities
    return sum((abs(effect[name]) * (quantities[name].step or 1) for name in loose if name in effect), ZERO)
