"""GLOP and HiGHS for linear programs, SCIP and CP-SAT with binaries, all through MathOpt.

One thread and one seed (HiGHS takes neither, and keeps its own), limits in nodes and steps: the same model gives the
same answer. A solver that fails in whatever way (some messages surface as AttributeError) becomes a value, after it has
been asked once more in other units: numerical trouble on one scale is often none on another. (SCIP then writes a line
to the standard error itself, and MathOpt has no way to stop it.)
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import ortools
from ortools.math_opt import (
    callback_pb2,
    model_parameters_pb2,
    parameters_pb2,
    result_pb2,
)
from ortools.math_opt.core.python import solver

from solver.backend.arrays import REACHES, Arrays, arrays
from solver.claim import Answer, Backend, Claim, Ended, Failure, Limits, Why
from solver.model import ColumnKind, Model

SEED = 1
GLOP, HIGHS, SCIP, CP_SAT = (
    parameters_pb2.SOLVER_TYPE_GLOP,
    parameters_pb2.SOLVER_TYPE_HIGHS,
    parameters_pb2.SOLVER_TYPE_GSCIP,
    parameters_pb2.SOLVER_TYPE_CP_SAT,
)
NAMES = {GLOP: "GLOP", HIGHS: "HiGHS", SCIP: "SCIP", CP_SAT: "CP-SAT"}
LINEAR = frozenset({GLOP, HIGHS})


def version(kind: int) -> str:
    """The solver and the exact release that it came with."""
    return f"{NAMES[kind]} (OR-Tools {ortools.__version__})"


def _solve(kind: int, heeded: frozenset[ColumnKind], model: Model, limits: Limits) -> Answer:
    for reach in REACHES:
        answer = _asked(kind, arrays(model, heeded, reach), limits)
        if not isinstance(answer, Failure) or answer.why is not Why.ERROR:
            break
    return answer


def _asked(kind: int, made: Arrays, limits: Limits) -> Answer:
    asked, start = _parameters(kind, limits), model_parameters_pb2.ModelSolveParametersProto()
    nothing = parameters_pb2.SolverInitializerProto(), callback_pb2.CallbackRegistrationProto()
    try:
        answer = solver.solve(made.proto, kind, nothing[0], asked, start, None, nothing[1], None, None)
    except Exception as error:  # whatever a solver raises is its answer, not our mistake
        return Failure(version(kind), Why.ERROR, f"{type(error).__name__}: {error}")
    return _answer(answer, made, version(kind))


def _parameters(kind: int, limits: Limits) -> parameters_pb2.SolveParametersProto:
    asked = parameters_pb2.SolveParametersProto()
    asked.time_limit.seconds = limits.seconds
    if kind != HIGHS:  # refuses these two
        asked.threads = 1
        asked.random_seed = SEED
    if kind in LINEAR:
        asked.iteration_limit = limits.steps
    else:
        asked.absolute_gap_tolerance = float(limits.gap)
        asked.relative_gap_tolerance = 0.0
        if kind == SCIP:
            asked.node_limit = limits.nodes
    return asked


REASONS = {
    result_pb2.TERMINATION_REASON_INFEASIBLE: Why.INFEASIBLE,
    result_pb2.TERMINATION_REASON_INFEASIBLE_OR_UNBOUNDED: Why.INFEASIBLE,
    result_pb2.TERMINATION_REASON_UNBOUNDED: Why.UNBOUNDED,
    result_pb2.TERMINATION_REASON_NO_SOLUTION_FOUND: Why.LIMIT,
}


def _answer(said: result_pb2.SolveResultProto, made: Arrays, backend: str) -> Answer:
    ending = said.termination
    reason = ending.reason
    emergency = ending.limit == result_pb2.LIMIT_TIME
    if reason not in (result_pb2.TERMINATION_REASON_OPTIMAL, result_pb2.TERMINATION_REASON_FEASIBLE):
        why = Why.EMERGENCY if emergency else REASONS.get(reason, Why.ERROR)
        return Failure(backend, why, ending.detail)
    found = said.solutions[0].primal_solution
    values = dict.fromkeys(made.names, Fraction(0))
    for j, value in zip(found.variable_values.ids, found.variable_values.values, strict=True):
        values[made.names[j]] = Fraction(value * made.units[j])
    bound = ending.objective_bounds.dual_bound
    done = reason == result_pb2.TERMINATION_REASON_OPTIMAL
    return Claim(
        backend,
        Ended.OPTIMAL if done else Ended.EMERGENCY if emergency else Ended.LIMIT,
        values,
        Fraction(found.objective_value),
        Fraction(bound) if abs(bound) < float("inf") else None,
        said.solve_stats.node_count,
    )


NONE: frozenset[ColumnKind] = frozenset()
BINARY = frozenset({ColumnKind.BINARY})
WHOLE = frozenset({ColumnKind.BINARY, ColumnKind.INTEGER})

glop: Backend = partial(_solve, GLOP, NONE)
highs: Backend = partial(_solve, HIGHS, NONE)
scip: Backend = partial(_solve, SCIP, BINARY)
scip_whole: Backend = partial(_solve, SCIP, WHOLE)
cp_sat: Backend = partial(_solve, CP_SAT, WHOLE)
