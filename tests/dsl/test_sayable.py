"""What practice asks for can be said: each clause of `tests/golden/sayable/` is text that nothing is wrong with."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from dsl.parse import parse
from dsl.source import Source
from policy.ir.bind import bind
from policy.ir.from_dsl import library
from policy.judge.eval import judge
from tests.dsl.checking import diagnostics, rule
from tests.worlds.firms import firm

FOLDER = Path(__file__).parent.parent / "golden" / "sayable"
CLAUSE = re.compile(r"^## (?P<title>[^\n]*)\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
TEXT = re.compile(r"^```(demand|mandate)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def clauses(path: Path) -> list[tuple[str, str]]:
    return [(found["title"], found["body"].strip()) for found in CLAUSE.finditer(path.read_text("utf-8"))]


TEXTS = [
    pytest.param(rule(text) if kind == "demand" else text, id=f"{path.stem} {title}")
    for path in sorted(FOLDER.glob("*.md"))
    for title, body in clauses(path)
    for kind, text in TEXT.findall(body)
]


@pytest.mark.parametrize("text", TEXTS)
def test_it_can_be_said(text: str) -> None:
    assert diagnostics(text) == ()
    rules = library([parse(Source("rules.mandate", text))[0]])
    judge(bind(rules, firm(Random(7))), {}, standing=True)


@pytest.mark.parametrize(
    ("file", "clauses_", "in_part", "unsaid"), [("ips.md", 60, 9, 4), ("regulations.md", 58, 5, 7)]
)
def test_how_many_can_be_said(file: str, clauses_: int, in_part: int, unsaid: int) -> None:
    """Each has a text, or says why it has none; what can be said only in part says what is missing."""
    found = clauses(FOLDER / file)
    assert [title.split(" ")[0] for title, _ in found] == [str(number + 1) for number in range(clauses_)]
    assert sum(body.startswith("In part") for _, body in found) == in_part
    assert sum(body.startswith("Not said") for _, body in found) == unsaid
    assert all(TEXT.search(body) or body.startswith("Not said") for _, body in found)
