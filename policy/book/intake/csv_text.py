"""CSV, strictly: one header, rows of as many cells, and the line on which each row begins.

A byte order mark, any line ends, quoted cells and empty lines are fine. Cells are stripped of spaces; an empty
cell says nothing. Separators other than commas are refused, since they come with decimal commas.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from policy.book.amount import short
from policy.book.problem import Place, Problem


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows`: the cells that are not empty, by column; `header`, `lines`: where the header and each row begin."""

    file: str
    header: int
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    lines: tuple[int, ...]


def parse(text: str, file: str) -> tuple[Sheet, tuple[Problem, ...]]:
    """The sheet, as far as it can be read, and what is wrong with its form."""
    problems: list[Problem] = []
    lines = _lines(text.removeprefix("\ufeff"), file, problems)
    at, header = next(lines, (1, []))
    columns = tuple(header)
    problems += _header(columns, Place(file, at))
    rows, starts = [], []
    for start, cells in lines:
        if len(cells) != len(columns):
            what = f"the row has {len(cells)} cells, the header {len(columns)}"
            problems.append(Problem(Place(file, start), what, "quote cells that contain commas; keep a comma per cell"))
        rows.append({name: cell for name, cell in zip(columns, cells, strict=False) if cell})
        starts.append(start)
    return Sheet(file, at, columns, tuple(rows), tuple(starts)), tuple(problems)


def write(columns: list[str], rows: list[dict[str, str]]) -> str:
    """The text of a sheet, lines ending in a line feed."""
    out = StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _lines(text: str, file: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold anything, each with its number."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield start, stripped
            start = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(Place(file, start), f"this is not CSV: {error}", "is a quote left open here?"))


def _header(columns: tuple[str, ...], place: Place) -> Iterator[Problem]:
    if not columns:
        yield Problem(place, "the file is empty", "write at least the header, the names of the columns")
    for other, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(columns) == 1 and other in columns[0]:
            yield Problem(place, f"the columns are separated by {name}", "save the file with commas, as `CSV UTF-8`")
    seen: set[str] = set()
    for number, column in enumerate(columns, 1):
        if not column:
            yield Problem(place, f"column {number} has no name", "name it, or remove it")
        elif column in seen:
            yield Problem(place, f"the column `{short(column)}` stands twice", "keep one of them")
        seen.add(column)
