"""A book as one JSON document: `from_json` reads it, `schema` publishes its form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policy.book.amount import kind, short
from policy.book.facts import Book
from policy.book.intake.json_text import parse, with_lines
from policy.book.intake.reading import TABLES, Path, read
from policy.book.intake.rows import BookDocument, Head
from policy.book.parts import OWN
from policy.book.problem import Place, Problem, did_you_mean, pointer


def from_json(
    text: str, file: str = "book.json", shared: Mapping[str, object] | None = None
) -> Book | tuple[Problem, ...]:
    """The book of a document; or all of its problems, each with line and JSON pointer. `shared`: a document without
    accounts that was found right, to which the text adds the tables of households alone."""
    document = parse(text, file)
    if isinstance(document, tuple):
        return document
    if not isinstance(document, dict):
        return (Problem(Place(file, 1), f"{kind(document)} stands where the book is wanted", "write one JSON object"),)
    problems = tuple(_shape(document, file) if shared is None else _only_own(document, file))
    if shared is not None:
        document = {**shared, **document, "complete": [*_rows(document, "complete"), *_rows(shared, "complete")]}
    raw = {name: _rows(document, name) for name in TABLES}
    head = {name: document[name] for name in Head.model_fields if name in document}
    unread = {problem.place.field for problem in problems}
    found = read({"book": [head], **raw}, lambda table, path: _place(file, table, path), unread)
    if isinstance(found, Book) and not problems:
        return found
    return with_lines(problems + (() if isinstance(found, Book) else found), text)


def schema() -> dict[str, Any]:
    """The JSON Schema of the document (2020-12)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **BookDocument.model_json_schema()}


def _rows(document: Mapping[str, object], name: str) -> list[object]:
    return rows if isinstance(rows := document.get(name), list) else []


def _only_own(document: dict[str, object], file: str) -> Iterator[Problem]:
    """What is wrong with the members of a document that holds households alone."""
    for name, rows in document.items():
        place = Place(file, None, pointer([name]), name)
        if name not in OWN:
            what = f"`{short(name)}` is no table of a household"
            yield Problem(place, what, did_you_mean(name, OWN, f"its tables are {', '.join(OWN)}"))
        elif not isinstance(rows, list):
            yield Problem(place, f"{kind(rows)} stands where a list is wanted", "write a list of rows")


def _shape(document: dict[str, object], file: str) -> Iterator[Problem]:
    """What is wrong with the document's own members."""
    for name in document:
        if name not in BookDocument.model_fields:
            advice = did_you_mean(
                name, BookDocument.model_fields, f"its members are {', '.join(BookDocument.model_fields)}"
            )
            yield Problem(Place(file, None, pointer([name]), name), f"`{short(name)}` is no member of a book", advice)
    for name in TABLES:
        place = Place(file, None, pointer([name]), name)
        if name in document and not isinstance(document[name], list):
            yield Problem(place, f"{kind(document[name])} stands where a list is wanted", "write a list of rows")
        elif name not in document and BookDocument.model_fields[name].is_required():
            yield Problem(place, f"`{name}` is missing", "write [] if there are none")


def _place(file: str, table: str, path: Path) -> Place:
    parts = path[1:] if table == "book" else (table, *path)
    fields = [part for part in parts if isinstance(part, str)]
    return Place(file, None, pointer(parts), fields[-1] if fields else "")
