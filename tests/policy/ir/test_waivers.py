"""What a waiver reaches: the account, the level and the stretch of measures that it was signed for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dsl.parse import parse
from dsl.source import Source
from policy.book.facts import Issuer
from policy.ir.bind import bind
from policy.ir.bound import Outcome
from policy.ir.from_dsl import library
from policy.ir.scope import uncovering
from policy.judge.eval import judge
from server.desk.rules import read
from tests.policy.ir.little import account, book, findings, outcome, rule, security, waiver
from tests.policy.lowering import lowered

CAP = "limit each issuer to at most 10% of net assets"


@pytest.mark.parametrize("applies", ["firm", "each household"])
def test_a_waiver_for_one_account_does_not_reach_several(applies: str) -> None:
    of = book(
        {("A", "X"): 1, ("B", "X"): 199}, security("X"),
        accounts=(account("A", 100, "home"), account("B", 100, "home")),
    )  # fmt: skip
    text = rule(CAP, applies=applies) + waiver('account "A"')
    unchecked = library([parse(Source("rules.mandate", text))[0]])
    assert judge(bind(unchecked, of), {}, standing=True).outcome is Outcome.BLOCK


def test_a_waiver_reaches_its_own_account_alone() -> None:
    of = book({("A", "X"): 20, ("B", "X"): 20}, security("X"), accounts=(account("A", 80), account("B", 80)))
    found = findings(rule(CAP) + waiver('account "A"'), of)
    assert [f.outcome for f in found] == [Outcome.WAIVED, Outcome.BLOCK]


def test_a_waiver_for_an_issuer_does_not_reach_a_sector_of_its_name() -> None:
    of = book({("A", "TECH"): 20}, security("TECH", {"sector": "TECH"}), accounts=(account("A", 80),))
    text = rule(f"{CAP}\n  limit each sector to at most 10% of net assets")
    found = findings(text + waiver('every account issuer "TECH"'), of)
    assert {f.obligation.group: f.outcome for f in found} == {
        "issuer TECH": Outcome.WAIVED, "sector TECH": Outcome.BLOCK,
    }  # fmt: skip


def test_more_is_never_better_with_a_waiver() -> None:
    text = rule(
        "limit each issuer to at most 10% of net assets\n"
        '  pass up to 10% of net assets, needs consent of "Board" up to 20% of net assets, else block'
    )
    seen = []
    for held in (5, 15, 25):
        of = book({("A", "X"): held}, security("X"), accounts=(account("A", 100 - held),))
        seen.append(outcome(text + waiver("every account"), of))
    assert seen == [Outcome.PASS, Outcome.WAIVED, Outcome.WAIVED]


def test_a_waiver_goes_by_ids_and_says_so_to_whom_writes_a_name() -> None:
    """B is called as A's id is, and C and D are both called `Trust`: none of them gets what another one was given."""
    called = {"A": "Smith", "B": "A", "C": "Trust", "D": "Trust"}
    of = book({(name, "X"): 20 for name in called}, replace(security("X"), name="Common", issuer="Y"),
              accounts=tuple(replace(account(id_, 80), name=name) for id_, name in called.items()))  # fmt: skip
    of = replace(of, issuers={"Y": Issuer("Y", "Why Inc")})
    text = rule(CAP)

    def waived(covering: str) -> set[str]:
        found = findings(text + waiver(covering), of)
        return {f.obligation.accounts[0] for f in found if f.outcome is Outcome.WAIVED}

    def told(covering: str) -> list[str]:
        return [problem.do for problem in uncovering(lowered(text + waiver(covering)), of)]

    for covering, whom, said in (
        ('account "A"', {"A"}, None),
        ('account "Smith"', set(), "`Smith` is a name, and waivers go by ids: write `A`"),
        ('account "Trust"', set(), "`Trust` is a name, and waivers go by ids: write `C` or `D`"),
        ('every account issuer "Y"', set(called), None),
        ('every account issuer "Why Inc"', set(), "`Why Inc` is a name, and waivers go by ids: write `Y`"),
    ):
        assert waived(covering) == whom, covering
        assert told(covering) == ([said] if said else []), covering


@pytest.mark.parametrize("twice", [rule(CAP), rule(CAP).replace('"a rule"', '"another"'), waiver("every account")])
def test_an_id_is_one_rules_in_all_files(twice: str) -> None:
    texts = {"a.mandate": rule(CAP) + waiver("every account"), "b.mandate": twice}
    found = read([Source(path, text) for path, text in texts.items()])
    assert [each.code for each in found.diagnostics] == ["M235"]
    assert found.library is None


@pytest.mark.parametrize(
    ("breach", "demand", "told"),
    [
        ("block", CAP, []),
        ("warn", CAP, ["M329", "M329"]),
        ("warn", f"{CAP}\n  pass up to 10% of net assets, warn up to 20% of net assets, else block", []),
    ],
)
def test_a_waiver_of_what_only_warns_is_told(breach: str, demand: str, told: list[str]) -> None:
    """Where the rule offers it, and where somebody takes it up."""
    found = read([Source("a.mandate", rule(demand, breach=breach) + waiver("every account"))])
    assert [each.code for each in found.diagnostics] == told
    assert found.library is not None
