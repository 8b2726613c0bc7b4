"""Multipliers from a simplex code, as short rationals: material for a certificate, never trusted.

A `Relaxation` is one linear program kept open in GLOP, so that the cases of a tree, which differ in a few boxes,
start from each other's basis. An infeasible case has no multipliers there (MathOpt hands out no ray); the *elastic*
program, in which every row may be missed at a price, always has, and they are the proof.

A multiplier is rounded to a power of two that is worth next to nothing over the reach of its row, or to a plain
fraction that is as near, so a certificate stays short and as good; one that leans on an open side becomes 0. Those of
an elastic program are scaled so that the row that matters most has 1: equal rules then count once each.
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
from solver.backend.scaled import Line, Scaled, scaled
from solver.duality import Box

GRAIN = 2.0**-20  # money: what rounding one multiplier of a bound may be worth
FINE = 2.0**-40  # the same for an elastic program, of what its greatest multiplier is worth
PLAIN = (1, 60, 10_000)  # denominators that people choose weights with
ITERATIONS = 50_000  # of the simplex method per case: a limit that a rerun reproduces
SECONDS = 60  # an emergency
WHOLE = 1e-7  # a binary as near as this to 0 or 1 is decided
EMPTY = (result_pb2.TERMINATION_REASON_INFEASIBLE, result_pb2.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED)


@dataclass(frozen=True, slots=True)
class Solved:
    """What GLOP says of one case: the least objective, multipliers by row, values of the watched columns, every binary
    at the setting that breaks that point less, and the binary to split on, both of whose settings break it the most;
    None where every binary is 0 or 1."""

    value: Fraction
    duals: Mapping[str, Fraction]
    point: Mapping[str, Fraction]
    nearest: Mapping[str, int]
    split: str | None


@dataclass(frozen=True, slots=True)
class NoPoint:
    """GLOP says that the case has no point; nobody need believe it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer, and why."""

    reason: str


class Relaxation:
    """A program without its integrality, open for many cases. `watch`: columns whose values are asked for."""

    def __init__(self, program: Program, watch: Iterable[str] = (), *, elastic: bool = False) -> None:
        self._boxes = program.boxes
        self._scaled = scaled(program)
        self._watch = tuple(watch)
        self._binaries = _uses(self._scaled, program.binaries)
        self._elastic = elastic
        self._changed: set[str] = set()
        nothing = parameters_pb2.SolverInitializerProto()
        self._solver = solver.new(parameters_pb2.SOLVER_TYPE_GLOP, _proto(self._scaled, elastic=elastic), nothing)

    def solve(self, boxes: Mapping[str, Box]) -> Solved | NoPoint | Failed:
        """The least objective with these boxes in place of the program's own."""
        try:
            said = self._ask(boxes)
        except Exception as error:  # whatever a solver raises is its answer, not our mistake
            return Failed(f"{type(error).__name__}: {error}")
        reason = said.termination.reason
        if reason in EMPTY:
            return NoPoint()
        if reason != result_pb2.TERMINATION_REASON_OPTIMAL or not said.solutions[0].HasField("dual_solution"):
            return Failed(result_pb2.TerminationReasonProto.Name(reason))
        return self._read(said)

    def _ask(self, boxes: Mapping[str, Box]) -> result_pb2.SolveResultProto:
        update = model_update_pb2.ModelUpdateProto()
        lows, highs = update.variable_updates.lower_bounds, update.variable_updates.upper_bounds
        number = self._scaled.number
        for name in sorted(self._changed | boxes.keys(), key=number.__getitem__):
            low, high = self._scaled.box(name, boxes.get(name, self._boxes[name]))
            lows.ids.append(number[name])
            lows.values.append(low)
            highs.ids.append(number[name])
            highs.values.append(high)
        self._changed = set(boxes)
        self._solver.update(update)
        start, events = model_parameters_pb2.ModelSolveParametersProto(), callback_pb2.CallbackRegistrationProto()
        return self._solver.solve(_parameters(), start, None, events, None, None)

    def _read(self, said: result_pb2.SolveResultProto) -> Solved:
        found = said.solutions[0]
        values = list(found.primal_solution.variable_values.values)
        prices = found.dual_solution.dual_values.values[len(self._scaled.definitions) :]
        worth = {name: price for name, price in zip(self._scaled.rows, prices, strict=True) if price}
        number, units = self._scaled.number, self._scaled.units
        point = {name: Fraction(values[number[name]] * units[number[name]]) for name in self._watch}
        value = Fraction(found.primal_solution.objective_value)
        return Solved(value, self._rounded(worth), point, *self._settings(values))

    def _rounded(self, worth: Mapping[str, float]) -> dict[str, Fraction]:
        """Multipliers per unit of the row; `worth` is per unit of its scale."""
        scale, grain = 1.0, GRAIN
        if self._elastic and worth:
            most, name = max((abs(price), name) for name, price in worth.items())
            scale = self._scaled.rows[name].unit / most
            grain = self._scaled.rows[name].unit * FINE
        duals = {}
        for name, price in worth.items():
            line = self._scaled.rows[name]
            if abs(line.low if price > 0 else line.high) < inf:
                duals[name] = _rounded(price / line.unit * scale, max(0, ceil(log2(line.unit / grain))))
        return {name: multiplier for name, multiplier in duals.items() if multiplier}

    def _settings(self, values: list[float]) -> tuple[dict[str, int], str | None]:
        """The better setting of each binary, and the binary whose better setting breaks the point most; among equals
        the most fractional one."""
        nearest: dict[str, int] = {}
        best, split = (-1.0, 0.0), None
        for name, rows in self._binaries.items():
            x = values[self._scaled.number[name]] * self._scaled.units[self._scaled.number[name]]
            nearest[name] = round(x)
            if WHOLE < x < 1 - WHOLE:
                off, on = _missed(rows, values, -x), _missed(rows, values, 1 - x)
                nearest[name] = round(x) if off == on else int(on < off)
                if (min(off, on), min(x, 1 - x)) > best:
                    best, split = (min(off, on), min(x, 1 - x)), name
        return nearest, split


