"""Numbers and conditions of the core in words; `policy.ir.english` makes sentences of them.

The words come from the core, never from the rule's text: whoever reads them reads what is judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import assert_never

from dsl.vocabulary import TERMS, Type
from dsl.vocabulary import Term as Word
from policy.book.amount import number_text, percent_text
from policy.ir.bound import Op
from policy.ir.core import (
    All,
    Amount,
    Any,
    Average,
    Compare,
    Every,
    Fact,
    Flow,
    Forbid,
    Greatest,
    Largest,
    Least,
    Listed,
    Named,
    Not,
    Number,
    Own,
    Pick,
    Risk,
    Scalar,
    Scale,
    Sum,
    Term,
    Test,
    Total,
    WashSale,
)

OPS = {Op.LE: "at most", Op.LT: "less than", Op.GE: "at least", Op.GT: "more than"}
FACT_OPS = {"<=": "is at most", "<": "is less than", ">=": "is at least", ">": "is more than"}


def number(node: Scalar, group: str = "") -> str:
    """The words of a number; `group` is what the group at hand is called."""
    match node:
        case Amount(value, unit):
            return amount(value, unit)
        case Term(name, days, business):
            return name if days is None else f"{name} over {days} {'business' if business else 'calendar'} days"
        case Own(measure):
            return group if measure == "value" else f"{measure} of {group}"
        case Scale(factor, Amount(value, unit)):
            return amount(factor * value, unit)
        case Scale(factor, inner) if factor == 1:
            return number(inner, group)
        case Scale(factor, inner):
            return f"{percent_text(factor)} of {number(inner, group)}"
        case Total(picked, measure):
            return f"{'value' if measure == 'value' else measure} of all {pick(picked)} together"
        case Average(fact, picked):
            return f"the average {fact}" + ("" if picked is None else f" of {pick(picked)}")
        case Number(picked):
            return f"the number of {pick(picked)}"
        case Largest(k, picked):
            return f"the {k} largest of {pick(picked)} together"
        case Flow(kind, days):
            return kind if days is None else f"{kind} over {days} days"
        case Risk(kind):
            return kind
        case Sum((first, *others)):
            return number(first, group) + "".join(_signed(part, group) for part in others)
        case Sum():
            return "nothing"
        case Greatest(parts):
            return "the greater of " + listed((number(part, group) for part in parts), "and")
        case Least(parts):
            return "the lesser of " + listed((number(part, group) for part in parts), "and")
        case _:
            assert_never(node)


def _signed(part: Scalar, group: str) -> str:
    if isinstance(part, Scale) and part.factor < 0:
        return f" less {number(Scale(-part.factor, part.scalar), group)}"
    return f" plus {number(part, group)}"


def condition(node: Test, group: str = "") -> str:
    """The words of a condition, as something that holds."""
    match node:
        case Compare(Own("shares"), Op.LE, Amount(value)) if value == 0:
            return f"{group} is not held"
        case Compare(left, op, right):
            return f"{number(left, group)} is {OPS[op]} {number(right, group)}"
        case Every(picked, Compare(Own(measure), op, right)):
            subject = f"each {pick(picked, counted=False)}"
            subject = subject if measure == "value" else f"{measure} of {subject}"
            return f"{subject}{',' if ', except' in subject else ''} is {OPS[op]} {number(right, 'it')}"
        case Every(picked, inner):
            return f"for each {pick(picked, counted=False)}: {condition(inner, f'the {picked.level}')}"
        case Forbid(verbs, picked):
            return f"nobody may {listed(verbs, 'or')} any {pick(picked, counted=False)}"
        case WashSale(days):
            return f"nothing is sold at a loss within {days} days of buying a substantially identical security"
        case Fact(term, op, value):
            return f"{term} {FACT_OPS.get(op, op)} {constant(value, TERMS.get(term))}"
        case Listed(name):
            return f"it is on list {name}"
        case Named(level, name, derivatives):
            return f"{level} is {name}" + (" or a derivative on it" if derivatives else "")
        case All(parts):
            return listed((condition(part, group) for part in parts), "and")
        case Any(parts):
            return listed((condition(part, group) for part in parts), "or")
        case Not(Any(parts)):
            return f"neither {listed((condition(part, group) for part in parts), 'nor')}"
        case Not(All(parts)):
            return f"not both {listed((condition(part, group) for part in parts), 'and')}"
        case Not(part):
            return f"not: {condition(part, group)}"
        case _:
            assert_never(node)


def pick(node: Pick, *, counted: bool = True) -> str:
    """`issuers where …`; `counted` False for one of them."""
    level = plural(node.level) if counted else node.level
    match node.where:
        case None:
            return level
        case Not(part):
            return f"{level}, except where {condition(part, f'the {node.level}')}"
        case where:
            return f"{level} where {condition(where, f'the {node.level}')}"


def plural(level: str) -> str:
    return level[:-1] + "ies" if level.endswith("y") else level + ("es" if level.endswith(("s", "x")) else "s")


def listed(words: Iterable[str], last: str) -> str:
    """`a, b and c`."""
    found = list(words)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} {last} {found[-1]}"


def amount(value: Fraction, unit: str) -> str:
    match unit:
        case "percent":
            return f"{number_text(value)}%"
        case "count" | "number":
            return number_text(value)
        case "points":
            return f"{number_text(value)} {'point' if value == 1 else 'points'}"
        case _:
            return f"{number_text(value)} {unit}"


def constant(value: Fraction | str | bool | date | Term | Amount, term: Word | None = None) -> str:
    """What a fact is compared with; percentages are fractions in the book and percent in words."""
    match value:
        case Fraction() if term is not None and term.type is Type.PERCENT:
            return percent_text(value)
        case Term(name):
            return name
        case Amount(number_, unit):
            return amount(number_, unit)
        case bool():
            return "true" if value else "false"
        case Fraction():
            return number_text(value)
        case date():
            return value.isoformat()
        case str():
            return value
        case _:
            assert_never(value)
