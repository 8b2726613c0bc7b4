"""Whether a model has a point with given quantities: decided exactly, switch by switch, over rationals."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from policy.interval import ZERO
from policy.ir.bound import Bound, Point
from solver.model import Column, ColumnKind, Model, Row

Box = tuple[Fraction, Fraction]
Limits = tuple[dict[str, Fraction], Fraction | None, Fraction | None]
"""Coefficients of the columns that are left open, and what they may sum to."""


class Line(NamedTuple):
    """const + Σ coefficient · column, which may not be negative."""

    const: Fraction
    terms: dict[str, Fraction]


def columns_at(model: Model, bound: Bound, point: Point) -> dict[str, Fraction]:
    """Quantities in steps, and every defined column: what the point settles."""
    known = {name: point.get(name, ZERO) / (q.step or 1) for name, q in bound.quantities.items()}
    for row in model.rows:
        if row.source.startswith("form "):
            name = row.source.removeprefix("form ")
            assert row.low is not None
            known[name] = sum((c * known[n] for c, n in row.terms if n != name), -row.low)
    return known


def outside_its_box(model: Model, known: Mapping[str, Fraction]) -> list[str]:
    """Columns whose box the point leaves: never, for a point inside the boxes of its quantities."""
    return [n for n, value in known.items() if n in model.columns and not _within(model.columns[n], value)]


def has_point(model: Model, known: Mapping[str, Fraction]) -> bool:
    """Whether values of the other columns satisfy every row."""
    free = {name: _box(column) for name, column in model.columns.items() if name not in known}
    switches = tuple(name for name in free if model.columns[name].kind is ColumnKind.BINARY)
    rows = [_at(row, known) for row in model.rows if not row.source.startswith("form ")]
    return _some_switching(rows, free, switches)


def _box(column: Column) -> Box:
    assert column.low is not None
    assert column.high is not None
    assert column.kind is not ColumnKind.INTEGER
    return column.low, column.high


def _at(row: Row, known: Mapping[str, Fraction]) -> Limits:
    const = sum((c * known[n] for c, n in row.terms if n in known), ZERO)
    terms = {n: c for c, n in row.terms if n not in known}
    return terms, None if row.low is None else row.low - const, None if row.high is None else row.high - const


def _some_switching(rows: list[Limits], boxes: Mapping[str, Box], switches: tuple[str, ...]) -> bool:
    """Switches one by one, where the boxes of what is left open do not rule a row out."""
    if not all(_possible(row, boxes) for row in rows):
        return False
    if not switches:
        return _some_point(rows, boxes)
    first, *rest = switches
    return any(_some_switching(rows, {**boxes, first: (at, at)}, tuple(rest)) for at in (ZERO, Fraction(1)))


def _possible(row: Limits, boxes: Mapping[str, Box]) -> bool:
    terms, low, high = row
    least = sum((c * boxes[n][c < 0] for n, c in terms.items()), ZERO)
    most = sum((c * boxes[n][c > 0] for n, c in terms.items()), ZERO)
    return (low is None or low <= most) and (high is None or least <= high)


def _some_point(rows: list[Limits], boxes: Mapping[str, Box]) -> bool:
    """The dual simplex method over rationals, without an objective and with the least index first, so that it ends."""
    open_ = {name: low for name, (low, high) in boxes.items() if low < high}
    slack = {f"{name} up": Line(boxes[name][1] - low, {name: Fraction(-1)}) for name, low in open_.items()}
    for number, (terms, low, high) in enumerate(rows):
        at = sum((c * boxes[n][0] for n, c in terms.items()), ZERO)
        inner = {n: c for n, c in terms.items() if n in open_}
        if low is not None:
            slack[f"{number} low"] = Line(at - low, inner)
        if high is not None:
            slack[f"{number} high"] = Line(high - at, {n: -c for n, c in inner.items()})
    while broken := min((name for name, line in slack.items() if line.const < 0), default=None):
        const, terms = slack.pop(broken)
        entering = min((n for n, c in terms.items() if c > 0), default=None)
        if entering is None:
            return False
        pivot = terms.pop(entering)
        solved = Line(-const / pivot, {broken: 1 / pivot, **{n: -c / pivot for n, c in terms.items()}})
        slack = {name: _with(line, entering, solved) for name, line in slack.items()}
        slack[entering] = solved
    return True


def _with(line: Line, name: str, solved: Line) -> Line:
    factor = line.terms.get(name)
    if not factor:
        return line
    sums = {n: c for n, c in line.terms.items() if n != name}
    for n, c in solved.terms.items():
        sums[n] = sums.get(n, ZERO) + factor * c
    return Line(line.const + factor * solved.const, {n: c for n, c in sums.items() if c})


def _within(column: Column, value: Fraction) -> bool:
    return (column.low is None or column.low <= value) and (column.high is None or value <= column.high)
