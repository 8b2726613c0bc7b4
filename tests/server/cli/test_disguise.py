"""Names that look alike and differ: in two files of one rule book, and in a rule and the book that it is judged on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dsl.diagnostic import Diagnostic
from dsl.disguise import across
from dsl.parse import parse
from dsl.source import Source
from policy.book.facts import Account, Book, Household, Instrument, Issuer, ListEntry
from policy.ir.disguised import disguised
from server.cli import given, rules
from server.cli.main import main
from server.cli.problem import BadInput
from server.desk.rules import read
from tests.dsl.checking import rule
from tests.policy.lowering import lowered
from tests.shape.source import ROOT

LIST = """vocabulary "proofolio" version 1

list {0} "Boards"
  kind restricted
  source "Policy"
  applies to firm
  covers issuer "{1}", derivatives
  effective from 2020-01-01 until lifted
  forbid buy
  on breach block
end
"""


def found(*names: str) -> list[Diagnostic]:
    sources = [Source(f"{place}.mandate", LIST.format(f"L-{place}", name)) for place, name in enumerate(names)]
    told = [mistake for source in sources for mistake in parse(source)[1]]
    return [*told, *across(sources, {mistake.span for mistake in told})]


@pytest.mark.parametrize("other", ["O’Neil", "O′Neil", "O'Neil ", "O'Neil\u00a0"])
def test_names_of_two_files_that_look_alike(other: str) -> None:
    (mistake, *_) = found("O'Neil", other)
    assert mistake.code in ("M123", "M121")
    assert mistake.span.file == "1.mandate"


def test_one_mistake_has_one_message() -> None:
    """A Cyrillic letter among Latin ones is told in its own file, and not again against the other."""
    assert [mistake.code for mistake in found("ACME", "AСME")] == ["M122"]
    assert [mistake.code for mistake in found("A–B", "A-B", "A-B", "A–B")] == ["M123", "M123"]


@pytest.mark.parametrize("other", ["ACME", "acme", "АКМЕ Ж", "ACME Corp"])
def test_other_names_are_fine(other: str) -> None:
    assert not found("ACME", other)


def test_every_verb_compares_the_files(tmp_path: Path) -> None:
    paths = [tmp_path / f"{place}.mandate" for place in range(2)]
    for place, name in enumerate(["A-B", "A–B"]):
        paths[place].write_text(LIST.format(f"L-{place}", name), "utf-8")
    assert [mistake.code for mistake in read(given.sources([str(tmp_path)])).diagnostics] == ["M123"]
    with pytest.raises(BadInput, match="M123"):
        rules.library([str(tmp_path)], quiet=True)


# --- a rule and the book -----------------------------------------------------------------------


def book(name: str) -> Book:
    """One issuer, one security of a sector, one account with a tag, one list: all of one name."""
    day = date(2026, 3, 31)
    return Book(
        as_of=day,
        known_at=day,
        currency="USD",
        issuers={"I": Issuer("I", name)},
        instruments={"S": Instrument("S", "S", "I", "USD", facts={"industry": name})},
        households={"H": Household("H", "H")},
        accounts={"A": Account("A", "A", "H", tags=frozenset({name}))},
        lots={},
        prices=(),
        entries=(ListEntry(name, "issuer", "I", day),),
    )


def said(text: str, name: str) -> list[str]:
    return [problem.what for problem in disguised(lowered(text), book(name))]


NAMING = [
    rule("hold at least 6 issuers").replace("each account", 'accounts tagged "{}"'),
    rule('forbid buy where issuer is "{}"'),
    rule('forbid buy where industry is "{}"'),
    rule('limit sum of issuers where security is not in list "{}" to at most 5% of net assets'),
    LIST.replace("{0}", "L-1").replace("{1}", "{}"),
]


@pytest.mark.parametrize("text", NAMING)
@pytest.mark.parametrize(
    ("written", "known"), [("O’Neil", "O'Neil"), ("O'Neil", "O’Neil"), ("A  B", "A B"), ("energy", "Energy")]
)
def test_a_rule_that_only_looks_as_if_it_named_something(text: str, written: str, known: str) -> None:
    (what,) = said(text.replace("{}", written), known)
    assert f"`{written}` looks like `{known}` in the book" in what
    assert not said(text.replace("{}", known), known)
    assert not said(text.replace("{}", written), "Another")


def test_titles_and_citations_are_no_names() -> None:
    assert not said(rule("hold at least 6 issuers").replace('"policy"', '"O’Neil"'), "O'Neil")


@pytest.mark.parametrize("verb", ["judge", "propose", "explain"])
def test_no_verb_judges_it(verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "list.mandate"
    path.write_text(LIST.format("L-1", "Eli Lilly  and Company"), "utf-8")
    out = ["--out", str(tmp_path / "o.proof.zip")] if verb == "propose" else ["L-1"] if verb == "explain" else []
    whitfield = ROOT / "server" / "demo" / "whitfield"
    assert main([verb, *out, "--rules", str(path), "--book", str(whitfield)]) == 3
    assert "`Eli Lilly  and Company` looks like `Eli Lilly and Company`" in capsys.readouterr().err
