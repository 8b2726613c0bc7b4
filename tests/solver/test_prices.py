"""Prices of rules: no looser limit saves more than its price says."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from policy.ir.bound import Outcome
from policy.proof.certificate import Certificate
from solver.backend import duals
from solver.certificate import Subject, impossibility, optimality
from solver.model import Column, ColumnKind, Model, Row, Standing
from solver.prices import Price, prices
from tests.solver.concentrated import concentrated
from tests.solver.little import best, little

SUBJECT = Subject(frozenset({Outcome.PASS}), None)
UNREACHABLE = Fraction(10**12)


def looser(model: Model, name: str, by: Fraction) -> Model:
    """Limits are upper ends, but for the cash of an account."""
    rows = (
        row
        if row.name != name
        else replace(row, high=row.high + by)
        if row.high is not None
        else replace(row, low=(row.low or 0) - by)
        for row in model.rows
    )
    return replace(model, rows=tuple(rows))


def certified(model: Model) -> Certificate:
    found = optimality(model, SUBJECT, UNREACHABLE)
    assert found is not None
    return found


def test_no_limit_that_is_looser_saves_more_than_its_price() -> None:
    """Every point of small models is looked at, whatever tree the proof is."""
    asked = 0
    for seed in range(120):
        case = little(seed)
        found = optimality(case.model, SUBJECT, UNREACHABLE)
        for price in prices(case.model, found) if found else ():
            for by in (Fraction(1, 7), Fraction(1), Fraction(9)):
                after = best(looser(case.model, price.row, by), case.points)
                assert after is None or after >= found.bound - price.each * by, (seed, price)
                asked += after is not None
    assert asked > 40


def capped() -> Model:
    """Every share bought saves 2 and every one sold 3; at most 5 may be bought and 4 sold, 20 traded."""
    columns = {name: Column(name, ColumnKind.INTEGER, Fraction(0), Fraction(9)) for name in ("buy", "sell")}
    both = (("buy cap", ("buy",), 5), ("sell cap", ("sell",), 4), ("all", ("buy", "sell"), 20))
    rows = tuple(
        Row(f"{source}:0", tuple((Fraction(1), n) for n in names), None, Fraction(most), Standing.EXACT, source, "0")
        for source, names, most in both
    )
    return Model(columns, rows, ((Fraction(-2), "buy"), (Fraction(-3), "sell")), Fraction(0), frozenset())


def test_a_limit_that_binds_costs_what_one_more_unit_would_save() -> None:
    found = prices(capped(), certified(capped()))
    assert found == (Price("sell cap", "sell cap:0", Fraction(3)), Price("buy cap", "buy cap:0", Fraction(2)))


def test_a_limit_that_empties_a_case_has_no_price() -> None:
    whole = certified(capped())
    (leaf,) = whole.leaves
    closed = replace(whole, leaves=(leaf, replace(leaf, duals=leaf.duals[:1], empty=True)))
    assert len(prices(capped(), closed)) == 1


def test_without_an_answer_from_the_backend_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that gives up costs strength, never truth."""
    model = concentrated(1)
    monkeypatch.setattr(duals, "ITERATIONS", 1)
    assert impossibility(model, SUBJECT) is None
    weak = optimality(model, SUBJECT, Fraction(10**6))
    assert weak is not None
    assert weak.leaves[0].duals == ()
    assert weak.bound == 0
    assert prices(model, weak) == ()
