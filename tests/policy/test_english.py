"""Rules in plain English: every shipped rule has sentences, and some are pinned word for word."""

from __future__ import annotations

import re

import pytest

from dsl.parse import parse
from dsl.source import Source
from policy.ir.core import Library
from policy.ir.english import citation, of_list, sentences
from policy.ir.from_dsl import library
from tests.shape.source import ROOT

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


TOLD = {
    "IPS-2-2": "For each security: the security is not held or the security is at least 0.5% of net assets.",
    "IPS-3-1": "Cash is at least 1% of net assets.",
    "IPS-4-1": "As long as it is at most 8% of net assets, it passes with a warning (the warning level is reached).",
    "IPS-5-1": "Nobody may buy any security where thermal coal revenue share is more than 5%, "
    "tobacco revenue share is more than 0% or controversial weapons is true.",
    "IPS-6-1": "Nothing is sold at a loss within 30 days of buying a substantially identical security.",
    "ICA-5B1": "It is tested when something that counts is bought.",
    "UCITS-52": "Value of all issuers where the issuer is more than 5% of net assets and neither public issuer is true "
    "nor covered bond is true together is at most 40% of net assets.",
}


@pytest.mark.parametrize(("rule", "sentence"), TOLD.items(), ids=TOLD)
def test_what_it_says(rule: str, sentence: str) -> None:
    assert sentence in sentences(BY_ID[rule]), "\n".join(sentences(BY_ID[rule]))
