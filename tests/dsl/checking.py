"""Texts for the checker: demands in a rule that is otherwise well formed, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable

from dsl.check import check
from dsl.diagnostic import Diagnostic, Severity
from dsl.parse import parse
from dsl.render import render
from dsl.source import Source

BEFORE = 'rule R-1 "a rule"\n  source "policy"\n  applies to each account\n  counting market value\n'
AFTER = '  missing data counts as unknown\n  tested at trade\n  on breach block, waiver by "CCO"\nend\n'


def rule(demand: str) -> str:
    """The demand, and other clauses, within a rule that lacks nothing."""
    inside = "".join(f"  {line}\n" for line in demand.strip("\n").split("\n"))
    return f"{BEFORE}{inside}{AFTER}"


def diagnostics(text: str, name: str = "rules.mandate") -> tuple[Diagnostic, ...]:
    file, mistakes = parse(Source(name, text))
    return (*mistakes, *check([file]))


def drawn(mistakes: Iterable[Diagnostic], source: Source) -> str:
    """What is said of a text, with a blank line between; or that nothing is."""
    return "\n\n".join(render(mistake, source) for mistake in mistakes) or "nothing to say"


def codes(text: str) -> list[str]:
    return [found.code for found in diagnostics(text)]


def errors(text: str) -> list[str]:
    return [found.code for found in diagnostics(text) if found.severity is Severity.ERROR]
