"""Laws of the canonical text: it means what the text meant, loses no comment, and what ships is written in it."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from dsl.check import check
from dsl.diagnostic import Severity
from dsl.format.layout import WIDEST
from dsl.lexer import scan
from dsl.parse import parse
from dsl.source import Source
from dsl.tidy import tidy
from policy.ir.bind import digest
from policy.ir.from_dsl import library
from tests.dsl.golden import GOLDEN, sections
from tests.shape.source import ROOT
from tests.worlds.texts import rule

SHIPPED = sorted(path for folder in ("rules", "server") for path in (ROOT / folder).rglob("*.mandate"))
FENCED = re.compile(r"^```(mandate|mandate-clause)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN = [
    pytest.param(kind, text, id=f"{page}-{number}")
    for page in ("README.md", "docs/language.md")
    for number, (kind, text) in enumerate(FENCED.findall((ROOT / page).read_text("utf-8")))
]
TEXTS = 500


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_shipped_rules_are_canonical(path: Path) -> None:
    text = path.read_text("utf-8")
    assert tidy(Source(path.name, text)) == (text, ())
    assert max(map(len, text.splitlines())) <= WIDEST


@pytest.mark.parametrize(("kind", "text"), SHOWN)
def test_examples_are_canonical(kind: str, text: str) -> None:
    inside = "".join(f"  {line}\n" for line in text.splitlines())
    whole = text if kind == "mandate" else f'rule EX-1 "An example"\n{inside}end\n'
    assert tidy(Source("page", whole)) == (whole, ())


def test_canonical_text_means_the_same(deep: bool) -> None:
    """Whatever lines the author breaks and whatever comments stand in them: the same meaning to the last bit, the same
    comments, and the same text when it is done twice."""
    sound = 0
    for seed in range(TEXTS * (20 if deep else 1)):
        rng = Random(seed)
        text = scattered(rng, rule(rng, 1))
        before = Source("rules.mandate", text)
        file, mistakes = parse(before)
        if any(found.severity is Severity.ERROR for found in (*mistakes, *check([file]))):
            continue
        sound += 1
        after = Source("rules.mandate", tidy(before)[0])
        assert digest(library([parse(after)[0]])) == digest(library([file])), text
        assert sorted(comments(after)) == sorted(comments(before)), text
        assert tidy(after) == (after.text, ()), text
    assert sound > TEXTS / 5


def scattered(rng: Random, text: str) -> str:
    """The words of a text with other blanks, line breaks and comments between them."""
    words = re.findall(r'"[^"]*"|\n|[^\s"]+', text)
    between = (" ",) * 12 + ("\t", "  ", "\r\n", "\n\n\n", "\n      ")
    return "".join(
        word if word == "\n" else word + rng.choice((*between, f" # note {number}\n"))
        for number, word in enumerate(words)
    )


def comments(source: Source) -> list[str]:
    return [text for _, text in scan(source).comments]


@pytest.mark.parametrize("path", sorted((GOLDEN / "text").glob("*.md")), ids=lambda path: path.stem)
def test_a_text_with_mistakes_is_left_alone(path: Path) -> None:
    for section in sections(path):
        if parse(section.source)[1]:
            assert tidy(section.source)[0] == section.text or section.kind == "clause"
