"""Diagnostics as text, with the line and a caret under the place."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from dsl.diagnostic import Diagnostic
from dsl.source import Source, Span

_WIDEST = 160
"""Most characters of a line that are shown; a longer one is cut around the place."""


def render(diagnostic: Diagnostic, source: Source) -> str:
    """Several lines without the last line break: severity, code and message; place; the line with its caret; help.
    What cannot be seen is shown by its number: no text may steer the reader's terminal."""
    lines = [
        f"{diagnostic.severity}[{diagnostic.code}]: {_visible(diagnostic.message)}",
        *_place(diagnostic.span, source),
    ]
    margin = " " * len(str(diagnostic.span.line))
    for related in diagnostic.related:
        lines.append(f"{margin} = see {_visible(related.span.file)}:{related.span.line}: {_visible(related.message)}")
    if diagnostic.help:
        lines.append(f"{margin} = help: {_visible(diagnostic.help)}")
    return "\n".join(lines)


def _place(span: Span, source: Source) -> list[str]:
    line, at = source.line(span.line).removesuffix("\r"), span.column - 1
    start = max(0, at - _WIDEST // 2)
    end = min(at + span.end - span.start, start + _WIDEST)
    before, said, after = (_visible(line[a:b]) for a, b in pairwise((start, at, end, start + _WIDEST)))
    number = str(span.line)
    margin = " " * len(number)
    return [
        f"{margin}--> {_visible(span.file)}:{span.line}:{span.column}",
        f"{margin} |",
        f"{number} | {before}{said}{after}",
        f"{margin} | {_blank(before)}{'^' * max(1, len(_blank(said)))}",
    ]


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\t" else f"<U+{ord(c):04X}>" for c in text)


def _blank(text: str) -> str:
    """Blanks as wide as a text at a terminal: tabs stay tabs, accents of their own take no room, Chinese takes two."""
    return "".join("\t" if c == "\t" else " " * _cells(c) for c in text)


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
