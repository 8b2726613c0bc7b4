"""A bound rule book as a mathematical program: the second reading of the obligations (docs/rows.md).

The judge evaluates an obligation at a point; here the same obligation becomes columns and rows, with nothing
tightened. Margins, chosen sides and other guesses are added elsewhere, as restrictions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from policy.interval import ZERO
from policy.ir.bound import Bound, Form, Lin, Objective, Obligation, Outcome, Quantity
from policy.ir.meaning import Values
from solver.encode import domain, goal
from solver.encode.expression import Expression
from solver.encode.normal import needed
from solver.encode.rows import Draft, require
from solver.encode.sheet import ONE, Sheet, blank
from solver.model import Column, ColumnKind, Model, Row, Standing
from solver.orders import positions
from solver.scale import in_steps

PASS_ONLY = frozenset({Outcome.PASS})
NO_OBJECTIVE = Objective(Lin(ZERO), ())


@dataclass(frozen=True, slots=True)
class Sides:
    """Which either-or conditions of trading to write: None for all, or the quantities (`buys`) and instruments
    that need them. Leaving them out is a relaxation."""

    buys: frozenset[str] | None = frozenset()
    ordered: frozenset[str] | None = frozenset()  # what relief names: sales or covers of an instrument
    least: frozenset[str] | None = frozenset()  # instruments with a minimum trade


ALL_SIDES = Sides(None, None, None)


def encode(
    bound: Bound,
    objective: Objective = NO_OBJECTIVE,
    allowed: frozenset[Outcome] = PASS_ONLY,
    *,
    sides: Sides = ALL_SIDES,
    tangents: Sequence[Values] = (),
    sheet: Sheet | None = None,
) -> Model:
    """The program whose points are the compliant points. `allowed`: the outcomes that may be used; `tangents`:
    the values of quantities and forms at points where squares are cut; `sheet`: of the same bound book, so that
    what it has read already need not be read again."""
    sheet = blank(bound) if sheet is None else replace(sheet, added={}, cuts=[])
    rows: list[Row] = []
    searched: set[str] = set()
    for obligation in bound.obligations:
        written, whole = _obligation(obligation, allowed, sheet, tangents)
        rows += written
        if whole:
            searched.add(obligation.id)
    held = positions(bound)
    for each in bound.domains:
        rows += domain.cash(each, sheet).rows
        rows += domain.crossing(each, sheet, sides.buys).rows
        rows += domain.relief(each, sheet, sides.ordered).rows
        rows += domain.minimum(each, held, sheet, sides.least).rows
    wanted, total = goal.objective(objective, bound.domains, sheet, sides.buys)
    rows += wanted.rows
    cost = sheet.counted(total)
    rows = _definitions(bound.forms, sheet, rows, cost) + rows
    used = {name for row in rows for _, name in row.terms}
    cuts = tuple(sheet.cuts)
    return Model(_columns(bound, sheet, used), tuple(rows), cost, total.const, frozenset(searched), cuts)


def _obligation(
    obligation: Obligation, allowed: frozenset[Outcome], sheet: Sheet, tangents: Sequence[Values]
) -> tuple[list[Row], bool]:
    draft = Draft(sheet, obligation.id, tangents)
    node, tight = needed(obligation, allowed, sheet)
    require(node, f"{obligation.id}:0", None, draft)
    if tight and draft.whole:
        return draft.rows, True
    return [replace(row, standing=Standing.RELAXATION) for row in draft.rows], False


# --- definitions and columns ---------------------------------------------------------------------


def _definitions(
    forms: Mapping[str, Form], sheet: Sheet, rows: Iterable[Row], cost: Iterable[tuple[Fraction, str]]
) -> list[Row]:
    """A row for each form, or end of a form, that is spoken of; earlier forms first."""
    wanted = {name for row in rows for _, name in row.terms} | {name for _, name in cost}
    found: list[Row] = []
    for form in reversed(list(forms.values())):
        for name, definition in _meanings(form, sheet, wanted):
            draft = Draft(sheet, f"form {name}")
            draft.equal(f"form {name}", Expression(definition.const, {**definition.terms, name: -ONE}))
            found += draft.rows
            wanted.update(definition.terms)
    return found[::-1]


def _meanings(form: Form, sheet: Sheet, wanted: set[str]) -> Iterable[tuple[str, Expression]]:
    if form.name not in sheet.inexact:
        if form.name in wanted:
            yield form.name, sheet.definition(form.name)
        return
    for label in (f"{form.name}|high", f"{form.name}|low"):
        if label in wanted:
            yield label, sheet.meaning[label]


def _columns(bound: Bound, sheet: Sheet, used: set[str]) -> dict[str, Column]:
    columns = {name: _quantity(quantity) for name, quantity in bound.quantities.items()}
    for form in bound.forms.values():
        for name in (form.name, f"{form.name}|low", f"{form.name}|high"):
            if name in used and (name == form.name or name in sheet.meaning):
                columns[name] = Column(name, ColumnKind.CONTINUOUS, *sheet.boxes[name])
    return columns | sheet.added


def _quantity(q: Quantity) -> Column:
    if q.step is None:
        return Column(q.name, ColumnKind.CONTINUOUS, q.low, q.high)
    low, high = in_steps(q, q.low), in_steps(q, q.high)
    whole = low.denominator == 1 and high.denominator == 1
    return Column(q.name, ColumnKind.INTEGER if whole else ColumnKind.CONTINUOUS, low, high, q.step)
