"""Rules in plain English: every shipped rule has sentences, and some are pinned word for word."""

from __future__ import annotations

import re
from random import Random

import pytest

from dsl.check import check
from dsl.diagnostic import Severity
from dsl.parse import parse
from dsl.source import Source
from policy.ir.core import Library, ListRule, Rule
from policy.ir.english import citation, of_list, sentences
from policy.ir.from_dsl import library
from tests.policy.lowering import whole
from tests.policy.told import PAGE, meaning, page, saying, texts
from tests.shape.source import ROOT
from tests.worlds.texts import rule

FILES = sorted((ROOT / "rules").rglob("*.mandate"))


def shipped() -> Library:
    return library([parse(Source(str(file), file.read_text(encoding="utf-8")))[0] for file in FILES])


SHIPPED = shipped()
BY_ID = {rule.id: rule for rule in SHIPPED.rules}


@pytest.mark.parametrize("rule", SHIPPED.rules, ids=lambda rule: rule.id)
def test_every_rule_is_told_in_whole_sentences(rule) -> None:
    told = sentences(rule)
    assert len(told) >= 5
    for sentence in told:
        assert sentence[0].isupper() or not sentence[0].isalpha()
        assert sentence.endswith(".")
        assert "  " not in sentence
        assert not re.search(r"Fraction|None|\w+\(", sentence)


@pytest.mark.parametrize("rule", SHIPPED.rules, ids=lambda rule: rule.id)
def test_its_authority_is_cited(rule) -> None:
    assert all(citation(cited) for cited in rule.citations)
    assert rule.citations


@pytest.mark.parametrize("entry", SHIPPED.lists, ids=lambda entry: entry.id)
def test_every_list_is_told(entry) -> None:
    assert any("may" in sentence for sentence in of_list(entry))


def test_the_page_is_as_written(bless: bool) -> None:
    """tests/golden/english.md: every shipped rule and every example of docs/language.md; `--bless` rewrites it."""
    if bless:
        PAGE.write_text(page(), "utf-8")
    assert page() == PAGE.read_text("utf-8")


def test_what_differs_is_told_differently(deep: bool) -> None:
    """Two blocks that do not mean the same are never told in the same sentences; random rules, too."""
    known: dict[tuple[str, ...], Rule | ListRule] = {}
    random = ((f"random {seed}", rule(Random(seed), 1)) for seed in range(20_000 if deep else 500))
    for where, text in (*texts(), *random):
        file, mistakes = parse(Source(where, text))
        if any(found.severity is Severity.ERROR for found in (*mistakes, *check([file]))):
            continue
        lowered = library([file])
        for block in (*lowered.rules, *lowered.lists):
            mean = meaning(block)
            assert known.setdefault(saying(block), mean) == mean, "\n".join(saying(block))
    assert len(known) > 100


def demand(text: str) -> str:
    """The first sentence of what a demand says."""
    return sentences(whole(text))[1]


SAID = {
    "require average rating weighted by value >= BBB-": "The average rating, weighted by value, is at or above BBB-.",
    "forbid buy where rating is BB+": "Nobody may buy any security where rating is BB+.",
    "forbid buy where price < USD 0.5": "Nobody may buy any security where price is less than USD 0.50.",
    "require cash >= USD 1,000,000.5": "Cash is at least USD 1,000,000.50.",
    "require net assets - (cash + borrowings) >= USD 5": "Net assets less (cash plus borrowings) is at least USD 5.",
    "forbid buy where (listed is true or hedge is true) and leveraged is true": "Nobody may buy any security where "
    "(listed is true or hedge is true) and leveraged is true.",
    "forbid buy where listed is true or hedge is true and leveraged is true": "Nobody may buy any security where "
    "listed is true or (hedge is true and leveraged is true).",
    "require the greater of cash and borrowings + surplus >= USD 5": "The greater of cash and borrowings plus surplus "
    "is at least USD 5.",
    "require (the greater of cash and borrowings) + surplus >= USD 5": "(the greater of cash and borrowings) plus "
    "surplus is at least USD 5.",
}


@pytest.mark.parametrize(("text", "sentence"), SAID.items(), ids=SAID)
def test_numbers_and_parts_are_exact(text: str, sentence: str) -> None:
    assert demand(text) == sentence
