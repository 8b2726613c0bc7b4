"""The verbs, as a user calls them: what they answer, with which code, and that bad input never gets a trace."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from server.cli.docs import output_schema
from server.cli.main import main
from tests.shape.source import ROOT

WHITFIELD = str(ROOT / "server" / "demo" / "whitfield")

RULE = """vocabulary "proofolio" version 1

rule T-1 "One company"
  source "Policy" section "1"
  layer mandate
  applies to each account
  counting market value
  limit each issuer to at most {limit} of net assets
  except where investment company is true
  missing data counts as {missing}
  tested at proposal
  passive breach may stand 30 calendar days, no trade may worsen it in weight
  on breach block
end

test T-1 "exactly at the limit"
  given hold 5 "A" at USD 1.00 with investment company is false
  given net assets USD 100
  expect {expected}
end
"""

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Calls proofolio: exit code, output, errors."""

    def call(*words: str) -> tuple[int, str, str]:
        code = main(list(words))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def answer(ask: Ask) -> Callable[..., tuple[int, dict[str, object]]]:
    """Calls proofolio with --json; the answer keeps the schema of its verb."""
    schema = output_schema()

    def call(verb: str, *words: str) -> tuple[int, dict[str, object]]:
        code, out, _ = ask(verb, *words, "--json")
        found = json.loads(out)
        name = "bad-input" if code == 3 else verb
        Draft202012Validator({**schema["verbs"][name], "$defs": schema["$defs"]}).validate(found)
        return code, found

    return call


@pytest.fixture
def rule(tmp_path: Path) -> Callable[..., str]:
    def write(limit: str = "5%", missing: str = "unknown", expected: str = "pass") -> str:
        path = tmp_path / "t.mandate"
        path.write_text(RULE.format(limit=limit, missing=missing, expected=expected), encoding="utf-8")
        return str(path)

    return write


# --- check, test, fmt ----------------------------------------------------------------------------


def test_check_of_a_good_rule(answer, rule) -> None:
    code, found = answer("check", rule())
    assert code == 0
    assert found["answer"] == "clean"
    assert [r["rule"] for r in found["rules"]] == ["T-1"]
    assert "investment company" in found["rules"][0]["needs"]


def test_check_reports_every_mistake_with_its_place(ask, answer, tmp_path: Path) -> None:
    path = tmp_path / "bad.mandate"
    path.write_text(RULE.format(limit="5%", missing="unknown", expected="pass").replace("limit each", "limt each"))
    code, _, err = ask("check", str(path))
    assert code == 1
    assert f"{path}:8:3" in err
    assert "^^^^" in err
    code, found = answer("check", str(path))
    assert code == 1
    assert found["answer"] == "mistakes"
    assert found["mistakes"][0]["at"]["line"] == 8


def test_cases_hold_or_fail(answer, rule) -> None:
    assert answer("test", rule())[0] == 0
    code, found = answer("test", rule(limit="4%"))
    assert code == 1
    assert found["failed"] == 1


def test_fmt_changes_layout_once_and_check_changes_nothing(answer, rule) -> None:
    path = rule()
    text = Path(path).read_text()
    Path(path).write_text(text.replace("\n  applies", "\n     applies"))
    code, found = answer("fmt", "--check", path)
    assert (code, found["changed"]) == (1, [path])
    assert answer("fmt", path)[1]["answer"] == "changed"
    assert answer("fmt", "--check", path)[0] == 0


def test_fmt_never_touches_a_file_with_mistakes(answer, tmp_path: Path) -> None:
    path = tmp_path / "bad.mandate"
    path.write_text("rule\nend\n")
    code, found = answer("fmt", str(path))
    assert code == 1
    assert found["unread"] == [str(path)]
    assert path.read_text() == "rule\nend\n"


# --- judge, explain ------------------------------------------------------------------------------


def test_judge_says_pass_block_and_unknown_by_its_code(answer, rule) -> None:
    assert answer("judge", "--rules", rule("20%"), "--book", WHITFIELD)[0] == 0
    code, found = answer("judge", "--rules", rule("10%"), "--book", WHITFIELD)
    assert code == 1
    broken = [f for f in found["findings"] if f["outcome"] == "block"]
    assert {f["scope"] for f in broken} == {"account WF-TRUST", "account WF-IRA"}
    assert all(f["measured"]["contributors"] for f in broken)


