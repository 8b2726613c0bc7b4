"""Lines of canonical text before they are laid out: how deep, what, and where in the old text they stood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dsl.source import Span


@dataclass(frozen=True, slots=True)
class Line:
    """`depth`: indents of two. `start`, `end`: the characters of the old text that it says, for comments."""

    depth: int
    text: str
    start: int
    end: int


Lines = Iterator[Line]


def line(depth: int, text: str, span: Span) -> Line:
    return Line(depth, text, span.start, span.end)
