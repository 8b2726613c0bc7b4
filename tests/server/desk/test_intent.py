"""An intent's text: what may be wanted, and what is refused with its place."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from policy.book.facts import Book
from policy.book.problem import SUGGESTED, Problem
from policy.ir.bound import Outcome
from server.cli import given
from server.desk import intent
from solver.intent import Drift, Intent, Pin, Tax
from tests.shape.source import ROOT

JOINT = "WF-IRA"


@pytest.fixture(scope="module")
def book() -> Book:
    return given.book(str(ROOT / "server" / "demo" / "whitfield"))


def refused(book: Book, wanted: object) -> Problem:
    found = intent.read(json.dumps(wanted), "intent.json", book)
    assert isinstance(found, tuple), found
    (problem,) = found
    return problem


def test_what_is_written_is_read_again(book: Book) -> None:
    wanted = Intent(
        level="asset class",
        drift=Drift(Fraction(1, 3000), Fraction(1, 70), Fraction(1, 3)),
        tax=Tax(Fraction(408, 1000), Fraction(238, 1000), Fraction(1, 2)),
        raise_cash={next(iter(book.accounts)): Fraction(250001, 100)},
        never_trade=frozenset(list(book.instruments)[:2]),
        leave_alone=frozenset(list(book.accounts)[1:2]),
        pins=(
            Pin(next(iter(book.accounts)), next(iter(book.instruments)), Fraction(-7), None, "a gift in December"),
            Pin(next(iter(book.accounts)), list(book.instruments)[1], Fraction(0), Fraction(0)),
        ),
        turnover=Fraction(1, 5),
        allowed=frozenset({Outcome.PASS, Outcome.WARN, Outcome.CONSENT}),
    )
    assert intent.read(intent.written(wanted), "intent.json", book) == wanted


def test_very_many_unknown_names_are_all_named_and_the_nearest_is_looked_for_a_few_times(book: Book) -> None:
    near = f"{next(iter(book.instruments))}x"
    found = intent.read(json.dumps({"never_trade": [near] * (2 * SUGGESTED)}), "intent.json", book)
    assert isinstance(found, tuple)
    assert [each.place.pointer for each in found] == [f"/never_trade/{n}" for n in range(2 * SUGGESTED)]
    assert ["did you mean" in each.do for each in found] == [True] * SUGGESTED + [False] * SUGGESTED


@pytest.mark.parametrize(
    "wanted", [{"never_trade": ["none"] * 9}, {"level": "none", "model": "none"}, {"a": 1, "b": 2}]
)
def test_who_needs_only_some_problems_gets_the_first_of_all(book: Book, wanted: object) -> None:
    whole = intent.of(wanted, "intent.json", book)
    assert isinstance(whole, tuple)
    assert len(whole) > 1
    assert intent.of(wanted, "intent.json", book, 1) == whole[:1]


@pytest.mark.parametrize("outcome", ["block", "unknown", "fine", "", 3])
def test_orders_never_end_in_a_breach_or_in_the_dark(book: Book, outcome: object) -> None:
    problem = refused(book, {"accept": ["warn", outcome]})
    assert problem.place.line == 1
    assert problem.do


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ({"tax": {"loss": "5"}}, "/tax/loss"),
        ({"tax": {"short": "-0.1"}}, "/tax/short"),
        ({"turnover": "-20%"}, "/turnover"),
        ({"drift": {"inside": "2%", "outside": "1%"}}, "/drift"),
        ({"drift": {"outside": "0.1%"}}, "/drift"),
        ({"drift": {"band": "100%"}}, "/drift/band"),
        ({"raise_cash": {"nobody": "5"}}, "/raise_cash/nobody"),
        ({"level": "colour"}, "/level"),
        ({"leave_alone": ["nobody"]}, "/leave_alone/0"),
        ({"pins": [{"account": JOINT, "instrument": "nothing", "most": "0"}]}, "/pins/0/instrument"),
        ({"pins": [{"account": JOINT, "instrument": "KO"}]}, "/pins/0"),
        ({"pins": [{"account": JOINT, "instrument": "KO", "least": "1", "most": "0"}]}, "/pins/0"),
        ({"pins": [{"account": JOINT, "instrument": "KO", "most": "0"}] * 2}, "/pins/1"),
        ({"pins": [{"account": JOINT, "instrument": "KO", "most": "few"}]}, "/pins/0/most"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(book: Book, wanted: object, place: str) -> None:
    assert refused(book, wanted).place.pointer == place
