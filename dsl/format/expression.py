"""Leaves, numbers and conditions in canonical words.

`FIRST` stands where a long line is broken before all else, `SOFT` where it may be, `WEAK` where it is only if nothing
else helps; `dsl.format.layout` turns them into blanks or new lines. A pick with `where` stands in parentheses, unless
what follows cannot be mistaken for a part of its condition.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import assert_never

from dsl import tree

FIRST = "\x1d"
SOFT = "\v"
WEAK = "\f"
WORDS = {"<=": "at most", "<": "less than", ">=": "at least", ">": "more than"}
_RATING = re.compile(r"[A-Z][A-Za-z]{0,2}[1-3]?[+-]?")


def digits(value: Fraction) -> str:
    """Exact decimal digits in groups of three. Only numbers of finitely many digits have a spelling."""
    whole, rest = divmod(abs(value), 1)
    places = ""
    while rest:
        if len(places) > 400:
            raise ValueError(f"{value} has no decimal spelling")
        digit, rest = divmod(rest * 10, 1)
        places += str(digit)
    return ("-" if value < 0 else "") + f"{int(whole):,}" + ("." + places if places else "")


def amount(node: tree.Amount) -> str:
    number = digits(node.value)
    if node.unit == "percent":
        return f"{number}%"
    if node.unit.isupper():
        return f"{node.unit} {number}" + ("0" if re.search(r"\.\d$", number) else "")
    unit = node.unit.removesuffix("s") if node.value == 1 else node.unit
    return f"{number} {unit}".rstrip()


def quoted(node: tree.Text) -> str:
    return f'"{node.value}"'


def instant(node: tree.Instant) -> str:
    clock = f" {node.clock:%H:%M}" if node.clock else ""
    return node.day.isoformat() + clock + (f" {quoted(node.zone)}" if node.zone else "")


def names(texts: tuple[tree.Text, ...]) -> str:
    return f"{SOFT}and ".join(map(quoted, texts))


def value(node: tree.Term | tree.Text | tree.Amount | tree.Instant, of: tree.Term) -> str:
    """What a fact is. A symbol of a rating scale stands without quotes: `rating is AA-`."""
    match node:
        case tree.Term():
            return node.words
        case tree.Text():
            return node.value if "rating" in of.words and _RATING.fullmatch(node.value) else quoted(node)
        case tree.Amount():
            return amount(node)
        case tree.Instant():
            return instant(node)
        case _:
            assert_never(node)


# --- numbers -----------------------------------------------------------------------------------


def pick(node: tree.Pick, *, bare: bool = False) -> str:
    """`bare`: without parentheses, where what follows is no part of a condition."""
    level = node.level.words if node.largest is None else f"the {node.largest} largest {node.level.words}"
    if node.where is None:
        return level
    where = condition(node.where)
    return f"{level}{SOFT}where {where}" if bare else _held(f"{level} where {where}")


def number(node: tree.Expr, *, bare: bool = False) -> str:
    """`bare`: the pick that may end the number needs no parentheses."""
    match node:
        case tree.Amount():
            return amount(node)
        case tree.Term():
            return node.words
        case tree.Share():
            return f"{amount(node.percent)} of {factor(node.base)}"
        case tree.Over():
            return f"{node.quantity.words} {_window(node)}"
        case tree.Total():
            measure = f"{node.measure.words} of" if node.measure else "sum of"
            return pick(node.pick, bare=bare) if _plain(node) else f"{measure} {pick(node.pick, bare=bare)}"
        case tree.Average():
            of = f" of {pick(node.pick)}" if node.pick else ""
            weight = f" weighted by {node.weight.words}" if node.weight else ""
            return f"average {node.fact.words}{of}{weight}"
        case tree.Number():
            return f"number of {pick(node.pick, bare=bare)}"
        case tree.Choice():
            parts = [factor(part) for part in node.parts]
            return f"the {node.kind} of {', '.join(parts[:-1])} and {parts[-1]}"
        case tree.Sum():
            return _part(node.parts[0]) + "".join(SOFT + _signed(part) for part in node.parts[1:])
        case tree.Negative():
            return f"-{factor(node.part)}"
        case _:
            assert_never(node)


def factor(node: tree.Expr) -> str:
    return f"({number(node)})" if isinstance(node, tree.Sum) else number(node)


def _plain(node: tree.Total) -> bool:
    return node.measure is None and node.pick.largest is not None


def _window(node: tree.Over) -> str:
    return f"{'over trailing' if node.way == 'trailing' else 'within'} {amount(node.period)}"


def _signed(part: tree.Expr) -> str:
    return f"- {_part(part.part)}" if isinstance(part, tree.Negative) else f"+ {_part(part)}"


def _part(node: tree.Expr) -> str:
    """Of a sum: `the greater of A and B` would take what follows into B."""
    inner = node
    while isinstance(inner, tree.Share):
        inner = inner.base
    return f"({number(node)})" if isinstance(inner, tree.Choice) else factor(node)


# --- conditions --------------------------------------------------------------------------------


def condition(node: tree.Cond) -> str:
    match node:
        case tree.Or():
            return f"{SOFT}or ".join(_operand(part) for part in node.parts)
        case tree.And():
            return f"{SOFT}and ".join(_operand(part) for part in node.parts)
        case tree.Not():
            return _negation(node.part)
        case tree.Compare():
            right = node.right.value if isinstance(node.right, tree.Text) else number(node.right)
            return f"{number(node.left)}{WEAK}{node.op} {right}"
        case tree.Is():
            return f"{node.subject.words} is {value(node.value, node.subject)}"
        case tree.InList():
            return f"{node.subject.words} is in list {quoted(node.list)}"
        case tree.Traded():
            loss = " at a loss" if node.at_loss else ""
            return f"{node.subject.words} was {node.verb}{loss} within {amount(node.period)} {node.side}"
        case _:
            assert_never(node)


def _operand(node: tree.Cond) -> str:
    """Inside `and`, `or`, `not`. `before or` would be read on, so a look at past trades stands in parentheses."""
    text = condition(node)
    return _held(text) if isinstance(node, tree.Or | tree.And | tree.Traded) else text


def _held(text: str) -> str:
    """In parentheses, and on one line unless it is long."""
    return f"({text.replace(SOFT, ' ').replace(WEAK, ' ') if len(text) < 60 else text})"


def _negation(part: tree.Cond) -> str:
    if isinstance(part, tree.Is):
        return f"{part.subject.words} is not {value(part.value, part.subject)}"
    if isinstance(part, tree.InList):
        return f"{part.subject.words} is not in list {quoted(part.list)}"
    return f"not {_operand(part)}"
