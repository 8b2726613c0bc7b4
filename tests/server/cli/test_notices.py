"""What a book leaves open is said beside the verdict: all of it in JSON, the first of it in print."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from policy.book import notices
from policy.book.read import index
from policy.ir.core import Library
from server.answer.verdict import JudgeAnswer, answer_of
from server.cli.judge import judgement
from server.cli.show import terminal, verdict
from tests.policy.ir.little import rule
from tests.policy.judge.test_worsening import book
from tests.policy.lowering import lowered


@pytest.fixture
def answer() -> JudgeAnswer:
    """Of a book in which nothing has a price."""
    library = Library((), (), ())
    return answer_of(judgement(library, index(replace(book(60), prices=()))), library)


def test_all_of_it_is_in_the_answer(answer: JudgeAnswer) -> None:
    told = notices.notices(index(replace(book(60), prices=())))
    assert [notice.what for notice in answer.notices] == [notice.what for notice in told]
    assert ("instruments", "A") in {(notice.table, notice.id) for notice in answer.notices}


def test_print_shows_the_first_and_counts_the_rest(answer: JudgeAnswer) -> None:
    one = answer.notices[0]
    many = replace(answer, notices=(one,) * 7)
    console = Console(file=io.StringIO(), theme=terminal.THEME, width=100)
    verdict.notices(many, console)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert text.count(one.what) == 5
    assert "and 2 more" in text


def test_a_book_that_leaves_nothing_open_says_nothing(answer: JudgeAnswer) -> None:
    console = Console(file=io.StringIO(), theme=terminal.THEME)
    verdict.notices(replace(answer, notices=()), console)
    assert isinstance(console.file, io.StringIO)
    assert not console.file.getvalue()


@pytest.mark.parametrize("fills", ["not proven", "passes always", None])
def test_a_pass_that_is_not_proven_on_the_way_says_so(answer: JudgeAnswer, fills: str | None) -> None:
    library = lowered(rule("limit each issuer to at most 100% of net assets"))
    finding, *_ = answer_of(judgement(library, index(book(60))), library).findings
    console = Console(file=io.StringIO(), theme=terminal.THEME)
    verdict.show(replace(answer, findings=(replace(finding, fills=fills),)), console)
    assert isinstance(console.file, io.StringIO)
    assert ("not proven while orders are partly filled" in console.file.getvalue()) is (fills == "not proven")


@pytest.mark.parametrize("role", ["", "control room"])
def test_a_rule_that_binds_nobody_is_named_to_whoever_may_see_it(role: str) -> None:
    secret = '  visible to "control room"\nend'
    text = rule("limit each issuer to at most 5% of net assets", applies='accounts tagged "ucits"')
    library = lowered(text + text.replace("R-1", "R-2").replace("\nend", f"\n{secret}"))
    found = answer_of(judgement(library, index(book(60))), library, [role] if role else [])
    assert found.answer == "pass"
    names = {notice.id for notice in found.notices if notice.table == "rules"}
    assert names == ({"R-1", "R-2"} if role else {"R-1"})
