"""Whether a model has a point with given quantities: decided exactly, by z3 over rationals."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import z3

from policy.interval import ZERO
from policy.ir.bound import Bound, Point
from solver.model import Column, ColumnKind, Model, Row


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
    free = {name: z3.Real(name) for name in model.columns if name not in known}
    tests = [test for row in model.rows if not row.source.startswith("form ") for test in _row(row, known, free)]
    if any(test is False for test in tests):
        return False
    solver = z3.Solver()
    solver.add([test for test in tests if test is not True])
    for name, variable in free.items():
        column = model.columns[name]
        if column.kind is ColumnKind.BINARY:
            solver.add(z3.Or(variable == 0, variable == 1))
        else:
            assert column.low is not None
            assert column.high is not None
            solver.add(variable >= _z3(column.low), variable <= _z3(column.high))
    answer = solver.check()
    assert answer != z3.unknown
    return bool(answer == z3.sat)


def _row(row: Row, known: Mapping[str, Fraction], free: Mapping[str, z3.ArithRef]) -> list[z3.BoolRef | bool]:
    const = sum((c * known[n] for c, n in row.terms if n in known), ZERO)
    terms = [_z3(c) * free[n] for c, n in row.terms if n not in known]
    if not terms:
        return [(row.low is None or row.low <= const) and (row.high is None or const <= row.high)]
    total = z3.Sum(terms) + _z3(const)
    above = [] if row.low is None else [total >= _z3(row.low)]
    return above if row.high is None else [*above, total <= _z3(row.high)]


def _within(column: Column, value: Fraction) -> bool:
    return (column.low is None or column.low <= value) and (column.high is None or value <= column.high)


def _z3(value: Fraction) -> z3.RatNumRef:
    return z3.Q(value.numerator, value.denominator)
