"""Numbers and conditions of the core in words; `policy.ir.english` makes sentences of them.

The words come from the core, never from the rule's text: whoever reads them reads what is judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import assert_never

from dsl.vocabulary import TERMS, Type, Window
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
RATED = {Op.LE: "at or below", Op.LT: "below", Op.GE: "at or above", Op.GT: "above"}
"""Symbols of a scale are ranks, worst first."""
FACT_OPS = {"<=": "is at most", "<": "is less than", ">=": "is at least", ">": "is more than"}


def number(node: Scalar, group: str = "") -> str:
    """The words of a number; `group` is what the group at hand is called."""
    match node:
        case Amount(value, unit):
            return amount(value, unit)
        case Term(name, days, business):
            return name if days is None else f"{name} {_window(name, counted(days, _day(business)))}"
        case Own(measure):
            return group if measure == "value" else f"{measure} of {group}"
        case Scale(factor, Amount(value, unit)):
            return amount(factor * value, unit)
        case Scale(factor, inner) if factor == 1:
            return number(inner, group)
        case Scale(factor, inner):
            return f"{percent_text(factor)} of {_operand(inner, group)}"
        case Total(picked, measure):
            return f"the {measure} of all {pick(picked)}, together,"
        case Average(fact, picked):
            return f"the average {fact}, weighted by value," + ("" if picked is None else f" of {pick(picked)},")
        case Number(picked):
            held = f"{plural(picked.level)} held"
            return f"the number of {held}{pick(picked).removeprefix(plural(picked.level))}{',' if picked.where else ''}"
        case Largest(k, picked):
            if k == 1:
                return f"the largest {pick(picked, counted=False)}{',' if picked.where else ''}"
            return f"the sum of the {k} largest {pick(picked)}{',' if picked.where else ''}"
        case Flow(kind, days):
            return f"{kind} of this proposal" if days is None else f"{kind} {_window(kind, counted(days, _day(False)))}"
        case Risk(kind):
            return kind
        case Sum((first, *others)):
            return _operand(first, group) + "".join(_signed(part, group) for part in others)
        case Sum():
            return "nothing"
        case Greatest(parts):
            return "the greater of " + listed((_option(part, group) for part in parts), "and")
        case Least(parts):
            return "the lesser of " + listed((_option(part, group) for part in parts), "and")
        case _:
            assert_never(node)


def _signed(part: Scalar, group: str) -> str:
    if isinstance(part, Scale) and part.factor < 0:
        return f" less {_operand(Scale(-part.factor, part.scalar), group)}"
    return f" plus {_operand(part, group)}"


def _operand(node: Scalar, group: str) -> str:
    """A part of a sum or of a share; in parentheses where the rest would be read as a part of it."""
    inner = node.scalar if isinstance(node, Scale) and node.factor == 1 else node
    text = number(inner, group)
    return f"({text})" if isinstance(inner, Sum | Greatest | Least) else text


def _option(node: Scalar, group: str) -> str:
    """One of those of which the greater or the lesser counts."""
    text = number(node, group)
    return f"({text})" if isinstance(node, Greatest | Least) else text


def condition(node: Test, group: str = "") -> str:
    """The words of a condition, as something that holds."""
    match node:
        case Compare(Own("shares"), Op.LE, Amount(value)) if value == 0:
            return f"{group} is not held"
        case Compare(Average(fact) as left, op, Amount(value)) if on_scale(fact, value):
            return f"{number(left, group)} is {RATED[op]} {on_scale(fact, value)}"
        case Compare(left, op, right):
            return f"{number(left, group)} {_verb(left)} {OPS[op]} {number(right, group)}"
        case Every(picked, Compare(Own(measure), op, right)):
            return f"{_each(picked, measure)} {OPS[op]} {number(right, 'it')}"
        case Every(picked, All((Compare(Own(measure), Op.GE, low), Compare(Own(same), Op.LE, high)))) if (
            same == measure
        ):
            return f"{_each(picked, measure)} at least {number(low, 'it')}, and at most {number(high, 'it')}"
        case All((Compare(left, Op.GE, low), Compare(again, Op.LE, high))) if again == left:
            return (
                f"{number(left, group)} {_verb(left)} at least {number(low, group)}, and at most {number(high, group)}"
            )
        case Every(picked, inner):
            return f"for each {pick(picked, counted=False)}: {condition(inner, f'the {picked.level}')}"
        case Forbid(verbs, picked):
            return f"nobody may {listed(verbs, 'or')} any {pick(picked, counted=False)}"
        case WashSale(days):
            window = f"within {counted(days, _day(False))} before or after"
            return f"nothing is sold at a loss {window} a substantially identical security is bought"
        case Fact(term, op, Fraction() as value) if on_scale(term, value) and op in FACT_OPS:
            return f"{term} is {RATED[Op(op)]} {on_scale(term, value)}"
        case Fact(term, op, value):
            return f"{term} {FACT_OPS.get(op, op)} {constant(value, TERMS.get(term))}"
        case Listed(name):
            return f"the security or its issuer is on list {name}"
        case Named():
            return named(node)
        case All(parts):
            return listed((_part(part, group) for part in parts), "and")
        case Any((Not(given), test)):
            return f"if {_part(given, group)}, then {_part(test, group)}"
        case Any(parts):
            return listed((_part(part, group) for part in parts), "or")
        case Not(Named(level, name)):
            return f"{level} is not {quoted(name)}"
        case Not(Listed(name)):
            return f"neither the security nor its issuer is on list {name}"
        case Not(part):
            return f"it is not so that ({condition(part, group)})"
        case _:
            assert_never(node)


def _each(picked: Pick, measure: str) -> str:
    """Each group as the subject of a comparison, with its verb."""
    said = f"each {pick(picked, counted=False)}{',' if picked.where else ''}"
    return f"{said} is" if measure == "value" else f"{measure} of {said} {_verb(Own(measure))}"


def _verb(node: Scalar) -> str:
    """`net assets are`, `cash is`."""
    match node:
        case Term(name) | Flow(name) | Own(name):
            return "are" if any(word.endswith("s") and word not in _SINGULAR for word in name.split()) else "is"
        case _:
            return "is"


_SINGULAR = frozenset({"surplus", "loss"})


def _part(node: Test, group: str) -> str:
    """A part of a condition; in parentheses where `and` or `or` would be read on."""
    text = condition(node, group)
    return f"({text})" if isinstance(node, All | Any) else text


def named(node: Named) -> str:
    name = f"{node.level} is {quoted(node.name)}"
    return f"{name} or a derivative on it" if node.derivatives else name


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
    known = TERMS.get(level)
    if known is not None and known.plural:
        return known.plural
    if level.endswith("y") and level[-2:-1] not in "aeou":
        return level[:-1] + "ies"
    return level + ("es" if level.endswith(("s", "x")) else "s")


def listed(words: Iterable[str], last: str) -> str:
    """`a, b and c`."""
    found = list(words)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} {last} {found[-1]}"


def quoted(name: str) -> str:
    return f"\u201c{name}\u201d"


def counted(count: int, unit: str) -> str:
    """`1 business day`, `30 calendar days`."""
    return f"{count:,} {unit}" if count == 1 else f"{count:,} {plural(unit)}"


def _day(business: bool) -> str:
    return "business day" if business else "calendar day"


def _window(name: str, days: str) -> str:
    term = TERMS.get(name)
    ahead = term is not None and term.window is Window.AHEAD
    return f"within the next {days}" if ahead else f"over the last {days}"


def amount(value: Fraction, unit: str) -> str:
    match unit:
        case "percent":
            return f"{grouped(value)}%"
        case "count" | "number" | "score":
            return grouped(value)
        case "points":
            return f"{grouped(value)} {'point' if value == 1 else 'points'}"
        case _ if unit.isupper():
            digits = grouped(value)
            return f"{unit} {digits}" + ("0" if digits[-2:-1] == "." else "")
        case _:
            return f"{grouped(value)} {unit.removesuffix('s') if value == 1 else unit}"


def grouped(value: Fraction) -> str:
    """Exact, in groups of three digits."""
    whole, dot, rest = number_text(value).partition(".")
    return whole if "/" in whole else f"{int(whole):,}" + dot + rest


def on_scale(term: str, value: Fraction) -> str | None:
    """The symbol that a number stands for on the term's scale: 13 is BBB-."""
    known = TERMS.get(term)
    scale = known.scale if known is not None else ()
    return scale[int(value) - 1] if value.denominator == 1 and 0 < value <= len(scale) else None


def constant(value: Fraction | str | bool | date | Term | Amount, term: Word | None = None) -> str:
    """What a fact is compared with; percentages are fractions in the book and percent in words."""
    match value:
        case Fraction() if term is not None and (symbol := on_scale(term.name, value)):
            return symbol
        case Fraction() if term is not None and term.type is Type.PERCENT:
            return percent_text(value)
        case Term(name):
            return name
        case Amount(number_, unit):
            return amount(number_, unit)
        case bool():
            return "true" if value else "false"
        case Fraction():
            return grouped(value)
        case date():
            return value.isoformat()
        case str():
            return value if term is None or value in term.values else quoted(value)
        case _:
            assert_never(value)
