"""All rules that ship or are shown, as what is told of them: the text of tests/golden/english.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from dsl.parse import parse
from dsl.source import Source
from policy.ir.core import ListRule, Rule
from policy.ir.english import citation, of_list, of_waiver, sentences
from policy.ir.from_dsl import library
from tests.shape.source import ROOT
from tests.shape.test_language import AROUND, FENCED, HEADER

PAGE = ROOT / "tests" / "golden" / "english.md"


def texts() -> Iterator[tuple[str, str]]:
    """Where it stands, and a whole file: the shipped rules, the demo's, and every example of docs/language.md."""
    for folder in ("rules", "server"):
        for path in sorted((ROOT / folder).rglob("*.mandate")):
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")
    for kind, _, text in FENCED.findall((ROOT / "docs/language.md").read_text("utf-8")):
        inside = "".join(f"  {line}\n" for line in text.splitlines())
        if kind != "mandate-mistake":
            yield (
                re.sub(r"\s+", " ", text)[:60] if kind == "mandate-clause" else "docs/language.md",
                HEADER + (text if kind == "mandate" else AROUND.format(inside)),
            )


def page() -> str:
    return "\n".join(["# What `explain` says", *(line for where, text in texts() for line in told(where, text)), ""])


def told(where: str, text: str) -> Iterator[str]:
    found = library([parse(Source(where, text))[0]])
    for block in (*found.rules, *found.lists):
        yield from ("", f"## {block.id}: {where}", "")
        yield from (f"> {citation(cited)}" for cited in block.citations)
        yield ""
        yield from (f"- {sentence}" for sentence in saying(block))
    for waiver in found.waivers:
        yield from ("", f"## {waiver.id}: {where}", "", *(f"- {sentence}" for sentence in of_waiver(waiver)))


def saying(block: Rule | ListRule) -> tuple[str, ...]:
    return sentences(block) if isinstance(block, Rule) else of_list(block)


def meaning(block: Rule | ListRule) -> Rule | ListRule:
    """A block without what is not in its sentences: where it stands, what it is called, whose words it is."""
    plain = replace(block, id="", title="", citations=(), file="")
    return replace(plain, layer="") if isinstance(plain, Rule) else replace(plain, id=block.id)
