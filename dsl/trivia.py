"""What a text holds besides its meaning: comments and blank lines, so that the formatter loses nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dsl.lexer import scan
from dsl.source import Source

_BLANK = re.compile(r"\n[ \t\r]*(?=\n)")


@dataclass(frozen=True, slots=True)
class Trivium:
    """A comment with its `#`, or a blank line (text ""). `trailing`: words stand before it on its line."""

    start: int
    text: str
    trailing: bool


def trivia(source: Source) -> tuple[Trivium, ...]:
    """In the order of the text."""
    comments = [Trivium(start, text, _trailing(source, start)) for start, text in scan(source).comments]
    blanks = [Trivium(match.start() + 1, "", False) for match in _BLANK.finditer(source.text)]
    return tuple(sorted(comments + blanks, key=lambda trivium: trivium.start))


def _trailing(source: Source, start: int) -> bool:
    return bool(source.text[source.text.rfind("\n", 0, start) + 1 : start].strip())
