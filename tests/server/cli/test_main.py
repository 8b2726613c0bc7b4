"""The shell around the verbs: help, wrong words, codes, faults."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from policy.book.problem import Place, Problem
from policy.ir.bound import Outcome
from server.cli.exits import OF_OUTCOME, Exit
from server.cli.main import VERBS, main
from server.cli.problem import BadInput


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch):
    """A verb `odd` that does what the test says."""

    def install(run):
        module = SimpleNamespace(arguments=lambda parser: parser.add_argument("file", nargs="?"), run=run)
        monkeypatch.setitem(VERBS, "odd", "for this test")
        monkeypatch.setitem(sys.modules, "server.cli.odd", module)

    return install


def test_help_names_every_verb_and_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"\n  {name} " in text for name in VERBS)
    assert "0 pass, 1 breach" in text


def test_a_misspelt_verb_gets_a_suggestion_and_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jugde"]) == Exit.BAD_INPUT
    assert "did you mean `proofolio judge`?" in capsys.readouterr().err


def test_without_a_verb_the_help_is_printed_and_the_code_is_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == Exit.BAD_INPUT
    assert "usage: proofolio VERB" in capsys.readouterr().out


def test_wrong_arguments_are_bad_input_not_unknown(verb, capsys: pytest.CaptureFixture[str]) -> None:
    verb(lambda arguments: Exit.PASS)
    assert main(["odd", "--colour"]) == Exit.BAD_INPUT
    assert "--colour" in capsys.readouterr().err


def test_a_verb_answers_with_its_own_code(verb) -> None:
    verb(lambda arguments: Exit.UNKNOWN)
    assert main(["odd"]) == 2


def test_bad_input_is_said_in_place_and_ends_with_3(verb, capsys: pytest.CaptureFixture[str]) -> None:
    def run(arguments: argparse.Namespace) -> int:
        raise BadInput(
            Problem(Place("lots.csv", 7, field="quantity"), "`12,5` is not a number", "write 12.5"),
            Problem(Place("lots.csv", 9, field="instrument"), "there is no `AAPLE`", "did you mean `AAPL`?"),
        )

    verb(run)
    assert main(["odd"]) == 3
    assert capsys.readouterr().err == (
        "error: lots.csv:7, quantity: `12,5` is not a number; write 12.5\n"
        "error: lots.csv:9, instrument: there is no `AAPLE`; did you mean `AAPL`?\n"
    )


def test_a_fault_of_ours_is_one_line_and_code_70(
    verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def run(arguments: argparse.Namespace) -> int:
        raise ZeroDivisionError("a base of zero")

    verb(run)
    assert main(["odd", "book with space.json"]) == 70
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.startswith("this is a fault of proofolio, not of your files; please send us ")
    trace = error.rsplit(" ", 1)[1].strip()
    with open(trace, encoding="utf-8") as file:
        text = file.read()
    assert "proofolio odd 'book with space.json'" in text
    assert "ZeroDivisionError: a base of zero" in text


def test_an_interrupt_is_not_a_fault(verb) -> None:
    def run(arguments: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    verb(run)
    assert main(["odd"]) == 130


def test_every_outcome_has_an_exit_code() -> None:
    assert set(OF_OUTCOME) == set(Outcome)
