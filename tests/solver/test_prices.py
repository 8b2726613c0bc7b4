"""Prices of rules: what moving a limit really saves, as far as the range says."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from policy.ir.bound import Outcome
from solver.backend import duals
from solver.backend.duals import Relaxation, Solved
from solver.backend.mathopt import scip
from solver.certificate import Subject, impossibility, optimality, provable
from solver.claim import Claim, Limits
from solver.model import ColumnKind, Model
from solver.prices import Price, prices
from tests.solver.concentrated import BASKET, concentrated
from tests.solver.little import little

CENT = Fraction(1, 100)


def answer(model: Model) -> dict[str, int]:
    """The binaries of a good point."""
    found = scip(model, Limits(nodes=200), None)
    assert isinstance(found, Claim)
    return {name: round(found.values[name]) for name, c in model.columns.items() if c.kind is ColumnKind.BINARY}


def optimum(model: Model, decided: dict[str, int], price: Price, looser: Fraction) -> Fraction | None:
    """With the limit moved; None where nothing is left."""
    rows = tuple(
        replace(row, high=None if row.high is None else row.high + looser) if row.name == price.row else row
        for row in model.rows
    )
    boxes = {name: (Fraction(value), Fraction(value)) for name, value in decided.items()}
    found = Relaxation(provable(replace(model, rows=rows))).solve(boxes)
    return found.value if isinstance(found, Solved) else None


@pytest.mark.parametrize("seed", [1, 4])
def test_a_limit_costs_what_its_price_says_within_its_range(seed: int) -> None:
    model = concentrated(seed)
    decided = answer(model)
    found = prices(model, decided)
    assert BASKET in {price.source for price in found}
    assert list(found) == sorted(found, key=lambda price: price.each, reverse=True)
    for price in found:
        before = optimum(model, decided, price, Fraction(0))
        assert before is not None
        assert price.ranged
        assert price.each > 0
        for sign, room in ((1, price.looser), (-1, price.tighter)):
            for part in (Fraction(1, 3), Fraction(99, 100)):
                moved = sign * part * (room if room is not None else Fraction(1_000))
                after = optimum(model, decided, price, moved)
                assert after is not None
                assert abs(before - after - price.each * moved) < CENT


def test_beyond_its_range_a_looser_limit_saves_less() -> None:
    model = concentrated(1)
    decided = answer(model)
    (price,) = (price for price in prices(model, decided) if price.source == BASKET)
    assert price.looser is not None
    before, after = (optimum(model, decided, price, looser) for looser in (Fraction(0), 3 * price.looser))
    assert before is not None
    assert after is not None
    assert before - after < price.each * 3 * price.looser - CENT


def test_nothing_has_a_price_where_nothing_binds_or_no_point_is_left() -> None:
    assert all(price.each for seed in range(20) for price in _of_little(seed))


def _of_little(seed: int) -> tuple[Price, ...]:
    model = little(seed, rows=2).model
    return prices(model, {name: 0 for name, c in model.columns.items() if c.kind is ColumnKind.BINARY})


def test_without_an_answer_from_the_backend_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that gives up costs strength, never truth."""
    model = concentrated(1)
    subject = Subject(frozenset({Outcome.PASS}), None)
    monkeypatch.setattr(duals, "ITERATIONS", 1)
    assert prices(model, dict.fromkeys(provable(model).binaries, 1)) == ()
    assert impossibility(model, subject) is None
    weak = optimality(model, subject, Fraction(10**6))
    assert weak is not None
    assert weak.leaves[0].duals == ()
    assert weak.bound == 0
