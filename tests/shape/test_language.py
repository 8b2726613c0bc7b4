"""Every example of docs/language.md and docs/judge.md: blocks are checked, their tests judged, mistakes found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dsl.check import check
from dsl.diagnostic import Diagnostic, Severity
from dsl.parse import parse
from dsl.source import Source
from policy.cases import run
from policy.ir.from_dsl import library

DOCS = Path(__file__).parents[2] / "docs"
PAGE, JUDGE = DOCS / "language.md", DOCS / "judge.md"
FENCED = re.compile(r"^```(mandate\S*) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = [
    pytest.param(*found, id=f"{page.stem}-{n}-{found[2].splitlines()[0][:40]}")
    for page in (PAGE, JUDGE)
    for n, found in enumerate(FENCED.findall(page.read_text(encoding="utf-8")))
]
HEADER = 'vocabulary "proofolio" version 1\n'
AROUND = """rule EX-1 "An example"
  source "This page"
  layer firm
  applies to each account
  counting market value
{}  missing data counts as unknown
  tested at proposal
  on breach block
end
"""


@pytest.mark.parametrize(("kind", "code", "text"), EXAMPLES)
def test_example(kind: str, code: str, text: str) -> None:
    whole = text if kind == "mandate" else AROUND.format("".join(f"  {line}\n" for line in text.splitlines()))
    source = Source("docs/language.md", HEADER + whole)
    file, mistakes = parse(source)
    found = [d for d in mistakes or check([file]) if d.severity is Severity.ERROR]
    if kind == "mandate-mistake":
        assert code in [d.code for d in found], _said(found)
        return
    assert not found, _said(found)
    results = run([file], library([file]))
    assert all(result.passed for result in results), [(r.title, r.expected, r.got) for r in results if not r.passed]
    assert results or kind != "mandate"


def _said(found: list[Diagnostic]) -> str:
    return "; ".join(f"{d.code} {d.message} ({d.help})" for d in found)


def test_the_page_has_examples_and_mistakes() -> None:
    kinds = [kind for kind, _, _ in FENCED.findall(PAGE.read_text(encoding="utf-8"))]
    assert kinds.count("mandate-clause") > 20
    assert "mandate-mistake" in kinds
