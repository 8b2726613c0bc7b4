"""Golden files of the text: what a text becomes, or what is said of it.

Each section of a Markdown file is a heading, a fenced text and a fenced answer. The text is a whole file (`mandate`)
or the clauses of a rule (`clause`); the answer is the tree (`tree`), the canonical text (`format`) or what is said
(`text`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from dsl import tree
from dsl.format import text_of
from dsl.format.expression import amount, instant
from dsl.parse import parse
from dsl.render import render_all
from dsl.source import Source
from dsl.tidy import tidy

FOLDER = Path(__file__).parent.parent / "golden" / "text"
_SECTION = re.compile(
    r"^## (?P<title>[^\n]*)\n+```(?P<kind>clause|mandate)\n(?P<text>.*?)```\n+```(?P<ask>\w+)\n(?P<answer>.*?)```\n",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Section:
    path: Path
    title: str
    kind: str
    text: str
    ask: str
    answer: str

    @property
    def source(self) -> Source:
        inside = "".join(f"  {line}\n" for line in self.text.splitlines())
        return Source("a.mandate", f'rule R-1 "a rule"\n{inside}end\n' if self.kind == "clause" else self.text)


def sections(path: Path) -> Iterator[Section]:
    for found in _SECTION.finditer(path.read_text("utf-8")):
        yield Section(path, *found.group("title", "kind", "text", "ask", "answer"))


def answer(section: Section) -> str:
    """What is answered now, with a line break at its end."""
    file, mistakes = parse(section.source)
    said = render_all(mistakes, {section.source.name: section.source}) or "nothing to say"
    if section.ask == "text" or mistakes:
        return said + "\n"
    if section.ask == "format":
        clause = section.kind == "clause"
        return _inside(text_of(file)) if clause else tidy(section.source)[0]
    assert section.ask == "tree"
    blocks = file.blocks[0] if section.kind == "clause" else file
    return "\n".join(shown(part) for part in (blocks.clauses if section.kind == "clause" else [file])) + "\n"


def _inside(text: str) -> str:
    return "".join(f"{line[2:]}\n" for line in text.splitlines()[1:-1])


def bless(path: Path) -> None:
    """Writes what is answered now into the file."""
    text = path.read_text("utf-8")
    for section in sections(path):
        asked = f"## {section.title}\n\n```{section.kind}\n{section.text}```\n\n```{section.ask}\n"
        assert asked in text, f"{path.name}: {section.title}: one empty line between the parts, please"
        text = text.replace(f"{asked}{section.answer}```", f"{asked}{answer(section)}```")
    path.write_text(text, "utf-8")


def shown(node: Any) -> str:
    """A tree on one line, without spans: leaves as they are written, lists in brackets, what is absent as a dash."""
    match node:
        case tree.Term():
            return node.words
        case tree.Text():
            return f'"{node.value}"'
        case tree.Amount():
            return amount(node)
        case tree.Instant():
            return instant(node)
        case None:
            return "-"
        case tuple():
            return f"[{', '.join(map(shown, node))}]"
        case str() | int():
            return str(node)
    if hasattr(node, "__dataclass_fields__"):
        parts = [shown(getattr(node, field.name)) for field in fields(node) if field.name not in ("span", "whole")]
        return f"{type(node).__name__}({', '.join(parts)})"
    return str(node)
