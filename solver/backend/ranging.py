"""How far one side of a row can move before the optimal basis changes, which is how far its price holds.

With B the basic columns of [A, −1] (columns and row activities), moving the side of row i by t moves the basic values
by t along B⁻¹eᵢ; the basis stays optimal until the first of them meets its box. One sparse factorisation serves all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

import numpy as np
from ortools.math_opt import result_pb2, solution_pb2
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import splu

from solver.backend.scaled import Line

BASIC = solution_pb2.BASIS_STATUS_BASIC
SMALL = 1e-9  # a basic value that moves less than this does not move
Ends = Sequence[tuple[float, float]]


def ranges(
    said: result_pb2.SolveResultProto, lines: Sequence[Line], boxes: Ends, rows: Iterable[int]
) -> dict[int, tuple[float, float]]:
    """Per row number how far its side may go down and up, not below zero, in the row's scale; nothing for a row whose
    side is not active, nor for any where GLOP's basis is not one."""
    solution = said.solutions[0]
    columns = [j for j, status in enumerate(solution.basis.variable_status.values) if status == BASIC]
    slack = [i for i, status in enumerate(solution.basis.constraint_status.values) if status == BASIC]
    if len(columns) + len(slack) != len(lines):
        return {}
    try:
        factors = splu(_basis(lines, columns, slack))
    except RuntimeError:  # singular
        return {}
    x = solution.primal_solution.variable_values.values
    at = np.array([x[j] for j in columns] + [sum(a * x[j] for a, j in lines[i].terms) for i in slack])
    low = np.array([boxes[j][0] for j in columns] + [lines[i].low for i in slack])
    high = np.array([boxes[j][1] for j in columns] + [lines[i].high for i in slack])
    found = {}
    for row in sorted(set(rows) - set(slack)):
        unit = np.zeros(len(lines))
        unit[row] = 1.0
        move = factors.solve(unit)
        found[row] = _room(at, high, low, -move), _room(at, high, low, move)
    return found


def _basis(lines: Sequence[Line], columns: Sequence[int], slack: Sequence[int]) -> csc_matrix:
    place = {j: k for k, j in enumerate(columns)}
    entries = [(a, i, place[j]) for i, line in enumerate(lines) for a, j in line.terms if j in place]
    entries += [(-1.0, i, len(columns) + k) for k, i in enumerate(slack)]
    values, rows, places = zip(*entries, strict=True)
    return csc_matrix((values, (rows, places)), shape=(len(lines), len(lines)))


def _room(at: np.ndarray, high: np.ndarray, low: np.ndarray, move: np.ndarray) -> float:
    """The largest step along the move that keeps every basic value in its box."""
    up, down = move > SMALL, move < -SMALL
    steps = np.concatenate([(high[up] - at[up]) / move[up], (low[down] - at[down]) / move[down], [inf]])
    return max(0.0, float(steps.min()))
