"""Facts under the words of the vocabulary: which words may stand where, and what their values are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import assert_never

from dsl.vocabulary import TERMS, Source, Term, Type
from policy.book.amount import Refusal, exact, number_text, percent_text, percentage, short
from policy.book.facts import Value
from policy.book.intake.words import day, flag, phrase
from policy.book.problem import did_you_mean

HOLDERS = MappingProxyType(
    {
        "instruments": frozenset({"instrument", "issuer"}),
        "issuers": frozenset({"issuer"}),
        "accounts": frozenset({"account", "scope"}),
        "households": frozenset({"household"}),
        "book": frozenset({"firm"}),
    }
)
"""Whose facts each table may hold. A fact of the issuer may be stated for one instrument. A quantity of a scope is
stated account by account, and added up over the accounts that a rule is about."""


def allowed(table: str) -> Mapping[str, Term]:
    """The terms that rows of a table may state."""
    return _ALLOWED[table]


_ALLOWED = {
    table: {name: term for name, term in TERMS.items() if term.of in whose and term.source is Source.FACT}
    for table, whose in HOLDERS.items()
}


def misplaced(table: str, name: str) -> Refusal:
    """Why a word is no fact of this table."""
    term = TERMS.get(name)
    if term is None:
        return Refusal(f"`{short(name)}` is no term of the vocabulary", did_you_mean(name, _ALLOWED[table], _NO_TERM))
    if term.source is not Source.FACT:
        return Refusal(f"`{name}` is not stated as a fact", f"it is found from the {_FOUND[term.source]}; leave it out")
    homes = " or ".join(sorted(table for table, whose in HOLDERS.items() if term.of in whose))
    return Refusal(f"`{name}` is no fact of {table}", f"state it in {homes}")


_NO_TERM = "use a term of the vocabulary, or leave it out"
_FOUND = {
    Source.FIELD: "row's own fields",
    Source.FACT: "facts",
    Source.COMPUTED: "lots, prices and rates",
    Source.SERIES: "prices, history, flows and balances",
    Source.MODEL: "weights",
    Source.LOADINGS: "loadings",
}


def value(term: Term, raw: object) -> Value | Refusal:
    """The value that a text or JSON value stands for, within the term's bounds and words."""
    match term.type:
        case Type.NUMBER if isinstance(raw, str) and raw in term.scale:
            return Fraction(term.scale.index(raw) + 1)
        case Type.NUMBER | Type.MONEY:
            return _within(term, exact(raw))
        case Type.PERCENT:
            return _within(term, percentage(raw))
        case Type.TEXT:
            found = phrase(raw)
            return _one_of(term, found) if isinstance(found, str) else found
        case Type.BOOL:
            return flag(raw)
        case Type.DATE:
            return day(raw)
        case _:
            assert_never(term.type)


def written(name: str, value: Value) -> str | bool:
    """The value as JSON carries it; `value` reads it back."""
    if not isinstance(value, Fraction):
        return value.isoformat() if isinstance(value, date) else value
    return _shown(TERMS.get(name), value)


def _shown(term: Term | None, number: Fraction) -> str:
    """A number as its term writes it: a percentage, a symbol of the scale, a plain number."""
    if term is not None and term.type is Type.PERCENT:
        return percent_text(number)
    if term is not None and number.denominator == 1 and 1 <= number <= len(term.scale):
        return term.scale[int(number) - 1]
    return number_text(number)


def _within(term: Term, number: Fraction | Refusal) -> Fraction | Refusal:
    if isinstance(number, Refusal):
        known = f"write a symbol of its scale, such as {term.scale[-1]}" if term.scale else number.do
        return Refusal(number.what, known)
    if term.low is not None and number < term.low:
        return Refusal(f"`{_shown(term, number)}` is below {_shown(term, term.low)}", f"{term.name}: {term.sentence}")
    if term.high is not None and number > term.high:
        return Refusal(f"`{_shown(term, number)}` is above {_shown(term, term.high)}", f"{term.name}: {term.sentence}")
    return number


def _one_of(term: Term, found: str) -> str | Refusal:
    if not term.values or term.open or found in term.values:
        return found
    return Refusal(f"`{found}` is no {term.name}", did_you_mean(found, term.values, f"use {', '.join(term.values)}"))
