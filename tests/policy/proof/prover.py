"""Multipliers for a certificate, from a linear programme in floats: nothing here has to be trusted."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.optimize import linprog

from policy.proof.duality import Program


def multipliers(program: Program, fix: dict[str, int]) -> tuple[tuple[str, Fraction], ...]:
    """Dual values of the rows where the binaries are fixed, rounded to dyadics."""
    columns = sorted(program.boxes.keys() | program.definitions.keys())
    place = {name: j for j, name in enumerate(columns)}
    cost = np.zeros(len(columns))
    for factor, name in program.objective.terms:
        cost[place[name]] += float(factor)
    rows, limits, names = [], [], []
    for name, line in program.rows.items():
        for sign, end in ((1, line.high), (-1, line.low)):
            if end is not None and line.terms:
                row = np.zeros(len(columns))
                for factor, column in line.terms:
                    row[place[column]] += sign * float(factor)
                rows.append(row)
                limits.append(sign * float(end))
                names.append(name)
    equal, constants = [], []
    for name, whole in program.definitions.items():
        row = np.zeros(len(columns))
        row[place[name]] = -1
        for factor, column in whole.terms:
            row[place[column]] += float(factor)
        equal.append(row)
        constants.append(-float(whole.const))
    free = (None, None)
    boxes = [
        (fix[name], fix[name]) if name in fix else tuple(map(_float, program.boxes.get(name, free))) for name in columns
    ]
    solved = linprog(
        cost, np.array(rows), limits, np.array(equal) if equal else None, constants or None, boxes, method="highs"
    )
    assert solved.status == 0, solved.message
    sums: dict[str, Fraction] = {}
    for k, (name, value) in enumerate(zip(names, solved.ineqlin.marginals, strict=True)):
        sign = 1 if program.rows[name].high is not None and limits[k] == float(program.rows[name].high) else -1
        sums[name] = sums.get(name, Fraction(0)) + sign * Fraction(round(float(value) * 2**20), 2**20)
    return tuple((name, value) for name, value in sums.items() if value)


def _float(end: Fraction | None) -> float | None:
    return None if end is None else float(end)
