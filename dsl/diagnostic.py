"""What is wrong with a text, as a value: the passes return these and raise nothing.

The message says what is wrong in one lower-case line, the user's own words in backticks; `help` says what
to write instead. Codes stand in `dsl.codes`, `dsl.render` draws the caret.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dsl.source import Span

MOST = 1_000
"""Mistakes in the text of one file that are told; then reading stops."""


class Severity(StrEnum):
    """An error stops the rule from being used; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that the reader must see to understand the mistake."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Diagnostic:
    code: str
    message: str
    span: Span
    help: str | None = None
    severity: Severity = Severity.ERROR
    related: tuple[Related, ...] = ()


def in_order(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The diagnostics from top to bottom of their files."""
    return tuple(sorted(diagnostics, key=lambda d: (d.span.file, d.span.start, d.code, d.message)))
