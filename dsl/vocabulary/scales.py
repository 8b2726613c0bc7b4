"""Scales: words that stand for numbers, so that a rating can be compared and averaged."""

from __future__ import annotations

from fractions import Fraction

from dsl.vocabulary.term import Kind, Source, Term, Type

RATINGS = (
    "D", "C", "CC", "CCC-", "CCC", "CCC+", "B-", "B", "B+", "BB-", "BB", "BB+", "BBB-", "BBB", "BBB+",
    "A-", "A", "A+", "AA-", "AA", "AA+", "AAA",
)  # fmt: skip
"""Worst first: D is 1, BBB- is 13, AAA is 22."""


def rating(name: str, of: str, sentence: str) -> Term:
    """A fact on the rating scale: `rating >= BBB-`."""
    worst, best = Fraction(1), Fraction(len(RATINGS))
    return Term(
        name, Kind.FACT, Type.NUMBER, "score", of, Source.FACT, sentence, low=worst, high=best, scale=RATINGS
    )  # fmt: skip


def on_scale(term: Term, symbol: str) -> Fraction | None:
    """The number that a symbol of the term's scale stands for."""
    return Fraction(term.scale.index(symbol) + 1) if symbol in term.scale else None
