"""The shipped rule books: no mistake, no warning, and every case that stands beside a rule holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsl import tree
from dsl.check import check
from dsl.parse import parse
from dsl.source import Source
from policy.cases import run
from policy.ir.from_dsl import library

RULES = Path(__file__).parents[2] / "rules"
FILES = sorted(RULES.rglob("*.mandate"))


def read(path: Path) -> tree.File:
    file, mistakes = parse(Source(str(path.relative_to(RULES)), path.read_text(encoding="utf-8")))
    assert not mistakes, mistakes
    return file


def test_there_are_rule_books() -> None:
    assert len(FILES) > 10


def test_they_fit_together() -> None:
    assert check([read(path) for path in FILES]) == ()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(RULES)))
def test_cases_hold(path: Path) -> None:
    file = read(path)
    results = run([file], library([file]))
    assert [f"{r.title}: expected {r.expected}, got {r.got}" for r in results if not r.passed] == []
    tried = {block.rule.value for block in file.blocks if isinstance(block, tree.Case)}
    stated = {block.id.value for block in file.blocks if isinstance(block, tree.Rule | tree.ListBlock)}
    assert stated == tried, "every rule and list has a case"
