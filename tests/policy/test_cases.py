"""Tests beside rules: those that hold are found to hold, those that do not are found out, with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsl.parse import parse
from dsl.source import Source
from policy.cases import Result, run
from policy.ir.from_dsl import library
from tests.dsl.checking import errors

FOLDER = Path(__file__).parent.parent / "golden" / "cases"


def results(name: str) -> tuple[Result, ...]:
    text = (FOLDER / name).read_text("utf-8")
    assert errors(text) == []
    file, _ = parse(Source(name, text))
    return run([file], library([file]))


HOLDING = results("hold.mandate")
FAILING = {result.title: result for result in results("fail.mandate")}


@pytest.mark.parametrize("result", HOLDING, ids=lambda r: f"{r.rule} {r.title} {r.where.line}")
def test_what_holds(result: Result) -> None:
    assert result.passed, f"expected {result.expected}, got {result.got}"


def test_an_expectation_knows_where_it_stands() -> None:
    assert all(result.where.file == "hold.mandate" for result in HOLDING)
    assert len({result.where.line for result in HOLDING}) == len(HOLDING)


BEYOND = "block: beyond the limit;"
CAP = "market value of ultimate issuer X"


@pytest.mark.parametrize(
    ("title", "expected", "got"),
    [
        ("another outcome", "pass", f"block of ultimate issuer X: beyond the limit; {CAP} 6% <= 5%"),
        (
            "another group",
            "block of ultimate issuer Y",
            "nothing judged of ultimate issuer Y; there are ultimate issuer X",
        ),
        ("another number", "block measured 7%", f"block of ultimate issuer X: beyond the limit; {CAP} 6% <= 5%"),
        ("another headroom", "pass with headroom 2%", f"pass of ultimate issuer X: within the limit; {CAP} 4% <= 5%"),
        ("another excess", "block by USD 2", f"block of ultimate issuer X: beyond the limit; {CAP} 6% <= 5%"),
        ("an average is no percentage", "block measured 400%", f"{BEYOND} average risk score 4 score <= 3 score"),
        ("an average of percentages is one", "block measured 1.5", f"{BEYOND} average yield 1.5% >= 2%"),
        ("at a moment at which it is not tested", "block", "nothing judged: the rule finds nothing to measure"),
    ],
)
def test_what_does_not_hold_is_told(title: str, expected: str, got: str) -> None:
    result = FAILING[title]
    assert (result.passed, result.expected, result.got) == (False, expected, got)


def test_orders_that_cannot_be_filled_are_not_judged() -> None:
    result = FAILING["more is sold than is held"]
    assert not result.passed
    assert result.got.startswith("not judged: ")


def test_what_is_not_known_does_not_pass() -> None:
    result = FAILING["a price that is not known"]
    assert not result.passed
    assert result.got.startswith("unknown")
