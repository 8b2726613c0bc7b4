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


def tightened(task: Task, model: Model, claimed: Mapping[str, Fraction], trial: Trial) -> list[Row]:
    """Restrictions for the rows whose test changed its truth value between the claim and the trial."""
    near = slice_at(task.bound, task.allowed, claimed, task.sheet)
    at = exact_values(task.bound, trial.point)
    loose = [n for n, q in task.bound.quantities.items() if q.step and (claimed.get(n, ZERO) / q.step).denominator != 1]
    broken = {r.place: r for r in near.requirements if worth(r.expression, task.sheet, at) + r.step > 0}
    rows = {row.name: row for row in model.rows if row.name in broken or row.name.removesuffix("!") in broken}
    margins = {name: max(_one_unit(r.expression, loose, task), _sight(r, claimed, task)) for name, r in broken.items()}
    return [row for name, margin in margins.items() if (row := _tighter(rows, broken[name], margin))]


def _tighter(rows: Mapping[str, Row], broken: Requirement, margin: Fraction) -> Row | None:
    """The row, or its last restriction, with more room."""
    name = f"{broken.place}!" if f"{broken.place}!" in rows else broken.place
    row = rows.get(name)
    if row is None or margin == 0:
        return None
    tighter = replace(row, name=f"{broken.place}!", standing=Standing.RESTRICTION)
    switches = [n for _, n in row.terms if broken.place == n or broken.place.startswith(f"{n}.")]
    if switches:  # where the test is switched off, nothing is asked of it still
        return replace(tighter, terms=tuple((c + margin if n == switches[0] else c, n) for c, n in row.terms))
    assert row.high is not None, "a test is a row with an upper side"
    return replace(tighter, high=row.high - margin)


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
