"""Which data a rule rests on: what the book must hold for it to be known, and whose each field is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from dsl.vocabulary import BEHIND, TERMS, Source, Term
from policy.ir import core

GIVEN = frozenset({Source.FACT, Source.FIELD, Source.SERIES, Source.MODEL, Source.LOADINGS})
"""Sources that a firm must feed; everything else follows from lots, prices and orders."""


def needed(rule: core.Rule) -> tuple[Term, ...]:
    """The vocabulary's terms that the rule looks up, by owner and name."""
    found = {term.name: term for word in _words(rule) for term in _behind(word)}
    return tuple(sorted(found.values(), key=lambda term: (term.of, term.name)))


def _behind(word: str) -> Iterator[Term]:
    for name in (word, BEHIND.get(word, "")):
        term = TERMS.get(name)
        if term is not None and term.source in GIVEN:
            yield term


def _words(rule: core.Rule) -> Iterator[str]:
    yield rule.measure
    for clause in rule.clauses:
        for step in clause.ladder:
            yield from words(step.test)


def words(node: object) -> Iterator[str]:
    """The terms that a test or a number speaks of."""
    match node:
        case core.Fact(term, _, value):
            yield term
            yield from words(value)
        case core.Term(name):
            yield name
        case core.Own(measure):
            yield measure
        case core.Average(fact, pick):
            yield fact
            yield from words(pick)
        case core.Flow(kind) | core.Risk(kind):
            yield kind
        case core.Named(level):
            yield level
        case core.WashSale():
            yield "identical group"
        case core.Pick(level, where):
            yield level
            yield from words(where)
        case core.Total(pick, measure):
            yield measure
            yield from words(pick)
        case _:
            yield from _below(node)


def _below(node: object) -> Iterator[str]:
    if isinstance(node, tuple):
        for part in node:
            yield from words(part)
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            value = getattr(node, field.name)
            if isinstance(value, tuple) or is_dataclass(value):
                yield from words(value)
