"""JSON, strictly: one reading of every text, and a line for everything in it.

Refused are duplicate members, numbers that are not plain integers (`amount.Bare` marks them; whoever reads the
field says what to write), texts that end in the middle, halves of letters, and nesting beyond all sense.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice

from policy.book.amount import WHOLE, Bare, short
from policy.book.problem import Place, Problem, pointer


def parse(text: str, file: str, most: int | None = None) -> object | tuple[Problem, ...]:
    """The value (objects, lists, texts, ints, truth values, null, Bare); or problems, the first `most` of them."""
    twice = False

    def members(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal twice
        found = dict(pairs)
        twice = twice or len(found) != len(pairs)
        return found

    try:
        value = json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=members,
            parse_float=Bare,
            parse_constant=Bare,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        return (_broken(error, file),)
    except RecursionError:
        return (Problem(Place(file), "the document is nested too deeply", "a book is at most a few levels deep"),)
    found = _duplicates(text, file) if twice else _halves(text, file)
    return tuple(islice(found, most)) or value


def with_lines(problems: tuple[Problem, ...], text: str) -> tuple[Problem, ...]:
    """The problems in the order of the lines on which their pointers stand; what is missing stands where its parent
    does."""
    found = _lines(text, {start for problem in problems for start in _ancestors(problem.place.pointer)})
    placed = []
    for problem in problems:
        line = next(found[start] for start in _ancestors(problem.place.pointer) if start in found)
        placed.append(replace(problem, place=replace(problem.place, line=line)))
    return tuple(sorted(placed, key=lambda problem: problem.place.line or 0))


def _integer(text: str) -> int | Bare:
    return int(text) if len(text) <= WHOLE else Bare(text)


def _broken(error: json.JSONDecodeError, file: str) -> Problem:
    cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string")
    what = (
        "the document ends before it is complete"
        if cut
        else f"this is not JSON: {error.msg.lower().removesuffix(' at')}"
    )
    do = "was the file cut off? send it again" if cut else f"look at column {error.colno} of this line"
    return Problem(Place(file, error.lineno), what, do)


# --- places ------------------------------------------------------------------------------------


_TOKEN = re.compile(r'[\[\]{}:,]|"(?:[^"\\]|\\.)*"|[^\s\[\]{}:,"]+')
_Path = list[str | int | None]
"""The way to a value: member names and positions; None while a member's name is still to come."""


def _walk(text: str) -> Iterator[tuple[_Path, int, str | None]]:
    """Every value of a well-formed text: the way to it and where it begins; and, for every member name that stands
    twice in its object, the way to the object's last member and the name."""
    path: _Path = []
    names: list[set[str] | None] = []  # of the objects around; None for a list
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        here = names[-1] if names else None
        if first in "]}":
            path.pop()
            names.pop()
        elif first == ",":
            last = path[-1]
            path[-1] = last + 1 if isinstance(last, int) else None
        elif here is not None and path[-1] is None:
            name = json.loads(token[0])
            if name in here:
                yield path, token.start(), name
            here.add(name)
            path[-1] = name
        elif first != ":":
            yield path, token.start(), None
            if first in "[{":
                path.append(None if first == "{" else 0)
                names.append(set() if first == "{" else None)


def _duplicates(text: str, file: str) -> Iterator[Problem]:
    line, counted = 1, 0
    for path, start, name in _walk(text):
        if name is not None:
            at = pointer([part for part in path[:-1] if part is not None] + [name])
            line, counted = line + text.count("\n", counted, start), start
            yield Problem(
                Place(file, line, at, name), f"`{short(name)}` stands twice in one object", "keep one of them"
            )


_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def _halves(text: str, file: str) -> Iterator[Problem]:
    """Texts with an escape such as `\\ud800` without its other half: no letter, and nothing can write it."""
    if not _ESCAPED_HALF.search(text):
        return
    for token in _TOKEN.finditer(text):
        if token[0][0] == '"' and not _is_whole(json.loads(token[0])):
            what = f"{short(token[0])} holds half of a letter"
            yield Problem(Place(file, text.count("\n", 0, token.start()) + 1), what, "write the letter itself")


def _is_whole(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _lines(text: str, wanted: Collection[str]) -> dict[str, int]:
    """`wanted` has the parents of every pointer that it has: what is inside of others is not looked at."""
    found: dict[str, int] = {}
    line, counted, unwanted = 1, 0, len(text)
    for path, start, name in _walk(text):
        if name is not None or len(path) > unwanted:
            continue
        at = pointer([part for part in path if part is not None])
        unwanted = len(text) if at in wanted else len(path)
        if at in wanted:
            line, counted = line + text.count("\n", counted, start), start
            found[at] = line
    return found


def _ancestors(at: str) -> list[str]:
    """The pointer, its parent, and so on up to the whole document."""
    parts = at.split("/")
    return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]
