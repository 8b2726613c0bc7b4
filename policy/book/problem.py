"""What is wrong with what came in: where, what, and what to do. Values, never exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeGuard

from dsl.suggest import nearest

SUGGESTED = 50
"""Unknown names for which the nearest known one is looked for; a text with more has another trouble than spelling."""
LONGEST = 400
"""Characters of a place that are shown: pointers hold the user's own words."""


@dataclass(frozen=True, slots=True)
class Place:
    """`file` is empty for a value that was never in a file; `line` counts from 1, None where there is none.
    `pointer` (RFC 6901) is of JSON and values in memory, `field` the column or member."""

    file: str = ""
    line: int | None = None
    pointer: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """`what` and `do` are lower-case phrases of one line, the user's words in backticks."""

    place: Place
    what: str
    do: str


def is_problems(found: object) -> TypeGuard[tuple[Problem, ...]]:
    """Whether an answer is a tuple of problems and not what was asked for; an empty tuple is no problem."""
    return isinstance(found, tuple) and bool(found) and isinstance(found[0], Problem)


def text(problem: Problem) -> str:
    """`lots.csv:17, quantity: `1,5` has a decimal comma; write a decimal point and no separators`."""
    place = problem.place
    where = place.file + (f":{place.line}" if place.line is not None else "")
    parts = [part for part in (where, place.pointer or place.field) if part]
    return f"{', '.join(parts)[:LONGEST] or 'book'}: {problem.what}; {problem.do}"


def pointer(parts: Iterable[str | int]) -> str:
    """The JSON pointer of a path (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def did_you_mean(word: str, words: Iterable[str], otherwise: str) -> str:
    """What to do about an unknown word: the nearest known one, in small or capital letters, or the advice given."""
    near = nearest(word, words, str.lower)
    return f"did you mean `{near}`?" if near else otherwise
