"""A waiver never makes a verdict worse: of no obligation, whatever is known."""

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
from policy.ir.bound import Outcome
from policy.ir.point import point_of
from policy.judge import fast
from policy.judge.eval import judge
from tests.policy.ir.little import account, book, outcome, rule, security, waiver
from tests.policy.lowering import lowered
from tests.worlds import mandates
from tests.worlds.firms import TODAY, firm, orders
from tests.worlds.rules import NOWHERE

SEEDS = range(400)


def some(rng: Random, waived: core.Rule, of: Book) -> core.Waiver:
    name = rng.choice((None, *sorted(of.accounts)))
    limit = core.Scale(Fraction(rng.choice((10, 40, 80)), 100), core.Term("net assets"))
    return core.Waiver(
        id="W-1", rule=waived.id, scope=core.Scope("account", name), level=None, group=None,
        raises_to=rng.choice((None, limit)), no_purchases=rng.random() < 0.3, effective=core.Effective(TODAY, TODAY),
        reason="a reason", evidence=None, approved_by="CCO", approved_on=TODAY, visible_to=None, file="test",
        span=NOWHERE,
    )  # fmt: skip


def test_with_a_waiver_nothing_is_worse_than_without() -> None:
    met: Counter[tuple[Outcome, Outcome]] = Counter()
    for seed in SEEDS:
        rng = Random(seed)
        of = firm(rng, gaps=rng.random() < 0.7)
        placed = orders(rng, of) if rng.random() < 0.5 else ()
        point = point_of(index(of), placed)
        assert isinstance(point, dict)
        asked = replace(mandates.rule(rng, "R-1", about_orders=True), scope=core.Scope("account"))
        end = rng.choice((Outcome.WARN, Outcome.CONSENT, Outcome.BLOCK))
        asked = replace(asked, clauses=tuple(replace(each, otherwise=end) for each in asked.clauses))
        before, after = (
            bind(core.Library((asked,), (), waivers), of, placed) for waivers in ((), (some(rng, asked, of),))
        )
        verdict = judge(after, point)
        assert fast.verdict(fast.judge_fast(fast.tables(after), point)) == verdict, seed
        for one, other in zip(judge(before, point).findings, verdict.findings, strict=True):
            assert other.outcome.rank <= one.outcome.rank, (seed, one.obligation.id, one.outcome, other.outcome)
            met[one.outcome, other.outcome] += 1
    assert met[Outcome.BLOCK, Outcome.WAIVED] > 20
    assert met[Outcome.CONSENT, Outcome.WAIVED] > 10
    assert met[Outcome.UNKNOWN, Outcome.UNKNOWN] > 10


def test_a_rule_that_only_warns_is_not_made_to_stop_by_a_waiver() -> None:
    text = rule("limit each issuer to at most 10% of net assets", breach="warn")
    known = book({("A", "X"): 20}, security("X"), accounts=(account("A", 80),))
    unknown = replace(known, prices=())
    for allows in ("lifts the rule", "raises limit to 15% of net assets", "raises limit to 30% of net assets"):
        for of in (known, unknown):
            assert outcome(text, of) is outcome(text + waiver("every account", allows), of) is Outcome.WARN


@pytest.mark.parametrize("without", [Outcome.CONSENT, Outcome.BLOCK])
def test_what_is_asked_for_stays_where_nobody_knows_whether_it_is_waived(without: Outcome) -> None:
    """X is worth 20 and what Y adds, of which no price is known: more than 10, and perhaps more than 30."""
    of = book({("A", "X"): 20, ("A", "Y"): 1}, security("X"), replace(security("Y"), issuer="X"))
    of = replace(of, prices=tuple(price for price in of.prices if price.instrument == "X"))

    def said(*allows: str) -> Outcome:
        text = rule("limit each issuer to at most USD 10") + "".join(waiver("every account", each) for each in allows)
        found = lowered(text)
        rules = (replace(r, clauses=tuple(replace(c, otherwise=without) for c in r.clauses)) for r in found.rules)
        return judge(bind(replace(found, rules=tuple(rules)), of), {}).outcome

    perhaps = Outcome.CONSENT if without is Outcome.CONSENT else Outcome.UNKNOWN
    assert (said(), said("raises limit to USD 15"), said("lifts the rule")) == (without, without, Outcome.WAIVED)
    assert said("raises limit to USD 30") is perhaps
