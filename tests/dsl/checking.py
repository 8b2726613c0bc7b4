"""Texts for the checker: demands in a rule that is otherwise well formed, and golden files of what is said of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dsl.check import check
from dsl.diagnostic import Diagnostic, Severity
from dsl.parse import parse
from dsl.render import render_all
from dsl.source import Source

BEFORE = 'rule R-1 "a rule"\n  source "policy"\n  applies to each account\n  counting market value\n'
AFTER = '  missing data counts as unknown\n  tested at trade\n  on breach block, waiver by "CCO"\nend\n'


def rule(demand: str) -> str:
    """The demand, and other clauses, within a rule that lacks nothing."""
    inside = "".join(f"  {line}\n" for line in demand.strip("\n").split("\n"))
    return f"{BEFORE}{inside}{AFTER}"


def diagnostics(text: str, name: str = "rules.mandate") -> tuple[Diagnostic, ...]:
    file, mistakes = parse(Source(name, text))
    return (*mistakes, *check([file]))


def said(text: str) -> str:
    """What is said of a text, drawn; or that nothing is."""
    source = Source("rules.mandate", text)
    return render_all(diagnostics(text), {source.name: source}) or "nothing to say"


def codes(text: str) -> list[str]:
    return [found.code for found in diagnostics(text)]


def errors(text: str) -> list[str]:
    return [found.code for found in diagnostics(text) if found.severity is Severity.ERROR]


# --- golden files ------------------------------------------------------------------------------

_SECTION = re.compile(
    r"^## (?P<title>[^\n]*)\n+```(?P<kind>demand|mandate)\n(?P<text>.*?)```\n+```text\n(?P<said>.*?)```\n", re.M | re.S
)


@dataclass(frozen=True, slots=True)
class Example:
    """`kind`: "demand", which stands in a rule, or "mandate", a whole file."""

    path: Path
    title: str
    kind: str
    text: str
    expected: str

    @property
    def file(self) -> str:
        return rule(self.text) if self.kind == "demand" else self.text


def examples(path: Path) -> Iterator[Example]:
    text = path.read_text("utf-8")
    for found in _SECTION.finditer(text):
        yield Example(path, found["title"], found["kind"], found["text"], found["said"].rstrip("\n"))


def bless(path: Path) -> None:
    """Writes what is said now where something else was expected."""
    text = path.read_text("utf-8")
    for example in examples(path):
        whole = f"```{example.kind}\n{example.text}```\n\n```text\n"
        text = text.replace(f"{whole}{example.expected}\n```", f"{whole}{said(example.file)}\n```")
    path.write_text(text, "utf-8")
