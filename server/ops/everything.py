"""The form in which everything that an instance knows travels (`server.ops.parcel`).

| file                 | holds                                                                     |
| -------------------- | ------------------------------------------------------------------------- |
| `tables/NAME.ndjson` | the rows of a table, in the order of its key                              |
| `signer/…`           | what the signer signed last; its key only where that was asked for        |
| `about.json`         | what this is, the tables' revision, their columns, the log's size and root |

A row is one line of canonical JSON with a member for every column: texts and whole numbers as they are, bytes in
base64, null for what is not there. Which tables and columns there are is asked of the tables' classes, so that one that
is added is carried without a word here. Equal contents give equal bytes, whichever database they lie in.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import server.store.tables  # noqa: F401  # its classes fill SQLModel.metadata
from policy.canonical import encode

FORMAT, VERSION = "proofolio everything", 1
ABOUT, TABLES, SIGNER = "about.json", "tables", "signer"
KINDS = ((bytes, "bytes"), (bool, "boolean"), (int, "integer"), (str, "text"))

Kinds = Mapping[str, str]
"""Of a table's columns, by name."""


class CarryError(ValueError):
    """It cannot be carried so; the message says why."""


@dataclass(frozen=True, slots=True)
class About:
    """`tables`: the columns of each; `rows`: how many it has; `size`, `root`: of the log, hex."""

    format: str
    version: int
    revision: str
    origin: str
    size: int
    root: str
    tables: dict[str, dict[str, str]]
    rows: dict[str, int]


def tables() -> dict[str, Table]:
    """All, each after those that it refers to."""
    return {str(table.name): table for table in SQLModel.metadata.sorted_tables}


def path_of(table: str) -> str:
    return f"{TABLES}/{table}.ndjson"


def kinds(table: Table) -> dict[str, str]:
    """CarryError where a column is of a kind that has no form here: one that is not exact on both databases."""
    return {str(column.name): _kind(column) for column in table.columns}


def line(kinds: Kinds, row: Mapping[str, Any]) -> bytes:
    said = {name: _said(row[name], kind) for name, kind in kinds.items()}
    return encode(said) + b"\n"


def values(kinds: Kinds, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a line says, as the database takes it."""
    return {name: _meant(row[name], kind) for name, kind in kinds.items()}


def _kind(column: Column[Any]) -> str:
    python = python_of(column)
    for kind, name in KINDS:
        if issubclass(python, kind):
            return name
    raise CarryError(f"{column.table.name}.{column.name} is of a kind that is not carried: {python.__name__}")


def python_of(column: Column[Any]) -> type:
    return str if isinstance(column.type, AutoString) else column.type.python_type


def _said(value: Any, kind: str) -> Any:
    return b64encode(value).decode() if kind == "bytes" and value is not None else value


def _meant(value: Any, kind: str) -> Any:
    return b64decode(value) if kind == "bytes" and value is not None else value
