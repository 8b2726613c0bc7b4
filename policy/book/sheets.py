"""A book as CSV texts by file name, the form that `tables.from_csv` reads back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policy.book.document import HEAD, document
from policy.book.facts import Book
from policy.book.intake.columns import AS_OF, FILES, NESTED, PARENTS, REQUIRED, facts, fixed
from policy.book.intake.csv_text import write

Rows = list[dict[str, str]]


def to_csv(book: Book) -> dict[str, str]:
    """The required files, and those that have rows. Facts have a column where any row states them."""
    found = document(book)
    rows: dict[str, Rows] = {"book": [_flat({name: found[name] for name in HEAD if name in found})]}
    for name in FILES:
        listed: Any = found.get(name, [])
        if name in NESTED:
            rows[name] = list(_nested(name, found[PARENTS[name]]))
        elif name != "book":
            rows[name] = [_flat(row) for row in listed]
    return {f"{name}.csv": _sheet(name, rows[name]) for name in FILES if rows[name] or name in REQUIRED}


def _sheet(name: str, rows: Rows) -> str:
    used = {column for row in rows for column in row}
    stated = sorted(used & facts(name))
    return write([column for column in fixed(name) if column in used or not rows] + stated, rows)


def _flat(row: Mapping[str, Any]) -> dict[str, str]:
    """A row of the document as cells; what is nested is left to its own file, or said by a word."""
    cells: dict[str, str] = {}
    for name, value in row.items():
        match name:
            case "facts" | "cost":
                cells |= {inner: _cell(found) for inner, found in (value or {}).items()}
            case "dated":
                cells |= {inner + AS_OF: _cell(found) for inner, found in value.items()}
            case "constituents":
                cells[name] = "unknown" if value is None else "" if value else "none"
            case "external_ids":
                cells[name] = "; ".join(f"{system}: {its}" for system, its in value.items())
            case "cash":
                cells[name] = "" if value else "none"
            case _:
                cells[name] = _cell(value)
    return cells


def _cell(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return "; ".join(value)
        case _:
            return str(value)


def _nested(name: str, parents: Any) -> Iterator[dict[str, str]]:
    for parent in parents:
        inner = parent[name] or {}
        parts = inner if isinstance(inner, list) else [{"currency": key, **value} for key, value in inner.items()]
        for part in parts:
            yield {NESTED[name][0]: parent["id"], **part}
