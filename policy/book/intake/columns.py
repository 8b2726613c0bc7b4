"""The columns of the CSV files of a book, from the same rows that the JSON document has.

Columns are the fields of the document's rows. A column named by a term of the vocabulary is a fact, and
`TERM as of` is the day on which it was true. What JSON nests has a form of its own here:

    constituents.csv    fund, id, weight; where a fund has no rows there, `constituents` in instruments.csv says
                        `none` or `unknown`, or nothing and then means what it means in JSON
    cash.csv            account, currency, settled, unsettled; `cash` in accounts.csv says `none` where there are none
    accounts.csv        ticket, per_unit, spread; several tags with semicolons between them, as with `external_ids`,
                        such as `orion: 84213; schwab: 1234`, in households.csv, too
    book.csv            as_of, known_at, currency and the firm's facts, in one row
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from dsl.vocabulary import Type
from policy.book.intake.reading import TABLES
from policy.book.intake.rows import BookDocument, CostRow
from policy.book.intake.shape import row_model
from policy.book.intake.terms import HOLDERS, allowed

AS_OF = " as of"
COSTS = tuple(CostRow.model_fields)
NESTED: Mapping[str, tuple[str, ...]] = {
    "constituents": ("fund", "id", "weight"),
    "cash": ("account", "currency", "settled", "unsettled"),
}
"""Files whose rows belong to a row of another file, which their first column names."""

PARENTS: Mapping[str, str] = {"constituents": "instruments", "cash": "accounts"}
WORDS: Mapping[str, Mapping[str, object]] = {"constituents": {"none": [], "unknown": None}, "cash": {"none": {}}}
"""What a parent may say in the column of this name instead of having rows there."""

FILES = ("book", *TABLES, *NESTED)
REQUIRED = ("book", "cash", *(name for name in TABLES if BookDocument.model_fields[name].is_required()))


def fixed(table: str) -> tuple[str, ...]:
    """The columns of a file that are not facts."""
    if table in NESTED:
        return NESTED[table]
    names: list[str] = []
    for name in row_model(table).model_fields:
        names += COSTS if name == "cost" else () if name in ("facts", "dated") else (name,)
    return tuple(names)


def needed(table: str) -> tuple[str, ...]:
    """The columns that a file must have."""
    if table in NESTED:
        return NESTED[table]
    fields = row_model(table).model_fields
    return tuple(name for name, field in fields.items() if field.is_required() and name not in NESTED)


def facts(table: str) -> frozenset[str]:
    """The columns of a file that may state facts, or the days on which they were true."""
    if table not in HOLDERS:
        return frozenset()
    dated = (name + AS_OF for name in allowed(table)) if "dated" in row_model(table).model_fields else ()
    return frozenset((*allowed(table), *dated))


def raw(table: str, columns: Iterable[str]) -> Callable[[Mapping[str, str]], dict[str, object]]:
    """How rows with these columns become raw rows of the document, without what is nested. Columns that the file may
    not have are left out; so are empty cells."""
    seats = {column: seat for column in columns if (seat := _seat(table, column))}

    def row(cells: Mapping[str, str]) -> dict[str, object]:
        found: dict[str, object] = {}
        inner: dict[str, dict[str, object]] = {}
        for column, cell in cells.items():
            if seat := seats.get(column):
                members = inner.setdefault(seat.member, {}) if seat.member else found
                members[seat.name] = seat.read(cell) if seat.read else cell
        return {**found, **inner}

    return row


class _Seat(NamedTuple):
    """Where a column stands in a row of the document: under `member`, or, where that is empty, in the row itself."""

    member: str
    name: str
    read: Callable[[str], object] | None


def _seat(table: str, column: str) -> _Seat | None:
    if column in NESTED:
        return None
    if table == "accounts" and column in COSTS:
        return _Seat("cost", column, None)
    if column in fixed(table):
        is_flag = table not in NESTED and row_model(table).model_fields[column].annotation is bool
        return _Seat("", column, _flag if is_flag else _PARTED.get(column))
    if column not in facts(table):
        return None
    known = allowed(table).get(column)
    if known is None:
        return _Seat("dated", column.removesuffix(AS_OF), None)
    return _Seat("facts", column, _flag if known.type is Type.BOOL else None)


def _tags(cell: str) -> list[str]:
    return [tag.strip() for tag in cell.split(";") if tag.strip()]


def _external_ids(cell: str) -> object:
    """By system; the cell as it stands, to be refused, where it does not say that of each, once."""
    parts = [part.partition(":") for part in cell.split(";") if part.strip()]
    found = {system.strip(): name.strip() for system, _, name in parts}
    return found if len(found) == len(parts) and all(colon for _, colon, _ in parts) else cell


_PARTED: Mapping[str, Callable[[str], object]] = {"tags": _tags, "external_ids": _external_ids}


def _flag(cell: str) -> object:
    """True or false as spreadsheets write them; anything else as it stands, to be refused."""
    return {"true": True, "yes": True, "false": False, "no": False}.get(cell.lower(), cell)
