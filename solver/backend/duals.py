"""Multipliers from a simplex code, as dyadic rationals: material for a certificate, never trusted.

A `Relaxation` is one linear program kept open in GLOP, so that the cases of a tree, which differ in a few boxes,
start from each other's basis. An infeasible case has no multipliers there (MathOpt hands out no ray); the *elastic*
program, in which every row may be missed at a price, always has, and they are the proof.

Defined columns are free: whatever a form's box would be worth must come out as multipliers of rows, since a
certificate substitutes forms out. A multiplier is rounded to a power of two that is worth next to nothing over the
reach of its row, so a certificate stays short and as good; one that leans on an open side becomes 0. Those of an
elastic program are scaled so that the row that matters most has 1: equal rules then count once each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import ceil, inf, log2

from ortools.math_opt import (
    callback_pb2,
    model_parameters_pb2,
    model_pb2,
    model_update_pb2,
    parameters_pb2,
    result_pb2,
)
from ortools.math_opt.core.python import solver

from policy.proof.duality import Program

GRAIN = 2.0**-20  # money: what rounding one multiplier of a bound may be worth
FINE = 2.0**-40  # the same for an elastic program, of what its greatest multiplier is worth
ITERATIONS = 200_000  # of the simplex method per case: a limit that a rerun reproduces
WHOLE = 1e-7  # a binary as near as this to 0 or 1 is decided

Box = tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True, slots=True)
class Solved:
    """What GLOP says of one case: the least objective, multipliers by row, values of the watched columns, and the
    binary to split on, whose two settings both break that point; None where every binary is 0 or 1."""

    value: Fraction
    duals: Mapping[str, Fraction]
    point: Mapping[str, Fraction]
    split: str | None


@dataclass(frozen=True, slots=True)
class NoPoint:
    """GLOP says that the case has no point; nobody need believe it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A row in floats; `reach`: how far its largest term goes, the unit of its slack and of its rounding."""

    terms: tuple[tuple[float, int], ...]
    low: float
    high: float
    reach: float


class Relaxation:
    """A program without its integrality, open for many cases. `watch`: columns whose values are asked for."""

    def __init__(self, program: Program, watch: Iterable[str] = (), *, elastic: bool = False) -> None:
        free: Box = (None, None)
        self._boxes = {**program.boxes, **dict.fromkeys(program.definitions, free)}
        self._number = {name: j for j, name in enumerate(self._boxes)}
        self._definitions = len(program.definitions)
        self._lines = _lines(program, self._number)
        self._watch = tuple(watch)
        self._binaries = _uses(self._lines, self._number, program.binaries)
        self._changed: set[str] = set()
        self._elastic = elastic
        model = _proto(program, self._boxes, self._number, self._lines, elastic=elastic)
        kind, nothing = parameters_pb2.SOLVER_TYPE_GLOP, parameters_pb2.SolverInitializerProto()
        self._solver = solver.new(kind, model, nothing)

    def solve(self, boxes: Mapping[str, Box]) -> Solved | NoPoint | Failed:
        """The least objective with these boxes in place of the program's own."""
        try:
            said = self._ask(boxes)
        except Exception as error:  # whatever a solver raises is its answer, not our mistake
            return Failed(f"{type(error).__name__}: {error}")
        reason = said.termination.reason
        if reason in (
            result_pb2.TERMINATION_REASON_INFEASIBLE,
            result_pb2.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED,
        ):
            return NoPoint()
        if reason != result_pb2.TERMINATION_REASON_OPTIMAL or not said.solutions[0].HasField("dual_solution"):
            return Failed(said.termination.detail or "no optimum")
        return self._read(said)

    def _ask(self, boxes: Mapping[str, Box]) -> result_pb2.SolveResultProto:
        update = model_update_pb2.ModelUpdateProto()
        lows, highs = update.variable_updates.lower_bounds, update.variable_updates.upper_bounds
        for j, name in sorted((self._number[name], name) for name in self._changed | boxes.keys()):
            low, high = boxes.get(name, self._boxes[name])
            lows.ids.append(j)
            lows.values.append(_end(low, -inf))
            highs.ids.append(j)
            highs.values.append(_end(high, inf))
        self._changed = set(boxes)
        self._solver.update(update)
        asked = parameters_pb2.SolveParametersProto()
        asked.iteration_limit = ITERATIONS
        asked.presolve = parameters_pb2.EMPHASIS_OFF  # a presolved program cannot start from the last basis
        asked.lp_algorithm = parameters_pb2.LP_ALGORITHM_DUAL_SIMPLEX
        start, events = model_parameters_pb2.ModelSolveParametersProto(), callback_pb2.CallbackRegistrationProto()
        return self._solver.solve(asked, start, None, events, None, None)

    def _read(self, said: result_pb2.SolveResultProto) -> Solved:
        found = said.solutions[0]
        values = list(found.primal_solution.variable_values.values)
        prices = found.dual_solution.dual_values.values[self._definitions :]
        duals = self._rounded({name: price for name, price in zip(self._lines, prices, strict=True) if price})
        point = {name: Fraction(values[self._number[name]]) for name in self._watch}
        return Solved(Fraction(found.primal_solution.objective_value), duals, point, self._split(values))

    def _rounded(self, prices: Mapping[str, float]) -> dict[str, Fraction]:
        scale, grain = 1.0, GRAIN
        if self._elastic and prices:
            worth, name = max((abs(price) * self._lines[name].reach, name) for name, price in prices.items())
            scale = 1 / abs(prices[name])
            grain = worth * scale * FINE
        duals = {}
        for name, price in prices.items():
            line = self._lines[name]
            if abs(line.low if price > 0 else line.high) < inf:
                duals[name] = _rounded(price * scale, line.reach / grain)
        return {name: multiplier for name, multiplier in duals.items() if multiplier}

    def _split(self, values: list[float]) -> str | None:
        """The undecided binary whose better setting breaks the point most; among equals the most fractional one."""
        best, chosen = (-1.0, 0.0), None
        for name, rows in self._binaries.items():
            x = values[self._number[name]]
            if WHOLE < x < 1 - WHOLE:
                missed = min(_missed(rows, values, -x), _missed(rows, values, 1 - x))
                if (missed, min(x, 1 - x)) > best:
                    best, chosen = (missed, min(x, 1 - x)), name
        return chosen


