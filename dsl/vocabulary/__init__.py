"""The words that a rule may use: a closed table, versioned, each word with its type, unit, owner and source.

A word that is not here is an error with a suggestion; it is never read as something that does not hold.
Adding a term is a minor version, changing what one means a major one: a rule file names the version it was
written for.
"""

from __future__ import annotations

from types import MappingProxyType

from dsl.vocabulary.levels import LEVELS
from dsl.vocabulary.measures import BASES, BEHIND, FLOWS, MEASURES, RISKS
from dsl.vocabulary.parties import ACCOUNT_FACTS, FIRM_FACTS, HOUSEHOLD_FACTS, ISSUER_FACTS
from dsl.vocabulary.scales import on_scale
from dsl.vocabulary.securities import INSTRUMENT_FACTS, LOT_FACTS
from dsl.vocabulary.term import Kind, Source, Term, Type, Window

__all__ = [
    "BEHIND",
    "INCLUDED",
    "NAME",
    "PHRASES",
    "PLURALS",
    "TERMS",
    "VERSION",
    "Kind",
    "Source",
    "Term",
    "Type",
    "Window",
    "on_scale",
    "term",
]

NAME = "proofolio"
VERSION = 1

_ALL: tuple[Term, ...] = (
    *LEVELS,
    *MEASURES,
    *BASES,
    *FLOWS,
    *RISKS,
    *INSTRUMENT_FACTS,
    *LOT_FACTS,
    *ISSUER_FACTS,
    *ACCOUNT_FACTS,
    *HOUSEHOLD_FACTS,
    *FIRM_FACTS,
)

TERMS = MappingProxyType({term.name: term for term in _ALL})
"""Every term by its name."""

PLURALS = MappingProxyType({term.plural: term for term in _ALL if term.plural})
"""Levels by their plural: `issuers where …`."""

INCLUDED = ("held-away accounts", "household accounts", "retirement accounts", "spouse")
"""What people write after `including`. The checker refuses it: who belongs to a household stands in the book."""

VALUES = frozenset(value for term in _ALL for value in term.values)
"""The words that text facts may be: `us treasury`, `illiquid`."""

PHRASES = frozenset(
    TERMS.keys() | PLURALS.keys() | {v for v in VALUES if v.islower()} | set(INCLUDED) | {"substantially identical"}
)
"""Everything that is one phrase for the parser. Symbols (`AA`) are read as names."""


def term(words: str) -> Term | None:
    """The term of this name, singular or plural."""
    return TERMS.get(words) or PLURALS.get(words)
