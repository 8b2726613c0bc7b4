"""Rule files read, checked and lowered: the way that every verb which needs rules takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from dsl import tree
from dsl.check import check
from dsl.diagnostic import Diagnostic, Severity, in_order
from dsl.disguise import across
from dsl.parse import parse
from dsl.source import Source
from policy.book.facts import Book
from policy.book.problem import Place, Problem
from policy.ir.core import Library
from policy.ir.disguised import disguised
from policy.ir.from_dsl import library as lowered
from server.cli import given
from server.cli.problem import BadInput
from server.cli.show import diagnostics


@dataclass(frozen=True, slots=True)
class Read:
    """Rule files and everything that is wrong with them. `library` is None where there is an error."""

    sources: tuple[Source, ...]
    files: tuple[tree.File, ...]
    diagnostics: tuple[Diagnostic, ...]
    library: Library | None


def read(paths: Sequence[str]) -> Read:
    sources = given.sources(paths)
    parsed = [parse(source) for source in sources]
    files = tuple(file for file, _ in parsed)
    mistakes = [mistake for _, mistakes in parsed for mistake in mistakes]
    twins = across(sources, {mistake.span for mistake in mistakes})
    found = in_order((*mistakes, *twins, *check(files)))
    broken = any(diagnostic.severity is Severity.ERROR for diagnostic in found)
    return Read(sources, files, found, None if broken else lowered(files))


def library(paths: Sequence[str], *, quiet: bool = False) -> Library:
    """The rules of the files; BadInput where they have errors. `quiet`: nothing is printed beside the answer."""
    found = read(paths)
    if found.library is not None:
        return found.library
    if not quiet:
        diagnostics.show(found.diagnostics, found.sources)
    raise BadInput(*problems(found))


def of_book(library: Library, book: Book) -> None:
    """BadInput where a rule's name only looks like one of the book."""
    found = disguised(library, book)
    if found:
        raise BadInput(*found)


def problems(found: Read) -> list[Problem]:
    """The errors of rule files as bad input of a verb that needs rules without any."""
    return [_problem(diagnostic) for diagnostic in found.diagnostics if diagnostic.severity is Severity.ERROR]


def _problem(diagnostic: Diagnostic) -> Problem:
    what = f"{diagnostic.code} {diagnostic.message}"
    return Problem(Place(diagnostic.span.file, diagnostic.span.line), what, diagnostic.help or "correct the rule")
