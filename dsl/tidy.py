"""Canonical text of a source, if it can be read."""

from __future__ import annotations

from dsl.diagnostic import Diagnostic
from dsl.format import text_of
from dsl.parse import KNOWN, parse
from dsl.source import Source
from dsl.trivia import trivia


def tidy(source: Source, terms: frozenset[str] = KNOWN) -> tuple[str, tuple[Diagnostic, ...]]:
    """The canonical text; the text as it is, with what is wrong, if anything is: nothing may get lost."""
    file, mistakes = parse(source, terms)
    return (source.text if mistakes else text_of(file, trivia(source))), mistakes
