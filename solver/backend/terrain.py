"""A slice in floating point: what one unit of every quantity does to requirements and to the objective.

Exact to float happens here once. Forms are substituted out: the columns of the matrices are quantities, counted in
tradable units, and only those that may move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from policy.interval import ZERO
from policy.ir.bound import Bound, Objective
from solver.encode.expression import NOTHING, Expression
from solver.slice import Slice

UNITS = 8
"""No quantity is expected to move further; should one, the judge will say so."""

Vector = NDArray[np.float64]
Column = tuple[NDArray[np.int32], Vector]
"""Which rows a unit touches, and by how much."""


@dataclass(frozen=True, slots=True)
class Terrain:
    """`excess` at a point is `start` + moved · `touch`: a requirement is met at or below zero, in shares of its own
    size. `off`: amounts of the deviations, `drift`: what a unit does to them, money."""

    names: tuple[str, ...]  # of the quantities that may move
    by_row: sparse.csr_array  # requirements × quantities
    touch: tuple[Column, ...]  # the same by column
    excess: Vector
    cost: Vector  # money per unit
    drift: tuple[Column, ...]
    off: Vector
    over: Vector
    under: Vector


def terrain(
    bound: Bound, goal: Objective, near: Slice, point: Mapping[str, Fraction], movable: Sequence[str]
) -> Terrain:
    """Around a point; `movable`: the quantities that may move. Only what they touch matters."""
    sheet = near.sheet
    index = {name: j for j, name in enumerate([*bound.quantities, *sheet.defined()])}
    base, effect = _values(bound, near, index, point, movable)
    matrix, const = _matrix([(r.expression, r.step) for r in near.requirements], index)
    excess = matrix @ base + const
    reach = abs(matrix) @ np.asarray(abs(effect).sum(axis=1)).ravel()
    close = np.flatnonzero(excess + reach * UNITS > 0)  # the others cannot be missed, whatever moves
    matrix, const, excess = matrix[close], const[close], excess[close]
    size = np.maximum(np.abs(const) + abs(matrix) @ np.abs(base), reach[close])  # what is next to nothing is noise
    size[size == 0] = 1.0
    scale = sparse.diags_array(1 / size)
    touch = sparse.csr_array(scale @ matrix @ effect)
    amounts, start = _matrix([(sheet.certain(d.amount), ZERO) for d in goal.deviations], index)
    linear, _ = _matrix([(sheet.certain(goal.linear), ZERO)], index)
    return Terrain(
        tuple(movable),
        touch,
        _split(touch),
        excess / size,
        np.asarray((linear @ effect).todense()).ravel(),
        _split(amounts @ effect),
        amounts @ base + start,
        np.array([float(d.over) for d in goal.deviations]),
        np.array([float(d.under) for d in goal.deviations]),
    )


# --- forms substituted out -------------------------------------------------------------------------


def _values(
    bound: Bound, near: Slice, index: Mapping[str, int], point: Mapping[str, Fraction], movable: Sequence[str]
) -> tuple[Vector, sparse.csc_array]:
    """The value of every column at the point, and what a unit of each movable quantity adds to it."""
    defined = [(near.sheet.definition(name), ZERO) for name in near.sheet.defined()]
    definition, const = _matrix([(NOTHING, ZERO)] * len(bound.quantities) + defined, index)
    for name, amount in point.items():
        const[index[name]] = float(amount)
    steps = [float(bound.quantities[name].step or 1) for name in movable]
    places = ([index[name] for name in movable], list(range(len(movable))))
    unit = sparse.csc_array((steps, places), shape=(len(index), len(movable)))
    base = _closure(definition, sparse.csc_array(const.reshape(-1, 1)))
    return np.asarray(base.todense()).ravel(), _closure(definition, unit)


def _closure(definition: sparse.csr_array, term: sparse.csc_array) -> sparse.csc_array:
    """term + definition · term + definition² · term …, which ends because definitions refer backwards."""
    total = term
    while term.nnz:
        term = sparse.csc_array(definition @ term)
        total = total + term
    return total


# --- exact to float --------------------------------------------------------------------------------


def _matrix(rows: Sequence[tuple[Expression, Fraction]], index: Mapping[str, int]) -> tuple[sparse.csr_array, Vector]:
    """Coefficients, and constants with what is added to them."""
    places = [index[name] for e, _ in rows for name in e.terms]
    values = [c.numerator / c.denominator for e, _ in rows for c in e.terms.values()]
    ends = np.cumsum([0, *(len(e.terms) for e, _ in rows)])
    matrix = sparse.csr_array((values, places, ends), shape=(len(rows), len(index)), dtype=np.float64)
    return matrix, np.array([float(e.const + more) for e, more in rows])


def _split(matrix: sparse.csr_array) -> tuple[Column, ...]:
    by_column = sparse.csc_array(matrix)
    return tuple((by_column.indices[a:b], by_column.data[a:b]) for a, b in pairwise(by_column.indptr))
