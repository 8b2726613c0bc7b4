"""Sentences and what they become in the core: short ways to write both."""

from __future__ import annotations

from fractions import Fraction

from dsl.parse import parse
from dsl.source import Source
from policy.ir import core
from policy.ir.bound import Op
from policy.ir.from_dsl import library
from tests.dsl.checking import errors, rule

NET = core.Term("net assets")
TOTAL = core.Term("total assets")
OWN = core.Own()


def share(percent: str, of: core.Scalar = NET) -> core.Scale:
    return core.Scale(Fraction(percent) / 100, of)


def cap(left: core.Scalar, percent: str, of: core.Scalar = NET, op: Op = Op.LE) -> core.Compare:
    """`left` at most so many percent of a base."""
    return core.Compare(left, op, share(percent, of), of)


def amount(value: int | str, unit: str) -> core.Amount:
    return core.Amount(Fraction(value), unit)


def is_(term: str, value: str | bool | Fraction) -> core.Fact:
    return core.Fact(term, "is", value)


def each(level: str, test: core.Test, where: core.Test | None = None) -> core.Every:
    return core.Every(core.Pick(level, where), test)


def lowered(text: str) -> core.Library:
    assert errors(text) == [], errors(text)
    return library([parse(Source("rules.mandate", text))[0]])


def whole(demand: str) -> core.Rule:
    return lowered(rule(demand)).rules[0]


def clauses(demand: str) -> tuple[core.Clause, ...]:
    return whole(demand).clauses


def asked(demand: str) -> list[core.Test]:
    """The test of each clause's first rung."""
    return [clause.ladder[0].test for clause in clauses(demand)]
