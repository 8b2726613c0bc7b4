"""From a search to an answer: what is proven comes before what is only known of the search."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from policy.ir.bound import Outcome
from policy.judge.verdict import Verdict
from server.desk import propose
from server.desk.prepare import Task, net_assets, prepared
from solver.certificate import Subject
from solver.intent import Intent
from solver.model import Column, ColumnKind, Model, Row, Standing
from solver.propose import Reason
from solver.propose import Refusal as NoTrade
from solver.refusal import Impossible, NotSearched
from solver.search import Patience
from tests.policy.ir.shorting import shorting

SUBJECT = Subject(frozenset({Outcome.PASS}), None)


@pytest.fixture
def under_water() -> Task:
    """A margin account that owes more than it has."""
    book = shorting()
    owing = {name: replace(a, facts={"borrowings": Fraction(100_000)}) for name, a in book.accounts.items()}
    return prepared({}, replace(book, accounts=owing), Intent())


def test_an_account_under_water_has_an_answer(under_water: Task) -> None:
    assert net_assets(under_water.bound) < 0
    answer = propose.answered(under_water)
    assert isinstance(answer, propose.Proposed)
    assert "INVALID" not in repr(answer.trace)
    with pytest.raises(AssertionError, match="better than the bound"):
        Patience(gap=Fraction(-1))


@pytest.mark.parametrize("most", [4, 5])
def test_what_is_impossible_by_exact_rows_is_so_whatever_is_only_judged(under_water: Task, most: int) -> None:
    """5 are wanted and `most` allowed, beside a rule that no backend can search."""
    column = Column("q", ColumnKind.INTEGER, Fraction(0), Fraction(9))
    ends = ((Fraction(5), None), (None, Fraction(most)))
    rows = tuple(
        Row(f"{name}:0", ((Fraction(1), "q"),), *end, Standing.EXACT, name, "0")
        for name, end in zip(("floor", "cap"), ends, strict=True)
    )
    model = Model({"q": column}, rows, (), Fraction(0), frozenset({"floor", "cap"}))
    found = NoTrade(Reason.NOT_SEARCHED, {}, ("judged",), (), Verdict(Outcome.BLOCK, ()), Fraction(0), None, model, ())
    refusal = propose._refusal(under_water, found, SUBJECT)
    assert isinstance(refusal, Impossible if most < 5 else NotSearched)
