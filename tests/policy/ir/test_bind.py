"""What binding must not mix up: sums of one name, groups that only a later rung asks for, files that were moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from policy.book.facts import Account, Book, Instrument, Issuer, Loading, Lot, Price, Weight
from policy.interval import ZERO
from policy.ir import core
from policy.ir.bind import bind, digest
from policy.ir.bound import Outcome
from policy.judge.eval import judge
from policy.judge.verdict import Verdict
from tests.policy.lowering import lowered

DAY = date(2026, 6, 30)
F = Fraction

RULE = """rule {id} "One"
  source "Policy" section "1"
  layer firm
  applies to {scope}
  counting {measure}
  {demand}
  missing data counts as unknown
  tested at proposal
  on breach block
end
"""


def rules(*demands: str, scope: str = "each account", measure: str = "market value") -> core.Library:
    texts = [RULE.format(id=f"R-{n}", scope=scope, measure=measure, demand=demand) for n, demand in enumerate(demands)]
    return lowered('vocabulary "proofolio" version 1\n\n' + "\n".join(texts))


def book(**cash: int) -> Book:
    """Each account with its cash, and ten dollars of A."""
    return Book(
        as_of=DAY,
        known_at=DAY,
        currency="USD",
        issuers={"A": Issuer("A", "A")},
        instruments={"A": Instrument("A", "A", "A", "USD")},
        households={},
        accounts={
            name: Account(name, name, None, cash={"USD": (F(money), ZERO)}, facts={"borrowings": ZERO})
            for name, money in cash.items()
        },
        lots={name: Lot(name, name, "A", F(10), F(1), DAY) for name in cash},
        prices=(Price("A", DAY, F(1)),),
    )


def judged(library: core.Library, held: Book) -> Verdict:
    return judge(bind(library, held), {}, standing=True)


def test_an_account_may_be_called_as_a_scope_is() -> None:
    """10 of cash in 120, of which the account of that name holds 10 in 20."""
    floor = rules("require cash >= 20% of net assets", scope="firm")
    held = book(firm=10, other=0)
    assert judged(floor, held).outcome is Outcome.PASS
    held = replace(held, lots={**held.lots, "more": Lot("more", "other", "A", F(90), F(1), DAY)})
    (finding,) = judged(floor, held).findings
    assert finding.outcome is Outcome.BLOCK
    assert finding.deciding is not None
    assert (finding.deciding.value, finding.deciding.bound) == (10, 24)


def test_risk_through_funds_is_another_than_of_the_funds() -> None:
    """The fund moves by 5%, the share that it is all made of by 50%."""
    demand = "limit volatility to less than 10%"
    direct, through = rules(demand), rules(demand, measure="market value, through funds")
    plain = book(one=0)
    held = replace(
        plain,
        instruments={"A": Instrument("A", "A", "A", "USD", constituents=(("S", F(1)),)), "S": _share()},
        loadings=(Loading("A", "specific", F(1, 20)), Loading("S", "specific", F(1, 2))),
    )
    both = replace(direct, rules=(*direct.rules, *(replace(rule, id="T") for rule in through.rules)))
    assert [finding.outcome for finding in judged(both, held).findings] == [Outcome.PASS, Outcome.BLOCK]


def _share() -> Instrument:
    return Instrument("S", "S", "A", "USD")


def test_groups_that_only_a_later_rung_asks_for() -> None:
    """B is not held, and its target is half of net assets: that is asked by the block, not by the warning."""
    library = rules("limit each security to at least 50% of target weight\n    warn at 30% of net assets")
    plain = book(one=10)
    account = replace(plain.accounts["one"], model="M")
    held = replace(
        plain,
        issuers={**plain.issuers, "B": Issuer("B", "B")},
        instruments={**plain.instruments, "B": Instrument("B", "B", "B", "USD")},
        accounts={"one": account},
        weights=(Weight("M", "security", "A", F(1, 2)), Weight("M", "security", "B", F(1, 2))),
    )
    found = {finding.obligation.group: finding.outcome for finding in judged(library, held).findings}
    assert found == {"security A": Outcome.PASS, "security B": Outcome.BLOCK}


def test_what_a_shared_limit_misses_is_missing_to_every_group() -> None:
    plain = book(one=10)
    held = replace(
        plain,
        issuers={name: Issuer(name, name) for name in "AB"},
        instruments={name: Instrument(name, name, name, "USD") for name in "AB"},
        accounts={"one": replace(plain.accounts["one"], facts={})},
        lots={name: Lot(name, "one", name, F(10), F(1), DAY) for name in "AB"},
        prices=tuple(Price(name, DAY, F(1)) for name in "AB"),
    )
    found = bind(rules("limit each issuer to at most 60% of net assets"), held).obligations
    assert [obligation.unknowns for obligation in found] == [("borrowings of account one",)] * 2


def test_places_in_files_are_no_part_of_what_rules_mean() -> None:
    library = rules("require cash >= 20% of net assets")
    moved = replace(library, rules=tuple(replace(rule, file="elsewhere/b.mandate") for rule in library.rules))
    assert digest(moved) == digest(library)
    assert digest(moved.rules[0]) == digest(library.rules[0])


@pytest.mark.parametrize(("measure", "outcome"), [("units", Outcome.BLOCK), ("money", Outcome.PASS)])
def test_a_dear_share_for_cheap_ones_is_more_in_units(measure: str, outcome: Outcome) -> None:
    """Ten A at a dollar and ten P at ten cents, of one issuer: one A less, nine P more."""
    plain = book(one=10)
    held = replace(
        plain,
        instruments={name: Instrument(name, name, "A", "USD") for name in "AP"},
        lots={name: Lot(name, "one", name, F(10), F(1), DAY) for name in "AP"},
        prices=(Price("A", DAY, F(1)), Price("P", DAY, F(1, 10))),
    )
    (rule,) = rules("limit each issuer to at most 10% of net assets").rules
    library = core.Library((replace(rule, passive=core.Passive("worsen", measure)),), (), ())
    bound = bind(library, held)
    assert judge(bound, {"sell/A": F(1)}).outcome is Outcome.PASS
    assert judge(bound, {"sell/A": F(1), "buy/one/P": F(9)}).outcome is outcome
