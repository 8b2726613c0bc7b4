"""What is wrong with orders, whatever the rules say."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from policy.ir.bound import Lin, Outcome, Truth
from solver.certify import certify
from solver.from_ir import PASS_ONLY
from tests.solver.small import at_most, book, must, value

F = Fraction
BOOK = book([F(10), F(20)], [60, 20], cash=100, lots=2, specific=False, minimum=F(50))


def test_an_order_within_everything_has_no_flaw() -> None:
    word = certify(BOOK, {"buy/A/I1": F(5)})
    assert word.flaws == ()
    assert word.passes(PASS_ONLY)


@pytest.mark.parametrize(
    ("point", "flaw"),
    [
        ({"buy/A/I1": F(6)}, "short of cash"),
        ({"buy/A/I1": F(101)}, "outside its box"),
        ({"buy/A/I1": F(-1)}, "outside its box"),
        ({"buy/A/I1": F(7, 2)}, "no whole number of units"),
        ({"buy/A/I0": F(5), "sell/I0.0": F(30)}, "crosses an order"),
        ({"sell/I0.1": F(30)}, "against the account's relief method"),
        ({"buy/A/I1": F(2)}, "below the minimum trade"),
        ({"sell/I1.0": F(2)}, "below the minimum trade"),
    ],
)
def test_a_flaw_is_named(point: dict[str, Fraction], flaw: str) -> None:
    assert any(flaw in found for found in certify(BOOK, point).flaws)


def test_the_last_piece_of_a_lot_may_be_sold_whole() -> None:
    bound = book([F(10)], [7], lots=2)
    assert certify(bound, {"sell/I0.0": F(7, 2)}).flaws == ()
    assert certify(bound, {"sell/I0.0": F(5, 2)}).flaws


def test_a_position_below_the_minimum_may_be_closed() -> None:
    bound = book([F(10)], [3], minimum=F(50))
    assert certify(bound, {"sell/I0.0": F(3)}).flaws == ()
    assert certify(bound, {"sell/I0.0": F(2)}).flaws


def test_the_judge_has_the_word_on_the_rules() -> None:
    bound = replace(BOOK, obligations=(must("CAP", at_most(value(1), Lin(F(450)))), must("U", Truth(None))))
    word = certify(bound, {"buy/A/I1": F(5)})
    assert [finding.outcome for finding in word.verdict.findings] == [Outcome.BLOCK, Outcome.UNKNOWN]
    assert not word.passes(PASS_ONLY)
    assert word.passes(frozenset(Outcome))
