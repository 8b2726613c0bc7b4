"""Files and their blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dsl import tree
from dsl.build.demand import adopted
from dsl.build.note import Notes, clean, whole
from dsl.diagnostic import Diagnostic
from dsl.source import Span
from dsl.table import Action


def block(node: Callable[..., Any], kind: str, second: str) -> Action:
    """A block of two names and its clauses. A name that is missing is noted and left empty."""

    def made(notes: Notes, span: Span, parts: list[Any]) -> Any:
        name, title, clauses = parts
        missing = "an id such as `CONC-01`" if name is None else second if title is None else None
        if missing and all(note.span.line != span.line for note in notes):
            head = Span(span.file, span.start, span.start + len(kind), span.line, span.column)
            notes.append(Diagnostic("M110", f"this `{kind}` does not say which", head, f"write {missing} behind it"))
        nothing = tree.Text("", span)
        return node(name or nothing, title or nothing, tuple(adopted(notes, clauses)), clean(notes, span), span)

    return made


def vocabulary(notes: Notes, span: Span, parts: list[Any]) -> tree.Vocabulary:
    return tree.Vocabulary(parts[0], whole(notes, parts[1]), span)


def file(notes: Notes, span: Span, parts: list[Any]) -> tree.File:
    header, *blocks = parts
    return tree.File(header, tuple(block for block in blocks if block is not None), not notes, span)


ACTIONS: Mapping[str, Action] = {
    "start": file,
    "vocabulary": vocabulary,
    "rule": block(tree.Rule, "rule", "a title in quotes"),
    "list": block(tree.ListBlock, "list", "a title in quotes"),
    "waiver": block(tree.Waiver, "waiver", "`for` and the id of a rule"),
    "case": block(tree.Case, "test", "a title in quotes"),
}
