"""Exact to floating point, once: a model as the arrays that solvers take, in units in which solvers are at ease.

A model mixes share counts, prices, hundreds of millions of money and yes-or-no columns. Each continuous column is
counted in a unit in which it reaches about a thousand, each row in one in which its largest coefficient is about
that: powers of two, so that nothing is rounded twice. (Trial: half the time for GLOP and SCIP on a book of 500 names,
and no row is missed by more than a hundred-millionth of its size.) A second scale is there for what fails on the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import frexp, inf, isfinite

from ortools.math_opt import model_pb2

from solver.model import Column, ColumnKind, Model

REACHES = (10, 4)  # binary digits before the point: of the usual scale, and of the second


@dataclass(frozen=True, slots=True)
class Arrays:
    """`proto`: row i and column j are the i-th and j-th of the model; `units`: what one of column j is worth."""

    proto: model_pb2.ModelProto
    names: tuple[str, ...]
    units: tuple[float, ...]


def arrays(model: Model, heeded: frozenset[ColumnKind], reach: int = REACHES[0]) -> Arrays:
    """The model for MathOpt. `heeded`: the kinds of columns that must be whole."""
    columns = list(model.columns.values())
    index = {column.name: j for j, column in enumerate(columns)}
    whole = [column.kind in heeded for column in columns]
    units = tuple(1.0 if integer else _unit(column, reach) for column, integer in zip(columns, whole, strict=True))
    made = model_pb2.ModelProto()
    made.variables.ids.extend(range(len(columns)))
    made.variables.lower_bounds.extend(_end(c.low, -inf) / u for c, u in zip(columns, units, strict=True))
    made.variables.upper_bounds.extend(_end(c.high, inf) / u for c, u in zip(columns, units, strict=True))
    made.variables.integers.extend(whole)
    _rows(made, model, index, units, reach)
    costs = sorted((index[name], _float(c) * units[index[name]]) for c, name in model.objective)
    made.objective.linear_coefficients.ids.extend([j for j, _ in costs])
    made.objective.linear_coefficients.values.extend([c for _, c in costs])
    made.objective.offset = float(model.offset)
    return Arrays(made, tuple(index), units)


def _rows(
    made: model_pb2.ModelProto, model: Model, index: Mapping[str, int], units: tuple[float, ...], reach: int
) -> None:
    places: list[int] = []
    numbers: list[int] = []
    values: list[float] = []
    for i, row in enumerate(model.rows):
        terms = sorted((index[name], _float(c) * units[index[name]]) for c, name in row.terms)
        unit = 2.0 ** (frexp(max((abs(c) for _, c in terms), default=1.0))[1] - reach)
        places += [i] * len(terms)
        numbers += [j for j, _ in terms]
        values += [c / unit for _, c in terms]
        made.linear_constraints.lower_bounds.append(_end(row.low, -inf) / unit)
        made.linear_constraints.upper_bounds.append(_end(row.high, inf) / unit)
    made.linear_constraints.ids.extend(range(len(model.rows)))
    made.linear_constraint_matrix.row_ids.extend(places)
    made.linear_constraint_matrix.column_ids.extend(numbers)
    made.linear_constraint_matrix.coefficients.extend(values)


def _unit(column: Column, reach: int) -> float:
    ends = (_end(column.low, -inf), _end(column.high, inf))
    farthest = max((abs(end) for end in ends if isfinite(end)), default=1.0)
    return 2.0 ** (frexp(farthest)[1] - reach) if farthest else 1.0


def _float(value: Fraction) -> float:
    return value.numerator / value.denominator


def _end(value: Fraction | None, absent: float) -> float:
    return absent if value is None else _float(value)
