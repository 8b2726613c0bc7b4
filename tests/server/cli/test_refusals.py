"""A refusal in print says what was proven, by which measure, and no more than that."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from rich.console import Console

from server.answer.proposal import Conflict, Gap, Gives, ProposeAnswer
from server.answer.verdict import Finding, JudgeAnswer
from server.cli.show import proposal, terminal

DAY = date(2026, 1, 30)
BEFORE = JudgeAnswer("pass", DAY, DAY, "USD", "0", "0", 0, (), (), (), 0, ())
ANSWER = ProposeAnswer(
    answer="impossible",
    as_of=DAY,
    currency="USD",
    allowed=("pass",),
    orders=(),
    money=None,
    objective=None,
    objective_of_nothing=Fraction(0),
    gap=None,
    costs=(),
    price_box=None,
    before=BEFORE,
    after=None,
    conflict=None,
    stands_in_the_way=(),
    not_searched=(),
    tried=(),
    reproducible=True,
    bundle=None,
)


@pytest.mark.parametrize(
    ("allowed", "said"),
    [
        (("pass",), "end in pass under every rule; warnings or orders that need a consent may"),
        (("pass", "warn"), "end in pass or warn under every rule; orders that need a consent may"),
        (("pass", "warn", "waived", "needs consent"), "end in pass, warn, waived or needs consent under every rule"),
    ],
)
def test_impossible_says_which_outcomes_were_asked_for(allowed: tuple[str, ...], said: str) -> None:
    head = proposal.head(replace(ANSWER, allowed=allowed))
    assert said in head
    assert ("accept" in head) is (len(allowed) < 4)


def printed(answer: ProposeAnswer) -> str:
    console = Console(file=io.StringIO(), theme=terminal.THEME, width=100)
    proposal.show(answer, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_nothing_to_do_says_how_much_is_proven() -> None:
    nothing = replace(ANSWER, answer="proposed")
    assert "no orders were found" in printed(nothing)
    gap = Gap(Fraction(12), Fraction(1), None, None)
    assert "others could be better by at most $12.00" in printed(replace(nothing, gap=gap))


def test_what_is_proven_is_said_where_there_are_no_net_assets() -> None:
    text = printed(replace(ANSWER, answer="proposed", gap=Gap(Fraction(0), None, None, None)))
    assert "better by more than $0.00 by the intent: proven" in text


@pytest.mark.parametrize("reproducible", [True, False, None])
def test_an_answer_that_a_rerun_may_not_give_says_so(reproducible: bool | None) -> None:
    for word in ("proposed", "not found", "not permitted"):
        text = printed(replace(ANSWER, answer=word, reproducible=reproducible))
        assert ("not reproducible" in text) is (reproducible is False)


FINDING = Finding(
    id="R/1",
    rule="R",
    title="Title",
    clause=1,
    authority="",
    layer="firm",
    file="",
    line=1,
    scope="account a",
    group=None,
    moments=("proposal",),
    outcome="unknown",
    reason="could not check: a fact is missing",
    within=None,
    measured=None,
    fills=None,
    missing=("f",),
)
GIVES = Gives("R", "R/1", "Title", "", "account a", None, "shares", Fraction(5), None, None)


@pytest.mark.parametrize(
    ("unit", "least", "enough", "said"),
    [
        ("shares", "5", None, "at least 5 shares"),
        ("shares", "4.2", "5", "5 shares"),
        ("shares", "4.2", "6.1", "5 shares to 7 shares"),
        ("USD", "5", None, "at least $5.00"),
        ("USD", "5", "5", "$5.00"),
        ("USD", "4", "5", "$4.00 to $5.00"),
    ],
)
def test_what_a_rule_would_have_to_give(unit: str, least: str, enough: str | None, said: str) -> None:
    much = None if enough is None else Fraction(enough)
    assert proposal.gives(replace(GIVES, unit=unit, at_least=Fraction(least), enough=much)) == said


@pytest.mark.parametrize("said", ["nothing it gives is enough", "not known"])
def test_what_is_not_known_is_not_called_impossible(said: str) -> None:
    assert proposal.gives(replace(GIVES, at_least=None, alone=said)) == said


@pytest.mark.parametrize(("outcome", "said"), [("unknown", "R is unknown while a fact is missing: f"), ("block", "")])
def test_a_conflict_says_which_of_its_rules_wants_a_fact(outcome: str, said: str) -> None:
    finding = replace(FINDING, outcome=outcome)
    text = printed(replace(ANSWER, conflict=Conflict(True, (GIVES,), ()), before=replace(BEFORE, findings=(finding,))))
    assert (said or "Title") in text
    assert ("is unknown" in text) is bool(said)
