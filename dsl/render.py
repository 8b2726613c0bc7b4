"""Diagnostics as text, with the line and a caret under the place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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


def render_all(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> str:
    """One after the other, with a blank line between; `sources` by name."""
    return "\n\n".join(render(diagnostic, sources[diagnostic.span.file]) for diagnostic in diagnostics)


def _place(span: Span, source: Source) -> list[str]:
    text, column = _window(source.line(span.line), span.column - 1)
    width = max(1, min(span.end - span.start, len(text) - column))
    number = str(span.line)
    margin = " " * len(number)
    return [
        f"{margin}--> {_visible(span.file)}:{span.line}:{span.column}",
        f"{margin} |",
        f"{number} | {text}",
        f"{margin} | {_pad(text[:column])}{'^' * width}",
    ]


def _window(text: str, column: int) -> tuple[str, int]:
    """The part of a long line around a column, and the column in it."""
    start = max(0, column - _WIDEST // 2)
    before = _visible(text[start:column])
    return before + _visible(text[column : start + _WIDEST]), len(before)


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\t" else f"<U+{ord(c):04X}>" for c in text)


def _pad(text: str) -> str:
    """Blanks as wide as a text: tabs stay tabs."""
    return "".join(c if c == "\t" else " " for c in text)
