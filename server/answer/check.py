"""What `check` answers: every mistake, and for each rule how it will be read and what it needs to know."""

from collections.abc import Iterator
from dataclasses import dataclass

from dsl import tree
from dsl.diagnostic import Diagnostic, Severity
from policy.ir.compile_class import compile_class
from policy.ir.core import Clause, Library
from policy.ir.fields import needed


@dataclass(frozen=True, slots=True)
class Place:
    """`line` and `column` count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Note:
    """Another place that belongs to a mistake."""

    message: str
    at: Place


@dataclass(frozen=True, slots=True)
class Mistake:
    """`code` is explained in docs/diagnostics.md; `help` says what to write instead."""

    code: str
    severity: str
    message: str
    help: str | None
    at: Place
    related: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """How the finder reads one clause: `compile_class` A to F (docs/cli.md) and why. `searched` is false where answers
    are judged by the clause but not looked for with it."""

    clause: int
    compile_class: str
    reason: str
    searched: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """`needs`: terms whose values the book must hold."""

    rule: str
    title: str
    layer: str
    at: Place
    clauses: tuple[Read, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """`answer`: "clean", "warnings" or "mistakes". `rules` is empty while there are mistakes."""

    answer: str
    files: int
    lists: int
    waivers: int
    mistakes: tuple[Mistake, ...]
    rules: tuple[Checked, ...]


def checked(files: tuple[tree.File, ...], found: tuple[Diagnostic, ...], library: Library | None) -> CheckAnswer:
    errors = any(diagnostic.severity is Severity.ERROR for diagnostic in found)
    return CheckAnswer(
        "mistakes" if errors else "warnings" if found else "clean",
        len(files),
        len(library.lists) if library else 0,
        len(library.waivers) if library else 0,
        tuple(map(_mistake, found)),
        tuple(_rules(library)) if library else (),
    )


def _rules(library: Library) -> Iterator[Checked]:
    for rule in library.rules:
        at = Place(rule.file, rule.span.line, rule.span.column)
        clauses = tuple(_read(number, clause) for number, clause in enumerate(rule.clauses, 1))
        yield Checked(rule.id, rule.title, rule.layer, at, clauses, tuple(term.name for term in needed(rule)))


def _read(number: int, clause: Clause) -> Read:
    found = compile_class(clause)
    return Read(number, found.letter.value, found.reason, found.searched)


def _mistake(found: Diagnostic) -> Mistake:
    related = tuple(Note(r.message, Place(r.span.file, r.span.line, r.span.column)) for r in found.related)
    at = Place(found.span.file, found.span.line, found.span.column)
    return Mistake(found.code, found.severity.value, found.message, found.help, at, related)
