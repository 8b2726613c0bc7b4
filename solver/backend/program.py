"""Exact to floating point, once: a model as the arrays that solvers take."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import inf

from ortools.math_opt import model_pb2

from solver.model import ColumnKind, Model


def proto(model: Model, *, whole: bool) -> model_pb2.ModelProto:
    """The model for MathOpt. Row i and column j are the i-th and j-th of the model. `whole`: integer columns are
    integer; otherwise only binaries are, and in a linear program not even these."""
    made = model_pb2.ModelProto()
    columns = model.columns
    index = {name: j for j, name in enumerate(columns)}
    made.variables.ids.extend(range(len(columns)))
    made.variables.lower_bounds.extend(_end(c.low, -inf) for c in columns.values())
    made.variables.upper_bounds.extend(_end(c.high, inf) for c in columns.values())
    heeded = (ColumnKind.BINARY, ColumnKind.INTEGER) if whole else (ColumnKind.BINARY,)
    made.variables.integers.extend(c.kind in heeded for c in columns.values())
    made.linear_constraints.ids.extend(range(len(model.rows)))
    made.linear_constraints.lower_bounds.extend(_end(r.low, -inf) for r in model.rows)
    made.linear_constraints.upper_bounds.extend(_end(r.high, inf) for r in model.rows)
    entries = [(i, index[name], c.numerator / c.denominator) for i, r in enumerate(model.rows) for c, name in r.terms]
    entries.sort(key=_place)
    made.linear_constraint_matrix.row_ids.extend([i for i, _, _ in entries])
    made.linear_constraint_matrix.column_ids.extend([j for _, j, _ in entries])
    made.linear_constraint_matrix.coefficients.extend([c for _, _, c in entries])
    costs = sorted((index[name], c.numerator / c.denominator) for c, name in model.objective)
    made.objective.linear_coefficients.ids.extend([j for j, _ in costs])
    made.objective.linear_coefficients.values.extend([c for _, c in costs])
    made.objective.offset = float(model.offset)
    return made


def _place(entry: tuple[int, int, float]) -> tuple[int, int]:
    return entry[0], entry[1]


def _end(value: Fraction | None, absent: float) -> float:
    return absent if value is None else value.numerator / value.denominator


def point(hint: Mapping[str, Fraction], model: Model) -> tuple[list[int], list[float]]:
    """A hint as ids and values of columns."""
    known = [(j, float(hint[name])) for j, name in enumerate(model.columns) if name in hint]
    return [j for j, _ in known], [value for _, value in known]
