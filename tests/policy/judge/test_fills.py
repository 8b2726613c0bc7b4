"""Partial fills in small: what is promised, which state is named, and what the verdict then says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from policy.interval import ZERO
from policy.ir.bound import (
    Any,
    Bound,
    Domain,
    Form,
    Formula,
    Kind,
    Leaf,
    Lin,
    Moment,
    Obligation,
    Op,
    Origin,
    Outcome,
    Quantity,
    Rung,
)
from policy.judge.fills import judge_orders, sells_first
from policy.judge.verdict import FillSafety, Finding

DAY = date(2026, 7, 1)
ONE = Fraction(1)
TEN = Fraction(10)
ORIGIN = Origin("rule", "Rule", 1, "rule.mandate", 1, 1, "", "mandate", "00" * 32)

BUY, OLD, NEW = "buy/A/X", "sell/old", "sell/new"


def book(formula: Formula, *further: Rung, coefficients: dict[str, Fraction]) -> Bound:
    """One account that may buy X and sell two lots of Y, the old one first; `g` is what the clause speaks of."""
    quantities = {
        BUY: Quantity(BUY, Kind.BUY, "A", "X", None, ZERO, TEN, ONE),
        OLD: Quantity(OLD, Kind.SELL, "A", "Y", "old", ZERO, TEN, ONE),
        NEW: Quantity(NEW, Kind.SELL, "A", "Y", "new", ZERO, TEN, ONE),
    }
    form = Form("g", ZERO, tuple((c, name) for name, c in coefficients.items()), None, None)
    domain = Domain("A", "g", ZERO, {"Y": (OLD, NEW)}, False, (), ZERO, {})
    ladder = (Rung(formula, Outcome.PASS, "within the limit"), *further)
    clause = Obligation("rule/1", ORIGIN, "account A", ("A",), None, (Moment.TRADE,), ladder, Outcome.BLOCK)
    return Bound(DAY, DAY, "USD", quantities, {"g": form}, (clause,), (domain,), "", "")


def at_most(limit: int) -> Leaf:
    return Leaf(Lin(ZERO, ((ONE, "g"),)), Op.LE, Lin(Fraction(limit)))


def answer(bound: Bound, point: dict[str, Fraction]) -> Finding:
    return judge_orders(bound, point, sells_first(bound, point)).findings[0]


ALL = {BUY: TEN, OLD: TEN, NEW: TEN}


def test_sales_before_purchases_keep_a_limit_that_purchases_alone_would_break() -> None:
    found = answer(book(at_most(5), coefficients={BUY: ONE, OLD: -ONE}), {BUY: TEN, OLD: TEN})
    assert found.fills is FillSafety.ORDERED
    assert found.outcome is Outcome.PASS


def test_what_no_fill_can_break_passes_always() -> None:
    assert answer(book(at_most(20), coefficients={BUY: ONE, OLD: -ONE}), ALL).fills is FillSafety.ALWAYS


@pytest.mark.parametrize(("limit", "fills"), [(10, FillSafety.ALWAYS), (9, FillSafety.COMPLETE)])
def test_lots_fill_one_after_the_other(limit: int, fills: FillSafety) -> None:
    """The old lot raises g to ten, the new one takes it back: the worst state lies between the ends of one order."""
    found = answer(book(at_most(limit), coefficients={OLD: ONE, NEW: -ONE}), {OLD: TEN, NEW: TEN})
    assert found.fills is fills
    if fills is FillSafety.COMPLETE:
        assert found.state == {OLD: TEN}


def test_the_other_lot_first_is_harmless() -> None:
    assert answer(book(at_most(0), coefficients={OLD: -ONE, NEW: ONE}), {OLD: TEN, NEW: TEN}).fills is FillSafety.ALWAYS


def test_a_clause_broken_on_the_way_has_the_outcome_of_that_state() -> None:
    found = answer(book(at_most(5), coefficients={OLD: ONE, BUY: -ONE}), {OLD: TEN, BUY: TEN})
    assert found.fills is FillSafety.COMPLETE
    assert found.outcome is Outcome.BLOCK
    assert found.state == {OLD: TEN}
    assert found.reason == "while orders are partly filled: beyond the limit"
    assert found.within is False
    assert found.deciding is not None
    assert found.deciding.value == 10


def test_a_tolerated_breach_on_the_way_to_its_cure_is_allowed() -> None:
    """g starts at zero, above its limit of −5; the orders only lower it."""
    passive = Rung(at_most(0), Outcome.WARN, "passive breach, not worsened", tolerance=True)
    found = answer(book(at_most(-5), passive, coefficients={OLD: -ONE}), {OLD: TEN})
    assert (found.outcome, found.fills) == (Outcome.PASS, FillSafety.ALWAYS)


def test_a_consent_that_only_the_way_needs_is_reported() -> None:
    consent = Rung(at_most(10), Outcome.CONSENT, "consent of Board")
    found = answer(book(at_most(5), consent, coefficients={OLD: ONE, BUY: -ONE}), {OLD: TEN, BUY: TEN})
    assert (found.outcome, found.fills) == (Outcome.CONSENT, FillSafety.COMPLETE)


def test_a_clause_that_fails_at_the_end_makes_no_claim() -> None:
    found = answer(book(at_most(5), coefficients={OLD: ONE}), {OLD: TEN})
    assert (found.outcome, found.fills, found.state) == (Outcome.BLOCK, None, None)


def test_without_orders_there_is_no_way() -> None:
    assert answer(book(at_most(5), coefficients={OLD: ONE}), {}).fills is FillSafety.ALWAYS


def test_cutting_the_box_proves_what_intervals_alone_do_not() -> None:
    """g ≤ 4 or g ≥ 4: no side holds everywhere, each holds on its half."""
    either = Any((at_most(4), Leaf(Lin(ZERO, ((ONE, "g"),)), Op.GE, Lin(Fraction(4)))))
    assert answer(book(either, coefficients={OLD: ONE}), {OLD: Fraction(8)}).fills is FillSafety.ALWAYS


def test_what_is_neither_proven_nor_refuted_is_said_so() -> None:
    """A whole share is never between 4 and 5: the box of real numbers cannot know."""
    either = Any((at_most(4), Leaf(Lin(ZERO, ((ONE, "g"),)), Op.GE, Lin(Fraction(5)))))
    found = answer(book(either, coefficients={OLD: ONE}), {OLD: Fraction(8)})
    assert (found.outcome, found.fills) == (Outcome.PASS, FillSafety.NOT_PROVEN)


def with_residue(bound: Bound, low: int) -> Bound:
    residue = Quantity("residue/A", Kind.RESIDUE, "A", None, None, Fraction(low), ZERO, None)
    return replace(bound, quantities={**bound.quantities, "residue/A": residue})


def test_a_residue_may_be_anything_in_its_box_on_the_way() -> None:
    bound = book(at_most(5), coefficients={OLD: ONE, "residue/A": -ONE})
    assert answer(with_residue(bound, -1), {OLD: Fraction(4)}).fills is FillSafety.ALWAYS
    assert answer(with_residue(bound, -2), {OLD: Fraction(4)}).fills is FillSafety.NOT_PROVEN


def test_nothing_is_booked_where_nothing_is_filled() -> None:
    """g may not rise at all; each unit sold lowers it by one, and booking it raises it by at most one."""
    bound = book(at_most(0), coefficients={OLD: -ONE, "residue/A": -ONE})
    assert answer(with_residue(bound, -1), {OLD: TEN}).fills is FillSafety.ALWAYS
    assert answer(with_residue(bound, -2), {OLD: TEN}).fills is FillSafety.NOT_PROVEN


def test_what_one_order_books_is_there_while_another_is_not_filled() -> None:
    """Ten a unit bought outweighs all booking, but sales that do not move g book as well."""
    bound = with_residue(book(at_most(1), coefficients={OLD: ZERO, BUY: -TEN, "residue/A": -ONE}), -2)
    assert answer(bound, {OLD: TEN, BUY: TEN}).fills is FillSafety.NOT_PROVEN
    assert answer(bound, {BUY: TEN}).fills is FillSafety.ALWAYS


def test_booking_is_not_counted_once_per_order_where_once_proves_it() -> None:
    bound = with_residue(book(at_most(2), coefficients={OLD: ZERO, BUY: ZERO, "residue/A": -ONE}), -2)
    assert answer(bound, {OLD: TEN, BUY: TEN}).fills is FillSafety.ALWAYS
