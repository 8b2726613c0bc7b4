"""Rule files read, checked and lowered: the way that everything which needs rules takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from dsl import tree
from dsl.check import check
from dsl.diagnostic import Diagnostic, Severity, in_order
from dsl.disguise import across
from dsl.parse import parse
from dsl.source import Source
from policy.book.problem import Place, Problem
from policy.ir.core import Library, ListRule, Rule
from policy.ir.from_dsl import library as lowered


@dataclass(frozen=True, slots=True)
class Read:
    """Rule files and everything that is wrong with them. `library` is None where there is an error."""

    sources: tuple[Source, ...]
    files: tuple[tree.File, ...]
    diagnostics: tuple[Diagnostic, ...]
    library: Library | None


def read(sources: Sequence[Source]) -> Read:
    parsed = [parse(source) for source in sources]
    files = tuple(file for file, _ in parsed)
    mistakes = [mistake for _, mistakes in parsed for mistake in mistakes]
    twins = across(sources, {mistake.span for mistake in mistakes})
    found = in_order((*mistakes, *twins, *check(files)))
    broken = any(diagnostic.severity is Severity.ERROR for diagnostic in found)
    return Read(tuple(sources), files, found, None if broken else lowered(files))


def find(library: Library, name: str) -> Rule | ListRule | None:
    subjects: tuple[Rule | ListRule, ...] = (*library.rules, *library.lists)
    return next((each for each in subjects if each.id == name), None)


def problems(found: Read) -> list[Problem]:
    """The errors of rule files as bad input of whatever needs rules without any."""
    return [problem_of(diagnostic) for diagnostic in found.diagnostics if diagnostic.severity is Severity.ERROR]


def problem_of(diagnostic: Diagnostic) -> Problem:
    what = f"{diagnostic.code} {diagnostic.message}"
    return Problem(Place(diagnostic.span.file, diagnostic.span.line), what, diagnostic.help or "correct the rule")
