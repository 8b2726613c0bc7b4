"""What the user names on the command line, read into values: rule files, a book, orders.

Every problem of a thing is found in one run and carried by one `BadInput`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from dsl.source import Source
from policy.book import orders as order_file
from policy.book import tables, wire
from policy.book.facts import Book, Order
from policy.book.problem import Place, Problem
from policy.canonical import CanonicalError
from server.cli import disk
from server.cli.problem import BadInput, bad_file
from server.desk import intent as wish
from solver.intent import Intent

RULES = ".mandate"


def sources(paths: Sequence[str]) -> tuple[Source, ...]:
    """The rule files, and those in folders, each once."""
    return tuple(Source(path, disk.text(path)) for path in disk.named(paths, RULES))


def book(path: str) -> Book:
    """A book from one JSON file or from a folder of CSV files."""
    if not disk.is_directory(path):
        return _taken(wire.from_json(disk.text(path), path))
    files = {Path(name).name: name for name in disk.named([path], ".csv") if Path(name).parent == Path(path)}
    if not files:
        raise bad_file(path, "there is no CSV file in this folder", "name the folder that holds book.csv")
    return _taken(tables.from_csv({name: disk.text(place) for name, place in files.items()}), path)


def orders(path: str | None) -> tuple[Order, ...]:
    """Orders from CSV, where the name ends so, else from JSON; none without a path."""
    if path is None:
        return ()
    read = order_file.from_csv if path.endswith(".csv") else order_file.from_json
    found = read(disk.text(path), path)
    problems = tuple(part for part in found if isinstance(part, Problem))
    if problems:
        raise BadInput(*problems)
    return tuple(part for part in found if isinstance(part, Order))


def intent(path: str | None, known: Book) -> Intent:
    """What is wanted of a proposal; the default without a path."""
    if path is None:
        return Intent()
    found = wish.read(disk.text(path), path, known)
    if isinstance(found, Intent):
        return found
    raise BadInput(*found)


def located(problems: Sequence[Problem], path: str | None) -> BadInput:
    """Problems of orders against a book, where their orders stand."""
    if path is None:
        return BadInput(*problems)
    return BadInput(*order_file.located(problems, disk.text(path), path))


def not_canonical(error: CanonicalError) -> BadInput:
    """A book of which nobody could be given the hash."""
    return bad_file("book", f"it has no canonical form: {error}", "use ids and names in plain text")


def on(known: Book, as_of: str | None, known_at: str | None) -> Book:
    """The book judged on another day, or as known on another day."""
    day = known.as_of if as_of is None else _day(as_of, "--as-of")
    return replace(known, as_of=day, known_at=_day(known_at, "--known-at") if known_at else max(day, known.known_at))


def _day(text: str, argument: str) -> date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise bad_file(argument, f"`{text}` is not a day", "write year-month-day, such as 2026-11-22") from None


def _taken(found: Book | tuple[Problem, ...], folder: str | None = None) -> Book:
    if isinstance(found, Book):
        return found
    raise BadInput(*(problem if folder is None else _below(folder, problem) for problem in found))


def _below(folder: str, problem: Problem) -> Problem:
    """The problem's file with the folder it is in."""
    file = str(Path(folder) / problem.place.file) if problem.place.file else folder
    return replace(problem, place=Place(file, problem.place.line, problem.place.pointer, problem.place.field))