def test_orders_may_not_worsen_what_the_market_broke(answer, rule, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    words = ("--rules", rule("10%"), "--book", WHITFIELD, "--orders", str(orders))
    orders.write_text(
        "account,instrument,side,quantity,lot\nWF-TRUST,LLY,sell,10,TRUST-LLY-2012\nWF-IRA,LLY,sell,10,\n"
    )
    assert answer("judge", *words)[0] == 0
    orders.write_text("account,instrument,side,quantity\nWF-TRUST,LLY,buy,10\n")
    assert answer("judge", *words)[0] == 1


def test_what_is_true_on_another_day(answer, rule) -> None:
    code, found = answer("judge", "--rules", rule("20%"), "--book", WHITFIELD, "--as-of", "2022-12-29")
    assert found["as_of"] == "2022-12-29"
    assert code in (0, 2)


def test_explain_gives_authority_and_sentences(answer, ask, rule) -> None:
    code, found = answer("explain", "T-1", "--rules", rule())
    assert code == 0
    assert found["authority"] == ["Policy, section 1"]
    assert "Each issuer where investment company is not true, is at most 5% of net assets." in found["says"]
    code, found = answer("explain", "T-1", "--rules", rule("10%"), "--book", WHITFIELD)
    assert code == 1
    assert found["verdict"]["answer"] == "block"
    code, _, err = ask("explain", "T-2", "--rules", rule())
    assert code == 3
    assert "did you mean T-1?" in err


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "not JSON"),
        ('{"as_of": "2022-12-28", "currency"', "not JSON"),
        ('{"as_of": "2022-12-28", "as_of": "2022-12-28", "currency": "USD"}', "twice"),
        ("[]", "a list stands where the book is wanted"),
        ('{"as_of": "28.12.2022", "currency": "USD"}', "as_of"),
    ],
)
def test_a_book_that_cannot_be_read(ask, rule, tmp_path: Path, text: str, word: str) -> None:
    book = tmp_path / "book.json"
    book.write_text(text)
    code, _, err = ask("judge", "--rules", rule(), "--book", str(book))
    assert code == 3
    assert str(book) in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("lots.csv", "1300", "-1300"),
        ("lots.csv", "1300", "1,300"),
        ("lots.csv", ",AAPL,", ",AAPLE,"),
        ("prices.csv", "2022-12-28", "2022-12-32"),
        ("accounts.csv", "WHITFIELD", "WHITFELD"),
        ("instruments.csv", "USD", "US Dollars"),
    ],
)
def test_a_wrong_cell_is_named_by_file_and_line(ask, rule, tmp_path: Path, file: str, old: str, new: str) -> None:
    folder = tmp_path / "book"
    folder.mkdir()
    for source in Path(WHITFIELD).glob("*.csv"):
        text = source.read_text(encoding="utf-8")
        (folder / source.name).write_text(text.replace(old, new, 1) if source.name == file else text, encoding="utf-8")
    code, _, err = ask("judge", "--rules", rule(), "--book", str(folder))
    assert code == 3
    assert f"{folder / file}:" in err


def test_an_empty_folder_is_no_book(ask, rule, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert ask("judge", "--rules", rule(), "--book", str(tmp_path / "empty"))[0] == 3


def test_orders_that_cannot_be_filled_are_named_by_line(ask, rule, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("account,instrument,side,quantity,lot\nWF-TRUST,PFE,sell,99999,TRUST-PFE-2021\n")
    code, _, err = ask("judge", "--rules", rule(), "--book", WHITFIELD, "--orders", str(orders))
    assert code == 3
    assert f"{orders}:2" in err


@pytest.mark.parametrize("day", ["tomorrow", "2022-13-01", "20221228", "2022-12-28T00:00"])
def test_a_day_that_is_none(ask, rule, day: str) -> None:
    code, _, err = ask("judge", "--rules", rule(), "--book", WHITFIELD, "--as-of", day)
    assert code == 3
    assert "is not a day" in err


def test_rules_with_mistakes_are_bad_input_of_other_verbs(answer, tmp_path: Path) -> None:
    path = tmp_path / "bad.mandate"
    path.write_text("rule\nend\n")
    code, found = answer("judge", "--rules", str(path), "--book", WHITFIELD)
    assert code == 3
    assert found["problems"][0]["place"]["file"] == str(path)


@pytest.mark.parametrize("width", [80, 160])
def test_check_fits_its_terminal(ask: Ask, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line for every rule at least, the letters explained, and the answer in the last line; no colour in a pipe."""
    monkeypatch.setattr("server.cli.show.terminal.PIPE_WIDTH", width)
    code, out, _ = ask("check", str(ROOT / "rules"))
    lines = out.splitlines()
    assert code == 0
    assert max(map(len, lines)) <= width
    assert "\x1b" not in out
    assert any(line.startswith("UCITS-52 ") for line in lines)
    assert {line.split(":")[0] for line in lines if line.startswith("class ")} == {f"class {x}" for x in "ABCDE"}
    assert lines[-1].startswith("✓ clean  ")
    assert "22 rules, 2 lists, no waivers, 15 files, no errors, no warnings" in lines[-1]
