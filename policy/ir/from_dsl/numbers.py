"""Numbers and conditions of the text as scalars and tests of the core.

What a text may leave to the reader is settled here: a plain number takes the unit of what it is compared with,
points become a share of net assets, names become what they stand for.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import assert_never

from dsl import tree, units, vocabulary
from dsl.check import names, periods
from dsl.check.conditions import is_risk
from dsl.check.facts import NAMED, fact, number_of, settled
from dsl.check.names import Names
from dsl.check.unit import amount_unit, unit_of
from dsl.vocabulary import Kind, Term, Type
from policy.ir import core
from policy.ir.bound import Op

NET_ASSETS = core.Term("net assets")
MINUS_ONE = Fraction(-1)

# --- scalars -----------------------------------------------------------------------------------


def scalar(expr: tree.Expr, names_: Names, wanted: str | None = None) -> core.Scalar:
    """The number that an expression says. `wanted`: the unit of what it is compared with."""
    match expr:
        case tree.Amount():
            return amount(expr, wanted)
        case tree.Term():
            return _term(expr, names_, wanted)
        case tree.Over(term, _, period):
            return _over(term, period)
        case tree.Share(percent, base):
            return core.Scale(percent.value / 100, scalar(base, names_, wanted))
        case tree.Total(measure, pick):
            return _total(measure, pick, names_)
        case tree.Average(fact=known, pick=pick):
            return core.Average(known.words, None if pick is None else picked(pick, names_))
        case tree.Number(pick):
            return core.Number(picked(pick, names_))
        case tree.Choice(kind, parts):
            made = tuple(scalar(part, names_, wanted) for part in parts)
            return core.Greatest(made) if kind == "greater" else core.Least(made)
        case tree.Sum(parts):
            return core.Sum(tuple(scalar(part, names_, wanted) for part in parts))
        case tree.Negative(part):
            return negative(scalar(part, names_, wanted))
        case _:
            assert_never(expr)


def amount(literal: tree.Amount, wanted: str | None) -> core.Scalar:
    """A constant. Points, and a percentage that is compared with a weight, are shares of net assets."""
    if literal.unit == "points" or (literal.unit == "percent" and wanted in units.PORTFOLIO):
        return core.Scale(literal.value / 100, NET_ASSETS)
    if literal.unit == "percent" or literal.unit.isupper():
        return core.Amount(literal.value, literal.unit)
    unit = amount_unit(literal.unit)
    return core.Amount(literal.value, wanted if unit == "number" and wanted else unit)


def negative(part: core.Scalar) -> core.Scalar:
    match part:
        case core.Amount(value, unit):
            return core.Amount(-value, unit)
        case core.Scale(factor, inner):
            return core.Scale(-factor, inner)
        case _:
            return core.Scale(MINUS_ONE, part)


def _term(term: tree.Term, names_: Names, wanted: str | None) -> core.Scalar:
    found = names.quantity(term, names_)
    if not isinstance(found, Term):
        assert found is not None, f"`{term.words}` is no number"
        assert found.expr is not None, f"`{term.words}` stands for nothing"
        return scalar(found.expr, names_, wanted)
    match found.kind:
        case Kind.MEASURE:
            return core.Own(term.words)
        case Kind.FLOW:
            return core.Flow(found.name)
        case Kind.RISK:
            return core.Risk(found.name)
        case _:
            return core.Term(found.name)


def _over(term: tree.Term, period: tree.Amount) -> core.Scalar:
    days = periods.in_days(period)
    if periods.flow(term.words):
        return core.Flow(term.words, days)
    return core.Term(term.words, days, period.unit == "business days")


def _total(measure: tree.Term | None, pick: tree.Pick, names_: Names) -> core.Scalar:
    found = names.holdings(pick, names_)
    assert found is not None, f"`{pick.level.words}` is no set"
    if found.cash:
        return core.Term("cash")
    made = core.Pick(found.level, every([condition(cond, names_) for cond in found.where]))
    if found.largest is not None:
        return core.Largest(found.largest, made)
    return core.Total(made, "value" if measure is None else measure.words)


def picked(pick: tree.Pick, names_: Names) -> core.Pick:
    """The groups that a phrase means, its own names and asset classes resolved."""
    found = names.holdings(pick, names_)
    assert found is not None, f"`{pick.level.words}` is no set"
    return core.Pick(found.level, every([condition(cond, names_) for cond in found.where]))


# --- ratios ------------------------------------------------------------------------------------


def base(expr: tree.Expr, names_: Names) -> core.Scalar | None:
    """What a bound is a share of, where all of it is a share of one thing: the guard of the ratio."""
    match expr:
        case tree.Share(_, of):
            return base(of, names_) or scalar(of, names_)
        case tree.Amount(_, "points"):
            return NET_ASSETS
        case tree.Term():
            found = names.quantity(expr, names_)
            if isinstance(found, Term):
                return NET_ASSETS if found.unit == "weight" else None
            return None if found is None or found.expr is None else base(found.expr, names_)
        case tree.Choice(parts=parts) | tree.Sum(parts=parts):
            found_ = {base(part, names_) for part in parts}
            return found_.pop() if len(found_) == 1 else None
        case tree.Negative(part):
            return base(part, names_)
        case _:
            return None


# --- conditions --------------------------------------------------------------------------------


def condition(cond: tree.Cond, names_: Names) -> core.Test:
    """A condition on holdings, their groups, or the accounts judged."""
    match cond:
        case tree.Compare(left, op):
            right = number_of(cond)
            assert right is not None, "a symbol has a number"
            known = fact(left)
            if known is not None and settled(left, right):
                return core.Fact(known.name, op, _value(right))
            return compare(left, Op(op), right, names_)
        case tree.Is():
            return _is(cond, "is")
        case tree.InList(list=named):
            return core.Listed(named.value)
        case tree.Not(tree.Is() as part) if part.subject.words not in NAMED:
            return _is(part, "is not")
        case tree.Not(part):
            return core.Not(condition(part, names_))
        case tree.And(parts):
            return core.All(tuple(condition(part, names_) for part in parts))
        case tree.Or(parts):
            return core.Any(tuple(condition(part, names_) for part in parts))
        case tree.Traded():
            raise AssertionError("past trades are a demand of their own")
        case _:
            assert_never(cond)


def compare(left: tree.Expr, op: Op, right: tree.Expr, names_: Names) -> core.Compare:
    a, b = unit_of(left, names_), unit_of(right, names_)
    if is_risk(left):
        assert isinstance(right, tree.Amount), "a risk is limited by a percentage"
        return core.Compare(scalar(left, names_), op, core.Amount(right.value, right.unit))
    return core.Compare(
        scalar(left, names_, b), op, scalar(right, names_, a), base(right, names_) or base(left, names_)
    )


def every(parts: list[core.Test]) -> core.Test | None:
    """All of the tests; None where there are none."""
    return None if not parts else parts[0] if len(parts) == 1 else core.All(tuple(parts))


def _value(right: tree.Expr) -> Fraction | core.Term | core.Amount:
    if isinstance(right, tree.Amount):
        return _constant(right)
    assert isinstance(right, tree.Term)
    return core.Term(right.words)


def _constant(literal: tree.Amount) -> Fraction | core.Amount:
    """Money keeps its currency; a percentage is a fraction."""
    if literal.unit.isupper():
        return core.Amount(literal.value, literal.unit)
    return literal.value / 100 if literal.unit == "percent" else literal.value


def _is(cond: tree.Is, op: str) -> core.Test:
    words = cond.subject.words
    if words in NAMED:
        assert isinstance(cond.value, tree.Text)
        return core.Named(words, cond.value.value)
    known = vocabulary.TERMS[words]
    value = cond.value
    return core.Fact(words, op, _constant(value) if isinstance(value, tree.Amount) else fact_value(known, value))


def fact_value(known: Term, value: tree.Term | tree.Text | tree.Amount | tree.Instant) -> Fraction | str | bool | date:
    """A fact's value as the book holds it: percentages as fractions, symbols of a scale as numbers."""
    match value:
        case tree.Term(words):
            return words == "true" if known.type is Type.BOOL else words
        case tree.Text(words):
            symbol = vocabulary.on_scale(known, words)
            return words if symbol is None else symbol
        case tree.Amount(number, unit):
            return number / 100 if unit == "percent" else number
        case tree.Instant(day):
            return day
        case _:
            assert_never(value)
