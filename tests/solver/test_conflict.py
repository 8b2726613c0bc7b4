"""Conflicts: a proof, as few rules as possible, and figures that a re-solve confirms from both sides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import count

import pytest

from policy.ir.bound import Outcome
from policy.proof.duality import check
from solver.backend.duals import Failed, NoPoint, Relaxation, Solved
from solver.certificate import Subject, impossibility, provable
from solver.conflict import Alone, Conflict, Give, conflict
from solver.duality import Box
from solver.limit import is_limit
from solver.model import Column, ColumnKind, Model, Row, Standing
from tests.solver.little import best, little

SUBJECT = Subject(frozenset({Outcome.PASS}), None)
ZERO, ONE = Fraction(0), Fraction(1)
MILLION = Fraction(1_000_000)


def fund(issuers: int, cap: Fraction, cash: Fraction) -> Model:
    """100 million in cash, `issuers` names at 1 a share, each at most `cap` of net assets, cash at most `cash`."""
    columns, rows = {}, []
    for k in range(issuers):
        columns[f"buy {k}"] = Column(f"buy {k}", ColumnKind.INTEGER, Fraction(0), 100 * MILLION)
    bought = tuple((-ONE, name) for name in columns)
    rows.append(
        Row("form cash", (*bought, (-ONE, "cash")), -100 * MILLION, -100 * MILLION, Standing.EXACT, "form cash")
    )
    columns["cash"] = Column("cash", ColumnKind.CONTINUOUS, None, None)
    for k in range(issuers):
        rows.append(_limit(f"cap {k}", f"buy {k}", cap * 100 * MILLION))
    rows.append(_limit("idle cash", "cash", cash * 100 * MILLION))
    rows.append(Row("domain A:cash", ((ONE, "cash"),), Fraction(0), None, Standing.EXACT, "domain A", "cash"))
    return Model(columns, tuple(rows), (), Fraction(0), frozenset())


def _limit(source: str, column: str, high: Fraction) -> Row:
    return Row(f"{source}:0", ((ONE, column),), None, high, Standing.EXACT, source, "0")


def only(model: Model, sources: Collection[str]) -> Model:
    kept = (row for row in model.rows if row.source in sources or row.source.startswith("form "))
    return replace(model, rows=tuple(kept))


def moved(model: Model, name: str, by: Fraction) -> Model:
    """The model with one limit looser by so much."""
    return replace(model, rows=tuple(_looser(row, by) if row.name == name else row for row in model.rows))


def _looser(row: Row, by: Fraction) -> Row:
    return replace(row, low=None if row.low is None else row.low - by, high=None if row.high is None else row.high + by)


def found(model: Model) -> Conflict:
    result = conflict(model, SUBJECT, {})
    assert result is not None
    return result


# --- one that can be worked out in the head ------------------------------------------------------


def test_twelve_caps_of_eight_percent_leave_four_percent_without_a_home() -> None:
    model = fund(12, Fraction(8, 100), Fraction(1, 100))
    result = found(model)
    assert set(result.sources) == {f"cap {k}" for k in range(12)} | {"idle cash"}
    assert result.minimal
    (reading,) = result.readings
    assert {part.multiplier for part in reading.parts} == {-ONE}
    assert reading.short == 3 * MILLION
    assert {part.source: part.asks for part in reading.parts}["idle cash"] == 99 * MILLION
    assert result.alone == {source: Give(f"{source}:0", 3 * MILLION, 3 * MILLION) for source in result.sources}


def test_a_conflict_of_cents_among_hundreds_of_millions_is_proven() -> None:
    result = found(fund(12, Fraction(825, 10_000) - Fraction(1, 10**9), Fraction(1, 100)))
    assert len(result.alone) == 13
    for give in result.alone.values():
        assert isinstance(give, Give)
        assert Fraction(12, 10) - Fraction(1, 10**6) < give.at_least <= Fraction(12, 10)
        assert give.enough == Fraction(12, 10)


def test_no_conflict_is_reported_where_the_limits_just_fit() -> None:
    assert conflict(fund(12, Fraction(825, 10_000), Fraction(1, 100)), SUBJECT, {}) is None


def test_a_rule_that_has_nothing_to_do_with_it_stays_out() -> None:
    model = fund(12, Fraction(8, 100), Fraction(1, 100))
    other = _limit("other", "buy 3", 50 * MILLION)
    assert "other" not in found(replace(model, rows=(other, *model.rows))).sources


def test_two_conflicts_leave_no_rule_that_could_give_alone() -> None:
    first = fund(12, Fraction(8, 100), Fraction(1, 100))
    columns = {**first.columns, "q": Column("q", ColumnKind.INTEGER, Fraction(0), Fraction(9))}
    floor = Row("floor:0", ((-ONE, "q"),), None, Fraction(-5), Standing.EXACT, "floor", "0")
    result = found(replace(first, columns=columns, rows=(*first.rows, floor, _limit("ceiling", "q", Fraction(0)))))
    assert result.alone == dict.fromkeys(result.sources, Alone.NEVER)


def test_what_a_rule_without_a_plain_limit_would_have_to_give_is_not_known() -> None:
    """An account that must hold more cash than it can raise, whatever its limits say."""
    model = fund(1, ONE, ONE)
    withdrawal = Row("need/0", ((ONE, "cash"),), 200 * MILLION, None, Standing.EXACT, "need", "m.0")
    result = found(replace(model, rows=(*model.rows, withdrawal)))
    assert result.sources == ("need",)
    assert result.alone == {"need": Alone.UNKNOWN}


def apart(*pairs: tuple[str, str]) -> Model:
    """Per pair one column of up to 9 that the first wants at 5, and the second at nothing."""
    columns = {name: Column(name, ColumnKind.INTEGER, Fraction(0), Fraction(9)) for name, _ in pairs}
    wants = [Row(f"{name}:0", ((-ONE, name),), None, Fraction(-5), Standing.EXACT, name, "0") for name, _ in pairs]
    return Model(
        columns, tuple(wants) + tuple(_limit(other, name, Fraction(0)) for name, other in pairs), (), ZERO, frozenset()
    )


@pytest.mark.parametrize("answers", [1, 2, 3])
def test_a_backend_that_fails_has_found_no_point(monkeypatch: pytest.MonkeyPatch, answers: int) -> None:
    """Two conflicts beside each other, and a backend that soon gives up: their proof stands, and is not minimal."""
    asked = count()
    solve = Relaxation.solve

    def tired(self: Relaxation, boxes: Mapping[str, Box]) -> Solved | NoPoint | Failed:
        return solve(self, boxes) if next(asked) < answers else Failed("tired")

    monkeypatch.setattr(Relaxation, "solve", tired)
    result = found(apart(("a", "b"), ("c", "d")))
    assert not result.minimal
    assert set(result.alone.values()) == {Alone.UNKNOWN}


@pytest.mark.parametrize("turned", [False, True])
def test_a_sum_is_in_the_unit_of_the_limit_that_counts_once(turned: bool) -> None:
    """5 shares at 100 are wanted, and no money may be spent: 500 dollars short, in whatever order the limits stand."""
    model = apart(("a", "b"))
    wanted, _ = model.rows
    unspent = Row("cap:0", ((100 * ONE, "a"),), None, ZERO, Standing.EXACT, "cap", "0")
    rows = (unspent, wanted) if turned else (wanted, unspent)
    result = conflict(replace(model, rows=rows), SUBJECT, {"cap": "USD", "a": "shares"})
    assert result is not None
    assert [(reading.short, reading.unit) for reading in result.readings] == [(500, "USD")]


def test_limits_past_the_first_ones_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.conflict.ALONE", 1)
    assert found(apart(("a", "b"))).alone == {"a": Give("a:0", 5 * ONE, 5 * ONE), "b": Alone.UNKNOWN}


# --- any model -----------------------------------------------------------------------------------


def test_conflicts_of_random_models_are_proven_minimal_and_their_figures_hold(deep: bool) -> None:
    conflicts = gives = 0
    for seed in range(1_500 if deep else 90):
        case = little(seed, rows=7)
        result = conflict(case.model, SUBJECT, {})
        if result is None:
            continue
        conflicts += 1
        assert check(provable(case.model), result.certificate) > 0
        assert best(only(case.model, result.sources), case.points) is None
        for source in result.sources:
            rest = [other for other in result.sources if other != source]
            assert impossibility(only(case.model, rest), SUBJECT) is None, seed
        for give in result.alone.values():
            if not isinstance(give, Give):
                continue
            if give.enough is not None:
                assert give.enough >= give.at_least
                assert impossibility(moved(case.model, give.row, give.enough), SUBJECT) is None
                gives += 1
            almost = give.at_least * Fraction(999, 1000)
            assert best(moved(case.model, give.row, almost), case.points) is None
            assert impossibility(moved(case.model, give.row, almost), SUBJECT) is not None
    assert conflicts > 25
    assert gives > 15


def test_a_limit_is_told_from_the_rows_that_link_columns() -> None:
    limit = _limit("rule", "q", ONE)
    assert is_limit(limit)
    assert is_limit(replace(limit, path="0.1.3"))
    assert not is_limit(replace(limit, path="0.m.3"))
    assert not is_limit(replace(limit, path="0/?1"))
    assert not is_limit(replace(limit, terms=()))
    assert not is_limit(replace(limit, terms=((ONE, limit.name),)))
    assert not is_limit(replace(limit, low=ONE, high=None))
    assert is_limit(Row("domain A:cash", ((ONE, "cash"),), ONE, None, Standing.EXACT, "domain A", "cash"))
    assert not is_limit(Row("domain A:b/buy", ((ONE, "b"),), None, ONE, Standing.EXACT, "domain A", "b/buy"))
