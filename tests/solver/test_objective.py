"""Intents: what they cost, and what they demand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from policy.book.facts import Book, TaxKind
from policy.book.read import Index, index
from policy.interval import ZERO
from policy.ir import core
from policy.ir.bind import bind_to
from policy.ir.bound import Bound, Outcome
from policy.judge.eval import judge
from solver.intent import Drift, Intent, Tax, demanded
from solver.objective import at, objective
from tests.solver.households import planted

F = Fraction
PLAIN = Intent(drift=Drift(F(1, 100), F(1, 100)), friction=ZERO, idle=ZERO)


def household(**account: object) -> tuple[Index, Bound]:
    """One account whose costs are plain."""
    book: Book = planted(1).facts.book
    first = next(iter(book.accounts.values()))
    changed = replace(first, **account)  # type: ignore[arg-type]  # fields of an account
    lots = {name: lot for name, lot in book.lots.items() if lot.account == first.id}
    facts = index(replace(book, accounts={first.id: changed}, lots=lots))
    return facts, bind_to(core.Library((), (), ()), facts)


def test_drift_is_money_off_target() -> None:
    facts, bound = household()
    goal = objective(bound, facts, PLAIN)
    base = sum((facts.unit_values[lot.instrument] * lot.quantity for lot in facts.book.lots.values()), ZERO)
    base += sum(next(iter(facts.book.accounts.values())).cash["USD"])
    held = {w.key: -w.weight * base for w in facts.book.weights}
    for lot in facts.book.lots.values():
        held[lot.instrument] += facts.unit_values[lot.instrument] * lot.quantity
    assert at(bound, goal, {}) == sum((abs(off) for off in held.values()), ZERO) / 100


def test_a_band_is_cheaper_inside_and_dearer_beyond() -> None:
    facts, bound = household()
    inside = at(bound, objective(bound, facts, replace(PLAIN, drift=Drift(F(1, 200), F(1, 100), F(1)))), {})
    beyond = at(bound, objective(bound, facts, replace(PLAIN, drift=Drift(F(1, 200), F(1, 100), F(1, 100)))), {})
    flat = at(bound, objective(bound, facts, PLAIN), {})
    assert inside == flat / 2
    assert inside < beyond < flat


def test_a_gain_is_taxed_by_how_long_the_lot_was_held() -> None:
    facts, _ = household(tax=TaxKind.TAXABLE)
    lot = next(iter(facts.book.lots.values()))
    price = facts.unit_values[lot.instrument]
    rates = replace(PLAIN, drift=Drift(ZERO, ZERO), tax=Tax(F(40, 100), F(20, 100), loss=F(1, 2)))
    half = price / 2
    cases = ((half, 100, half * F(40, 100)), (half, 800, half * F(20, 100)), (2 * price, 100, -price * F(20, 100)))
    for basis, days, tax in cases:
        day: date = facts.book.as_of - timedelta(days=days)
        lots = {**facts.book.lots, lot.id: replace(lot, basis=basis, acquired=day)}
        changed = index(replace(facts.book, lots=lots))
        bound = bind_to(core.Library((), (), ()), changed)
        account = facts.book.accounts[lot.account]
        cost = price * account.cost.spread + account.cost.per_unit
        assert at(bound, objective(bound, changed, rates), {f"sell/{lot.id}": F(1)}) == tax + cost


def test_no_tax_is_due_inside_a_deferred_account() -> None:
    facts, bound = household(tax=TaxKind.DEFERRED)
    taxed, free = (objective(bound, facts, replace(PLAIN, tax=rates)) for rates in (Tax(F(1, 2), F(1, 2)), Tax()))
    assert taxed == free


def test_what_an_intent_demands_is_judged() -> None:
    facts, bound = household()
    (name,) = facts.book.accounts
    lot = next(iter(facts.book.lots.values()))
    asked = replace(PLAIN, raise_cash={name: F(10**9)}, never_trade=frozenset({lot.instrument}), turnover=F(1, 10**6))
    both = demanded(bound, asked)
    asked_for = "cash to raise", "never trade", "turnover"
    assert [o.id for o in both.obligations] == [f"intent/{what}/{name}" for what in asked_for]
    said = [f.outcome for f in judge(both, {f"sell/{lot.id}": F(1)}).findings]
    assert said == [Outcome.BLOCK, Outcome.BLOCK, Outcome.BLOCK]
    assert [f.outcome for f in judge(both, {}).findings] == [Outcome.BLOCK, Outcome.PASS, Outcome.PASS]
    assert demanded(bound, PLAIN) is bound
