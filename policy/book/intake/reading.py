"""Rows to a book, wherever they came from: every row checked, all problems in one run.

A table is a list of raw rows, as JSON has them. Rows that cannot be read are set aside and the rest is checked
across tables all the same; a row that was set aside still counts as stated, so that nothing else is blamed for its
absence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dsl.vocabulary import Term
from policy.book import integrity
from policy.book.amount import Refusal
from policy.book.facts import Book, Value
from policy.book.intake import records
from policy.book.intake.misread import explained
from policy.book.intake.rows import BookDocument, Head, Row
from policy.book.intake.terms import HOLDERS, allowed, misplaced, value
from policy.book.intake.words import day
from policy.book.problem import Place, Problem

Path = tuple[str | int, ...]
Locate = Callable[[str, Path], Place]
"""The place of something in a table: ("lots", (17, "quantity"))."""

Raw = Mapping[str, Sequence[object]]
"""Raw rows by table; the table `book` has one row: the day, the currency, the firm's facts."""

TABLES = tuple(name for name in BookDocument.model_fields if name not in Head.model_fields)


def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    "book": _adapter(list[Head]),
    **{name: _adapter(BookDocument.model_fields[name].annotation) for name in TABLES},
}


@dataclass(frozen=True, slots=True)
class Table:
    """`rows`: those that could be read; `origin`: where each stood among the raw rows; `lost`: what the others name."""

    rows: Sequence[Row]
    origin: Sequence[int]
    lost: frozenset[str] = frozenset()


def read(raw: Raw, locate: Locate, unread: Collection[str] = ()) -> Book | tuple[Problem, ...]:
    """The book; or all problems of all rows. Tables that are `unread` had no form from which rows could be taken:
    what refers to them is not blamed."""
    problems: list[Problem] = []

    def report(table: str, path: Path, refusal: Refusal) -> None:
        problems.append(Problem(locate(table, path), refusal.what, refusal.do))

    tables = {name: _table(name, raw.get(name, ()), report) for name in ("book", *TABLES)}
    for name in HOLDERS:
        _read_facts(name, tables[name], report)
    if len(tables["book"].rows) != 1:
        return tuple(problems)
    found = records.from_rows({name: table.rows for name, table in tables.items()})
    lost = {name: table.lost for name, table in tables.items()}
    for flaw in integrity.flaws(found, lost, unread):
        origin = tables[flaw.table].origin[flaw.row]
        report(flaw.table, (origin, *flaw.path), Refusal(flaw.what, flaw.do))
    return tuple(problems) or records.to_book(found)


def trusted(raw: Raw) -> Book:
    """The book of rows that were read before and found right. What rows say together is not looked at again, so that
    they may be a part of a book, which names rows of another part."""

    def report(table: str, path: Path, refusal: Refusal) -> None:
        raise AssertionError(f"{refusal.what} in {table} {path}, which had been read")

    tables = {name: _table(name, raw.get(name, ()), report) for name in ("book", *TABLES)}
    for name in HOLDERS:
        _read_facts(name, tables[name], report)
    return records.to_book(records.from_rows({name: table.rows for name, table in tables.items()}))


_Report = Callable[[str, Path, Refusal], None]


def _table(name: str, raw: Sequence[object], report: _Report) -> Table:
    adapter = _ADAPTERS[name]
    try:
        return Table(adapter.validate_python(raw), range(len(raw)))
    except ValidationError as error:
        wrong = error.errors(include_url=False)
    bad: set[int] = set()
    for detail in wrong:
        at, *path = detail["loc"]
        bad.add(int(at))
        report(name, (int(at), *(part for part in path if part != "[key]")), explained(name, detail))
    origin = [at for at in range(len(raw)) if at not in bad]
    lost = frozenset(_named(raw[at] for at in bad))
    return Table(adapter.validate_python([raw[at] for at in origin]), origin, lost)


def _named(rows: Iterable[object]) -> Iterator[str]:
    """What others may refer to: the rows' ids, and the models of weights."""
    for row in rows:
        for name in ("id", "model"):
            found = row.get(name) if isinstance(row, dict) else None
            if isinstance(found, str):
                yield found


def _read_facts(name: str, table: Table, report: _Report) -> None:
    """Puts the facts of the rows in place of the raw ones; what is wrong is reported and left out."""
    for origin, row in zip(table.origin, table.rows, strict=True):
        members = vars(row)
        for member, read_value in _FACTS:
            if members.get(member):
                members[member] = dict(_values(name, (origin, member), members[member], read_value, report))


_ReadValue = Callable[[Term, object], Value | Refusal]
_FACTS: tuple[tuple[str, _ReadValue], ...] = (("facts", value), ("dated", lambda term, raw: day(raw)))


def _values(
    table: str, path: Path, raw: Mapping[str, object], read_value: _ReadValue, report: _Report
) -> Iterator[tuple[str, Value]]:
    terms = allowed(table)
    for name, given in raw.items():
        if given is None:
            continue
        found = read_value(terms[name], given) if name in terms else misplaced(table, name)
        if isinstance(found, Refusal):
            report(table, (*path, name), found)
        else:
            yield name, found
