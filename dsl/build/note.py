"""Mistakes that are seen while a node is made, and do not keep it from being made."""

from __future__ import annotations

from dsl import tree
from dsl.diagnostic import Diagnostic
from dsl.source import Span

Notes = list[Diagnostic]


def clean(notes: Notes, span: Span) -> bool:
    """Whether nothing was wrong inside a span so far."""
    return not any(span.start <= note.span.start < span.end for note in notes)


def whole(notes: Notes, amount: tree.Amount) -> int:
    """The amount as a count; what is not one is noted."""
    if amount.value.denominator != 1 or amount.value < 0:
        notes.append(Diagnostic("M113", "this must be a whole number", amount.span, "write for instance `10`"))
    return int(amount.value)


def once(notes: Notes, span: Span, name: str, given: object) -> None:
    """Note that a part was already given."""
    if given is not None:
        notes.append(Diagnostic("M111", f"this clause says `{name}` twice", span, "leave one of them out"))
