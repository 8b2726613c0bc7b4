"""Whose accounts a rule is judged over: an account without a household escapes no household's rule unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from policy.book.facts import Account, Book, Elsewhere
from policy.book.problem import Problem
from policy.ir.bound import Outcome
from policy.ir.core import Library
from policy.ir.scope import not_asked, uncovering
from tests.policy.ir.little import DAY, account, book, buy, findings, rule, security, waiver
from tests.policy.lowering import lowered

CAP = "limit each issuer to at most 50% of net assets"
EACH = rule(CAP, applies="each household")
SMITH = rule(CAP, applies='household "Smith"')
COMPLETE = {"groups household": DAY}


def held(*accounts: Account, **units: int) -> Book:
    """Units of X by account, each account with 100 in cash."""
    return book({(name, "X"): many for name, many in units.items()}, security("X"), accounts=accounts)


def outcomes(text: str, of: Book) -> dict[str, Outcome]:
    return {found.obligation.scope: found.outcome for found in findings(text, of)}


SMITHS = (account("A", 100, "Smith"), account("B", 100, "Smith"))
LOST = (account("A", 100, "Smith"), account("B", 100))


def test_the_accounts_of_a_household_are_judged_together() -> None:
    assert outcomes(EACH, held(*SMITHS, A=20, B=150)) == {"household Smith": Outcome.PASS}


@pytest.mark.parametrize("text", [EACH, SMITH])
def test_an_account_that_states_no_household_may_be_of_any(text: str) -> None:
    told = findings(text, held(*LOST, A=20, B=20))
    assert {f.obligation.scope: f.outcome for f in told} == {
        "household Smith": Outcome.UNKNOWN,
        "account B": Outcome.UNKNOWN,
    }
    assert all("household of account B" in found.obligation.unknowns for found in told)


def test_what_an_account_breaks_alone_is_broken() -> None:
    assert outcomes(EACH, held(*LOST, A=20, B=150))["account B"] is Outcome.BLOCK


def test_a_household_of_its_own_where_households_are_complete() -> None:
    known = replace(held(*LOST, A=20, B=20), complete=COMPLETE)
    assert outcomes(EACH, known) == {"household Smith": Outcome.PASS, "account B": Outcome.PASS}
    assert outcomes(SMITH, known) == {"household Smith": Outcome.PASS}
    assert outcomes(EACH, replace(held(*LOST, A=20, B=150), complete=COMPLETE))["account B"] is Outcome.BLOCK


def test_complete_from_tomorrow_on_is_not_complete() -> None:
    later = replace(held(*LOST, A=20, B=20), complete={"groups household": DAY + timedelta(days=1)})
    assert set(outcomes(EACH, later).values()) == {Outcome.UNKNOWN}


def test_the_only_account_of_a_book_shares_its_household_with_none() -> None:
    alone = held(account("A", 100), A=20)
    assert outcomes(EACH, alone) == {"account A": Outcome.PASS}
    assert outcomes(SMITH, alone) == {"account A": Outcome.UNKNOWN}


def test_nothing_bought_here_says_nothing_of_what_was_bought_there() -> None:
    text = rule(CAP, applies="each household", tested="purchase")
    told = findings(text, held(*LOST, A=20, B=20), buy("X", account="B"))
    assert {found.outcome for found in told} == {Outcome.UNKNOWN}


def test_no_waiver_and_no_tolerance_passes_what_is_unknown() -> None:
    text = rule(CAP, applies="each household") + waiver('every account issuer "X"')
    assert not {Outcome.PASS, Outcome.WAIVED} & set(outcomes(text, held(*LOST, A=150, B=150)).values())


def test_what_only_warns_warns_that_it_could_not_be_checked() -> None:
    text = rule(CAP, applies="each household", breach="warn").replace(', waiver by "CCO"', "")
    assert set(outcomes(text, held(*LOST, A=20, B=20)).values()) == {Outcome.WARN}


# --- rules that bind nobody -----------------------------------------------------------------------


def told(
    text: str, of: Book, by: Callable[[Library, Book], Iterable[Problem]] = not_asked
) -> list[tuple[str | None, str, str]]:
    return [(problem.place.field, problem.what, problem.do) for problem in by(lowered(text), of)]


def _empty() -> Iterator[tuple[str, str]]:
    yield 'accounts tagged "ucits"', "none is tagged `ucits`; correct the tag, or tag the accounts"
    yield (
        'household "Jones"',
        "no account states household `Jones`; correct its name, or give the accounts their household",
    )
    yield 'account "C"', "none is called `C`; correct the name, or add the account"


@pytest.mark.parametrize(("applies", "do"), list(_empty()))
def test_a_rule_that_binds_nobody_is_told(applies: str, do: str) -> None:
    text = rule(CAP, applies=applies)
    assert not findings(text, held(*SMITHS, A=20))
    assert told(text, held(*SMITHS, A=20)) == [("R-1", "rule `R-1` binds no account", do)]


def test_an_empty_book_has_nobody_to_bind() -> None:
    assert told(EACH, held()) == [("R-1", "rule `R-1` binds no account", "the book has none")]


@pytest.mark.parametrize("applies", ["firm", "each household", "each account", 'household "Smith"', 'account "A"'])
def test_a_rule_that_binds_somebody_is_not(applies: str) -> None:
    assert not told(rule(CAP, applies=applies), held(*LOST, A=20))


@pytest.mark.parametrize(
    ("covering", "do"),
    [
        ('household "Smiht"', "did you mean `Smith`?"),
        ('household "Jones"', dict(_empty())['household "Jones"']),
        ('account "C"', dict(_empty())['account "C"']),
    ],
)
def test_a_waiver_that_covers_nobody_is_told(covering: str, do: str) -> None:
    text, of = rule(CAP) + waiver(covering), held(*SMITHS, A=20)
    assert told(text, of, uncovering) == [("W-1", "waiver `W-1` covers no account", do)]
    assert not told(text, of)
    assert not told(text, replace(of, elsewhere=Elsewhere.PERHAPS), uncovering)
    assert not told(rule(CAP) + waiver('household "Smith"'), of, uncovering)


def test_a_rule_that_is_not_in_force_is_not_either() -> None:
    text = rule(CAP, applies='account "C"').replace("  tested", "  effective from 2027-01-01\n  tested")
    assert not told(text, held(*SMITHS))
    assert told(text, replace(held(*SMITHS), as_of=date(2027, 1, 1), known_at=date(2027, 1, 1)))


def test_a_rule_that_is_tested_on_other_days_only_is_told() -> None:
    text = rule(CAP).replace("tested at proposal", "tested at quarter end")
    of = held(*SMITHS, A=20)
    day = date(2026, 6, 29)
    assert told(text, replace(of, as_of=day, known_at=day)) == [
        ("R-1", "rule `R-1` is tested at the end of a quarter only", "2026-06-29 is none")
    ]
    last = date(2026, 6, 30)
    assert not told(text, replace(of, as_of=last, known_at=last))