def _rounded(price: float, bits: int) -> Fraction:
    """The plain fraction that the price is but for noise, or the nearest multiple of 2^−bits."""
    for whole in PLAIN:
        if abs(round(price * whole) / whole - price) <= 4 * 2.0**-bits:
            return Fraction(round(price * whole), whole)
    return Fraction(round(price * 2.0**bits), 2**bits)


def _missed(rows: Iterable[tuple[float, Line]], values: list[float], change: float) -> float:
    """How far the worst row is missed when the binary alone changes."""
    worst = 0.0
    for a, line in rows:
        at = sum(c * values[j] for c, j in line.terms) + a * change
        worst = max(worst, at - line.high, line.low - at)
    return worst


def _uses(program: Scaled, binaries: Iterable[str]) -> dict[str, list[tuple[float, Line]]]:
    """Per binary, in the order of the columns, its coefficient in the rows that it is in."""
    names = {program.number[name]: name for name in binaries}
    uses: dict[str, list[tuple[float, Line]]] = {names[j]: [] for j in sorted(names)}
    for line in program.rows.values():
        for a, j in line.terms:
            if j in names:
                uses[names[j]].append((a / program.units[j], line))
    return uses


# --- for GLOP ----------------------------------------------------------------------------------


def _parameters() -> parameters_pb2.SolveParametersProto:
    asked = parameters_pb2.SolveParametersProto()
    asked.iteration_limit = ITERATIONS
    asked.time_limit.seconds = SECONDS
    asked.presolve = parameters_pb2.EMPHASIS_OFF  # a presolved program cannot start from the last basis
    asked.lp_algorithm = parameters_pb2.LP_ALGORITHM_DUAL_SIMPLEX
    asked.glop.change_status_to_imprecise = False  # multipliers that are a little off prove a little less
    return asked


def _proto(program: Scaled, *, elastic: bool) -> model_pb2.ModelProto:
    """Definitions are the first rows. `elastic`: each row may be missed, on each side that it has, at a price of 1."""
    made = model_pb2.ModelProto()
    lows, highs = list(program.lows), list(program.highs)
    costs = {} if elastic else dict(program.costs)
    terms = [list(line.terms) for line in program.definitions]
    for line in program.rows.values():
        terms.append(list(line.terms))
        for end, sign in ((line.low, 1.0), (line.high, -1.0)):
            if elastic and abs(end) < inf:
                terms[-1].append((sign, len(lows)))
                costs[len(lows)] = 1.0
                lows.append(0.0)
                highs.append(inf)
    lines = [*program.definitions, *program.rows.values()]
    made.variables.ids.extend(range(len(lows)))
    made.variables.lower_bounds.extend(lows)
    made.variables.upper_bounds.extend(highs)
    made.variables.integers.extend([False] * len(lows))
    made.linear_constraints.ids.extend(range(len(lines)))
    made.linear_constraints.lower_bounds.extend(line.low for line in lines)
    made.linear_constraints.upper_bounds.extend(line.high for line in lines)
    matrix = made.linear_constraint_matrix
    matrix.row_ids.extend(chain.from_iterable([i] * len(row) for i, row in enumerate(terms)))
    matrix.column_ids.extend(j for row in terms for _, j in row)
    matrix.coefficients.extend(a for row in terms for a, _ in row)
    made.objective.linear_coefficients.ids.extend(sorted(costs))
    made.objective.linear_coefficients.values.extend(costs[j] for j in sorted(costs))
    made.objective.offset = 0.0 if elastic else program.offset
    return made
