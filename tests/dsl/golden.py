"""Golden files of the text: what a text becomes, or what is said of it.

Each section of a Markdown file is a heading, a fenced text and a fenced answer. The text is a whole file (`mandate`),
the clauses of a rule (`clause`) or a demand in a rule that lacks nothing else (`demand`); the answer is the tree
(`tree`), the canonical text (`format`) or what is said (`text`): in `golden/check` by the checker too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from dsl import tree
from dsl.format import text_of
from dsl.format.expression import amount, instant
from dsl.parse import parse
from dsl.source import Source
from dsl.tidy import tidy
from tests.dsl.checking import diagnostics, drawn, rule

GOLDEN = Path(__file__).parent.parent / "golden"
_SECTION = re.compile(
    r"^## (?P<title>[^\n]*)\n+```(?P<kind>clause|demand|mandate)\n(?P<text>.*?)```\n+"
    r"```(?P<ask>\w+)\n(?P<answer>.*?)```\n",
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
    def file(self) -> str:
        """The text as a whole file."""
        if self.kind == "demand":
            return rule(self.text)
        inside = "".join(f"  {line}\n" for line in self.text.splitlines())
        return f'rule R-1 "a rule"\n{inside}end\n' if self.kind == "clause" else self.text

    @property
    def source(self) -> Source:
        return Source("a.mandate", self.file)


def sections(path: Path) -> Iterator[Section]:
    for found in _SECTION.finditer(path.read_text("utf-8")):
        yield Section(path, *found.group("title", "kind", "text", "ask", "answer"))


def all_sections(folder: str) -> list[Section]:
    return [section for path in sorted((GOLDEN / folder).glob("*.md")) for section in sections(path)]


def checked(section: Section) -> str:
    """What the checker says, with a line break at its end."""
    return drawn(diagnostics(section.file), Source("rules.mandate", section.file)) + "\n"


def answer(section: Section) -> str:
    """What is answered now, with a line break at its end."""
    file, mistakes = parse(section.source)
    if section.ask == "text" or mistakes:
        return drawn(mistakes, section.source) + "\n"
    if section.ask == "format":
        clause = section.kind == "clause"
        return _inside(text_of(file)) if clause else tidy(section.source)[0]
    assert section.ask == "tree"
    blocks = file.blocks[0] if section.kind == "clause" else file
    return "\n".join(shown(part) for part in (blocks.clauses if section.kind == "clause" else [file])) + "\n"


def _inside(text: str) -> str:
    return "".join(f"{line[2:]}\n" for line in text.splitlines()[1:-1])


def bless(path: Path, answer: Callable[[Section], str]) -> None:
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
