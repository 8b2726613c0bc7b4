"""Clauses of a block by their kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

C = TypeVar("C")


def every(clauses: Iterable[object], kind: type[C]) -> Iterator[C]:
    return (clause for clause in clauses if isinstance(clause, kind))


def one(clauses: Iterable[object], kind: type[C]) -> C | None:
    """The first of the kind: a second one is a mistake that is reported."""
    return next(every(clauses, kind), None)
