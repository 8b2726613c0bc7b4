"""Tables twice: as CSV, for spreadsheets, and as JSON, for programs. Written row by row into files without a name.

A text that a spreadsheet could take for a formula is led by an apostrophe, and so is one that begins with an
apostrophe, so that leaving out one leading apostrophe gives every text back. Numbers are decimals; one whose decimals
do not end has six of them in the CSV, and is `n/d` in the JSON.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from policy.book.amount import number_text
from policy.proof.figures import plain
from server.desk.exam.columns import Column

SMALL = 2**18  # bytes that stay in memory
SPECIAL = frozenset(',"\r\n')
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠", "−")

Value = str | int | Fraction | None
Row = Mapping[str, Value]


@dataclass(slots=True)
class Sheet:
    """A table that is being written; `rows`: how many it has."""

    columns: Sequence[Column]
    csv: IO[bytes]
    json: IO[bytes]
    rows: int = 0


@contextmanager
def opened(folder: Path, tables: Mapping[str, Sequence[Column]]) -> Iterator[dict[str, Sheet]]:
    """A sheet for each table, as long as the block runs."""
    with ExitStack() as stack:

        def file() -> IO[bytes]:
            return stack.enter_context(SpooledTemporaryFile(SMALL, dir=str(folder)))

        yield {name: sheet(columns, file(), file()) for name, columns in tables.items()}


def sheet(columns: Sequence[Column], csv: IO[bytes], json: IO[bytes]) -> Sheet:
    csv.write(_line([column.name for column in columns]))
    json.write(b"[")
    return Sheet(columns, csv, json)


def add(to: Sheet, row: Row) -> None:
    """`row` has every column of the sheet and no other."""
    assert row.keys() == {column.name for column in to.columns}, row.keys()
    values = [row[column.name] for column in to.columns]
    to.csv.write(_line(list(map(cell, values))))
    to.json.write(b",\n" if to.rows else b"\n")
    to.json.write(json.dumps({c.name: _exact(v) for c, v in zip(to.columns, values, strict=True)}).encode())
    to.rows += 1


def ended(to: Sheet) -> None:
    to.json.write(b"\n]\n")
    to.csv.seek(0)
    to.json.seek(0)


def cell(value: Value) -> str:
    """As it stands in the CSV, but for the quotes around what has commas, quotes or line ends in it."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Fraction):
        exact = number_text(value)
        return plain(value) if "/" in exact else exact
    return f"'{value}" if value.lstrip(" ").startswith(FORMULA) else value


def _exact(value: Value) -> str | int | None:
    return number_text(value) if isinstance(value, Fraction) else value


def _line(cells: Sequence[str]) -> bytes:
    return (",".join(_quoted(each) for each in cells) + "\r\n").encode()


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if SPECIAL & set(text) else text
