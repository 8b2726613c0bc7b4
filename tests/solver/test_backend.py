"""Every backend behind the one protocol: claims and failures are values, and answers repeat."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from solver.backend import mathopt
from solver.backend.arrays import arrays
from solver.claim import Backend, Claim, Ended, Failure, Limits, Why
from solver.model import Column, ColumnKind, Model, Row, Standing

F = Fraction
BACKENDS = {
    "GLOP": mathopt.glop,
    "HiGHS": mathopt.highs,
    "SCIP": mathopt.scip,
    "SCIP, whole units": mathopt.scip_whole,
    "CP-SAT": mathopt.cp_sat,
}
LINEAR, BINARY = ("GLOP", "HiGHS"), ("SCIP",)
every = pytest.mark.parametrize("name", BACKENDS)


def knapsack() -> Model:
    """Maximise x + 2 z under 2 x + 3 z ≤ 10."""
    columns = {
        "x": Column("x", ColumnKind.INTEGER, F(0), F(10)),
        "z": Column("z", ColumnKind.BINARY, F(0), F(1)),
    }
    row = Row("room", ((F(2), "x"), (F(3), "z")), None, F(10), Standing.EXACT, "rule")
    return Model(columns, (row,), ((F(-1), "x"), (F(-2), "z")), F(5), frozenset())


def asked(name: str, model: Model, limits: Limits = Limits()) -> Claim | Failure:  # noqa: B008  # a frozen value
    backend: Backend = BACKENDS[name]
    return backend(model, limits)


@every
def test_the_claim_is_the_optimum_of_what_the_backend_heeds(name: str) -> None:
    claim = asked(name, knapsack())
    assert isinstance(claim, Claim)
    assert claim.ended is Ended.OPTIMAL
    whole = name in ("SCIP, whole units", "CP-SAT")
    assert float(claim.objective) == pytest.approx(0 if whole else -0.5)
    assert claim.bound is not None
    assert float(claim.bound) == pytest.approx(float(claim.objective))
    assert "OR-Tools 9" in claim.backend


@every
def test_no_point_is_a_failure_and_a_value(name: str) -> None:
    model = knapsack()
    more = Row("more", ((F(1), "x"),), F(9), None, Standing.EXACT, "rule")
    answer = asked(name, replace(model, rows=(*model.rows, more)))
    assert isinstance(answer, Failure)
    assert answer.why is Why.INFEASIBLE


@every
def test_a_row_without_terms_that_cannot_hold_leaves_no_point(name: str) -> None:
    model = knapsack()
    answer = asked(name, replace(model, rows=(*model.rows, Row("never", (), None, F(-1), Standing.EXACT, "rule"))))
    assert isinstance(answer, Failure)


@every
def test_a_column_without_end_is_a_failure_or_unbounded(name: str) -> None:
    free = {"y": Column("y", ColumnKind.CONTINUOUS, F(0), None)}
    answer = asked(name, Model(free, (), ((F(-1), "y"),), F(0), frozenset()))
    assert isinstance(answer, Failure)


def test_a_solver_that_raises_is_a_failure_with_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise AttributeError("a message that surfaces oddly")

    monkeypatch.setattr(mathopt.solver, "solve", broken)
    answer = asked("SCIP", knapsack())
    assert answer == Failure(mathopt.version(mathopt.SCIP), Why.ERROR, "AttributeError: a message that surfaces oddly")


def test_a_solver_that_fails_on_one_scale_is_asked_on_another(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for: list[tuple[float, ...]] = []
    real = mathopt.solver.solve

    def troubled(proto: Any, *rest: Any) -> Any:
        asked_for.append(tuple(proto.linear_constraint_matrix.coefficients))
        if len(asked_for) == 1:
            raise RuntimeError("unresolved numerical troubles")
        return real(proto, *rest)

    monkeypatch.setattr(mathopt.solver, "solve", troubled)
    claim = asked("SCIP", knapsack())
    assert isinstance(claim, Claim)
    assert float(claim.objective) == pytest.approx(-0.5)
    assert len(asked_for) == len(set(asked_for)) == 2


def test_a_limit_ends_the_search() -> None:
    answer = asked("GLOP", knapsack(), Limits(steps=0))
    assert isinstance(answer, Failure | Claim)
    if isinstance(answer, Failure):
        assert answer.why is Why.LIMIT


@every
def test_the_same_question_has_the_same_answer(name: str) -> None:
    assert asked(name, knapsack()) == asked(name, knapsack())


def test_units_are_powers_of_two_so_that_values_come_back_as_they_were() -> None:
    columns = {"m": Column("m", ColumnKind.CONTINUOUS, F(0), F(10**8)), "z": Column("z", ColumnKind.BINARY, F(0), F(1))}
    row = Row("r", ((F(1), "m"), (F(10**8), "z")), None, F(123456789), Standing.EXACT, "rule")
    model = Model(columns, (row,), ((F(-1), "m"), (F(-1), "z")), F(0), frozenset())
    made = arrays(model, frozenset({ColumnKind.BINARY}))
    assert made.units == (2.0**17, 1.0)
    claim = mathopt.scip(model, Limits())
    assert isinstance(claim, Claim)
    assert abs(claim.values["m"] - 10**8) < F(1, 10**3)
