"""A household's waiver gives what a waiver of each of its accounts would give, and to a rule that judges households
what one of every account gives there; to anybody else it gives nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from policy.book.facts import Book
from policy.book.read import index
from policy.ir import core
from policy.ir.bind import bind
from policy.ir.bound import Bound, Obligation, Outcome
from policy.ir.point import point_of
from policy.judge import fast
from policy.judge.eval import judge
from tests.laws.test_judge_laws import not_down
from tests.solver.test_rows_twin import compare
from tests.worlds import mandates
from tests.worlds.firms import TODAY, firm, orders
from tests.worlds.rules import NOWHERE

SEEDS = range(200)
USABLE = frozenset({Outcome.PASS, Outcome.WARN, Outcome.WAIVED})


def made(rng: Random) -> Book:
    """Some accounts state no household."""
    found = firm(rng)
    homes = ("H1", "H1", "H2", None)
    return replace(found, accounts={n: replace(a, household=rng.choice(homes)) for n, a in found.accounts.items()})


def waiver(rng: Random, rule: core.Rule) -> core.Waiver:
    """For household H1."""
    return core.Waiver(
        id="W-1", rule=rule.id, scope=core.Scope("household", "H1"), level=None, group=None,
        raises_to=rng.choice((None, core.Scale(Fraction(rng.choice((20, 60, 100)), 100), core.Term("net assets")))),
        no_purchases=rng.random() < 0.3, effective=core.Effective(TODAY, TODAY), reason="a reason", evidence=None,
        approved_by="CCO", approved_on=TODAY, visible_to=None, file="test", span=NOWHERE,
    )  # fmt: skip


def bound(book: Book, rule: core.Rule, *waivers: core.Waiver) -> Bound:
    """But for the hash of the library, in which the waivers themselves are."""
    return replace(bind(core.Library((rule,), (), waivers), book), library="")


def ladders(found: Bound) -> dict[str, Obligation]:
    return {obligation.id: obligation for obligation in found.obligations}


@pytest.mark.parametrize("kind", ["account", "tagged"])
def test_it_is_that_of_each_of_its_accounts(kind: str) -> None:
    """Bound alike, and so read alike by judges, solver and proof."""
    changed = 0
    for seed in SEEDS:
        rng = Random(seed)
        book, name = made(rng), "fund" if kind == "tagged" else None
        rule = replace(mandates.rule(rng, "R-1", about_orders=True), scope=core.Scope(kind, name))
        whole = waiver(rng, rule)
        members = [account.id for account in book.accounts.values() if account.household == "H1"]
        single = (replace(whole, scope=core.Scope("account", account)) for account in members)
        found = bound(book, rule, whole)
        assert found == bound(book, rule, *single), seed
        changed += found != bound(book, rule)
    assert changed > len(SEEDS) / 4


def test_where_households_are_judged_it_is_that_of_every_account_for_one_of_them() -> None:
    changed = 0
    for seed in SEEDS:
        rng = Random(seed)
        book = made(rng)
        rule = replace(mandates.rule(rng, "R-1", about_orders=True), scope=core.Scope("household"))
        whole = waiver(rng, rule)
        without = ladders(bound(book, rule))
        everybody = ladders(bound(book, rule, replace(whole, scope=core.Scope("account"))))
        found = ladders(bound(book, rule, whole))
        expected = {
            name: (everybody if each.scope == "household H1" else without)[name] for name, each in found.items()
        }
        assert found == expected, seed
        changed += found != without
    assert changed > len(SEEDS) / 4


def test_what_is_judged_over_the_firm_is_not_waived_for_a_household() -> None:
    """The checker refuses such a waiver; a library that comes from elsewhere gains nothing by one."""
    for seed in SEEDS:
        rng = Random(seed)
        book = made(rng)
        book = replace(book, accounts={name: replace(a, household="H1") for name, a in book.accounts.items()})
        rule = replace(mandates.rule(rng, "R-1", about_orders=True), scope=core.Scope("firm"))
        assert bound(book, rule, waiver(rng, rule)) == bound(book, rule), seed


def test_judges_and_rows_read_it_alike() -> None:
    met: Counter[Outcome] = Counter()
    rows: Counter[str] = Counter()
    for seed in SEEDS:
        rng = Random(seed)
        book = made(rng)
        scope = core.Scope(rng.choice(("account", "household")))
        rule = replace(mandates.rule(rng, "R-1", about_orders=True), scope=scope)
        placed = orders(rng, book)
        point = point_of(index(book), placed)
        if not isinstance(point, dict):
            continue
        found = bind(core.Library((rule,), (), (waiver(rng, rule),)), book, placed)
        verdict = judge(found, point)
        assert fast.verdict(fast.judge_fast(fast.tables(found), point)) == verdict, seed
        for obligation in found.obligations:
            rows[compare(found, obligation, point, USABLE)] += 1
        met.update(finding.outcome for finding in verdict.findings)
    assert met[Outcome.WAIVED] > 30
    assert rows.keys() <= {"agrees", "looser"}
    assert rows["agrees"] > 10 * rows["looser"]


def test_an_account_that_hides_its_household_gains_nothing() -> None:
    for seed in SEEDS:
        rng = Random(seed)
        book = made(rng)
        rule = replace(mandates.rule(rng, "R-1", about_orders=False), scope=core.Scope("account"))
        rule = replace(rule, clauses=tuple(replace(each, otherwise=Outcome.BLOCK) for each in rule.clauses))
        whole = waiver(rng, rule)
        hidden = replace(book, accounts={name: replace(a, household=None) for name, a in book.accounts.items()})
        before, after = (judge(bound(each, rule, whole), {}, standing=True).findings for each in (book, hidden))
        for known, less in zip(before, after, strict=True):
            assert not_down(known.outcome, less.outcome), seed
