"""What `check` answers: every mistake, and for each rule how it will be read and what it needs to know."""

from collections.abc import Iterator
from dataclasses import dataclass

from dsl import tree
from dsl.check import needs
from dsl.check.walk import nodes
from dsl.diagnostic import Diagnostic, Severity
from policy.ir.compile_class import classes, not_searched
from policy.ir.core import Library


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
class Checked:
    """`classes`: compile classes A to F (docs/cli.md). `not_searched`: why proposals are judged by the rule but not
    searched with it, null where they are. `needs`: terms whose values the book must hold."""

    rule: str
    title: str
    layer: str
    at: Place
    classes: tuple[str, ...]
    not_searched: str | None
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
        tuple(_rules(files, library)) if library else (),
    )


def _rules(files: tuple[tree.File, ...], library: Library) -> Iterator[Checked]:
    blocks = {b.id.value: b for file in files for b in file.blocks if isinstance(b, tree.Rule)}
    for rule in library.rules:
        needed = sorted({term.name for term in needs.data(nodes(blocks[rule.id]))})
        at = Place(rule.file, rule.span.line, rule.span.column)
        kinds = tuple(each.value for each in classes(rule))
        yield Checked(rule.id, rule.title, rule.layer, at, kinds, not_searched(rule), tuple(needed))


def _mistake(found: Diagnostic) -> Mistake:
    related = tuple(Note(r.message, Place(r.span.file, r.span.line, r.span.column)) for r in found.related)
    at = Place(found.span.file, found.span.line, found.span.column)
    return Mistake(found.code, found.severity.value, found.message, found.help, at, related)