# --- floats ------------------------------------------------------------------------------------


def _end(end: Fraction | None, absent: float) -> float:
    return absent if end is None else end.numerator / end.denominator


def _rounded(price: float, steps: float) -> Fraction:
    """The price, to the next power of two that is at most one in so many steps."""
    bits = max(0, ceil(log2(steps)))
    return Fraction(round(price * 2.0**bits), 2**bits)


def _missed(rows: Iterable[tuple[float, _Line]], values: list[float], change: float) -> float:
    """How far the worst row is missed, in its reach, when the binary alone changes."""
    worst = 0.0
    for a, line in rows:
        at = sum(c * values[j] for c, j in line.terms) + a * change
        worst = max(worst, (at - line.high) / line.reach, (line.low - at) / line.reach)
    return worst


def _lines(program: Program, number: Mapping[str, int]) -> dict[str, _Line]:
    reach = {
        name: max((abs(float(end)) for end in box if end is not None), default=1.0)
        for name, box in program.boxes.items()
    }
    for name, definition in program.definitions.items():
        parts = (abs(float(a)) * reach[j] for a, j in definition.terms)
        reach[name] = abs(float(definition.const)) + sum(parts)
    lines = {}
    for name, row in program.rows.items():
        terms: dict[str, float] = {}
        for a, j in row.terms:
            terms[j] = terms.get(j, 0.0) + a.numerator / a.denominator
        most = max((abs(a) * reach[j] for j, a in terms.items()), default=0.0)
        numbered = tuple((a, number[j]) for j, a in terms.items())
        lines[name] = _Line(numbered, _end(row.low, -inf), _end(row.high, inf), most or 1.0)
    return lines


def _uses(
    lines: Mapping[str, _Line], number: Mapping[str, int], binaries: Iterable[str]
) -> dict[str, list[tuple[float, _Line]]]:
    """Per binary, in the order of the columns, the rows that it is in."""
    uses: dict[int, list[tuple[float, _Line]]] = {number[name]: [] for name in binaries}
    for line in lines.values():
        for a, j in line.terms:
            if j in uses:
                uses[j].append((a, line))
    names = {j: name for name, j in number.items()}
    return {names[j]: uses[j] for j in sorted(uses)}


# --- the program for GLOP ----------------------------------------------------------------------


def _proto(
    program: Program,
    boxes: Mapping[str, Box],
    number: Mapping[str, int],
    lines: Mapping[str, _Line],
    *,
    elastic: bool,
) -> model_pb2.ModelProto:
    """Definitions are the first rows. `elastic`: a row may be missed on either side at a price of 1 per its reach."""
    made = model_pb2.ModelProto()
    lows = [_end(low, -inf) for low, _ in boxes.values()]
    highs = [_end(high, inf) for _, high in boxes.values()]
    costs: dict[int, float] = {}
    for c, name in () if elastic else program.objective.terms:
        costs[number[name]] = costs.get(number[name], 0.0) + float(c)
    made.objective.offset = 0.0 if elastic else float(program.objective.const)
    rows: list[tuple[dict[int, float], float, float]] = []
    for name, definition in program.definitions.items():
        entries = {number[name]: 1.0}
        for a, j in definition.terms:
            entries[number[j]] = entries.get(number[j], 0.0) - float(a)
        rows.append((entries, float(definition.const), float(definition.const)))
    for line in lines.values():
        entries = {j: a for a, j in line.terms}
        for end, sign in ((line.low, 1.0), (line.high, -1.0)):
            if elastic and abs(end) < inf:
                entries[len(lows)], costs[len(lows)] = sign * line.reach, 1.0
                lows.append(0.0)
                highs.append(inf)
        rows.append((entries, line.low, line.high))
    made.variables.ids.extend(range(len(lows)))
    made.variables.lower_bounds.extend(lows)
    made.variables.upper_bounds.extend(highs)
    made.variables.integers.extend([False] * len(lows))
    made.linear_constraints.ids.extend(range(len(rows)))
    made.linear_constraints.lower_bounds.extend(low for _, low, _ in rows)
    made.linear_constraints.upper_bounds.extend(high for _, _, high in rows)
    matrix = made.linear_constraint_matrix
    matrix.row_ids.extend(chain.from_iterable([i] * len(entries) for i, (entries, _, _) in enumerate(rows)))
    matrix.column_ids.extend(chain.from_iterable(sorted(entries) for entries, _, _ in rows))
    matrix.coefficients.extend(entries[j] for entries, _, _ in rows for j in sorted(entries))
    made.objective.linear_coefficients.ids.extend(sorted(costs))
    made.objective.linear_coefficients.values.extend(costs[j] for j in sorted(costs))
    return made
