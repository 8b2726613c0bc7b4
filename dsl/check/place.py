"""Where an expression stands, and what can be said of the place alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dsl import tree
from dsl.check.names import Names
from dsl.diagnostic import Diagnostic
from dsl.source import Span

Problems = Iterator[Diagnostic]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands. `level`: the level of the group at hand, None for the whole scope. `alone`: it is one
    whole side of a comparison."""

    names: Names
    level: str | None = None
    alone: bool = False


def account_fact(term: tree.Term, scope: str) -> Diagnostic:
    return Diagnostic(
        "M231", f"`{term.words}` belongs to one account, and the rule adds up the accounts of a {scope}", term.span,
        'write `applies to accounts tagged "…"` or `applies to each account`',
    )  # fmt: skip


def standing_alone(what: str, span: Span) -> Diagnostic:
    fix = "write it alone on the left: `limit average duration weighted by value to at most 7`, `limit volatility to …`"
    return Diagnostic("M214", f"{what} is no part of a sum, a share or a limit", span, fix)
