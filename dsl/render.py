"""Diagnostics as text, with the line and a caret under the place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dsl.diagnostic import Diagnostic
from dsl.source import Source, Span

_WIDEST = 160
"""Most characters of a line that are shown; a longer one is cut around the place."""


def render(diagnostic: Diagnostic, source: Source) -> str:
    """Several lines without the last line break: severity, code and message; place; the line with its caret; help."""
    lines = [
        f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}",
        *_place(diagnostic.span, source),
    ]
    margin = " " * len(str(diagnostic.span.line))
    for related in diagnostic.related:
        lines.append(f"{margin} = see {related.span.file}:{related.span.line}: {related.message}")
    if diagnostic.help:
        lines.append(f"{margin} = help: {diagnostic.help}")
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
        f"{margin}--> {span.file}:{span.line}:{span.column}",
        f"{margin} |",
        f"{number} | {text}",
        f"{margin} | {_pad(text[:column])}{'^' * width}",
    ]


def _window(text: str, column: int) -> tuple[str, int]:
    """The part of a long line around a column, and the column in it. What cannot be seen is shown by its number."""
    start = max(0, column - _WIDEST // 2)
    shown = text[start : start + _WIDEST]
    before = "".join(_visible(c) for c in shown[: column - start])
    return before + "".join(_visible(c) for c in shown[column - start :]), len(before)


def _visible(character: str) -> str:
    return character if character.isprintable() or character == "\t" else f"<U+{ord(character):04X}>"


def _pad(text: str) -> str:
    """Blanks as wide as a text: tabs stay tabs."""
    return "".join(c if c == "\t" else " " for c in text)
