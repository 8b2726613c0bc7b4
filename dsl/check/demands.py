"""Demands: whether the test of each makes sense, and what it is a test of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import assert_never

from dsl import tree, units, vocabulary
from dsl.check import conditions, facts, names, numbers, sets
from dsl.check.agreement import disagreement
from dsl.check.conditions import compared, of_holdings, of_scope
from dsl.check.names import Names
from dsl.check.place import Place, Problems
from dsl.check.unit import amount_unit, unit_of
from dsl.diagnostic import Diagnostic, Severity
from dsl.format.expression import digits
from dsl.source import Span


@dataclass(frozen=True, slots=True)
class Clause:
    """One demand where it stands. `regime`: it is one of several ways to comply."""

    demand: tree.Demand
    regime: bool = False


def clauses(rule: tree.Rule) -> Iterator[Clause]:
    """The demands of a rule, those of its regimes too, in the order of the text."""
    for clause in rule.clauses:
        match clause:
            case tree.Demand():
                yield Clause(clause)
            case tree.Either(regimes):
                for regime in regimes:
                    yield from (Clause(demand, True) for demand in regime.demands)
            case _:
                pass


def problems(clause: Clause, names_: Names, reading: bool) -> Problems:
    """What is wrong with the test and its condition. `reading`: the rule records a choice of reading."""
    demand = clause.demand
    at = Place(names_)
    if demand.given is not None:
        yield from of_scope(demand.given, at)
    found = list(_test(demand.test, at, reading))
    yield from found
    if isinstance(demand.test, tree.Forbid) and not found:
        yield from _prohibition(clause, demand.test, names_)


def _test(test: tree.Test, at: Place, reading: bool) -> Problems:
    match test:
        case tree.Limit(subject, _, bound):
            yield from _limited(subject, bound, at)
        case tree.Require(cond):
            yield from of_scope(cond, at)
        case tree.HoldCount(low, high, pick, span):
            yield from sets.pick_problems(pick, at.names)
            yield from _no_largest(pick, at.names)
            if low is not None and high is not None and low > high:
                yield Diagnostic("M303", f"no number is between {low} and {high}", span, f"write {high} and {low}")
        case tree.HoldMinimum(pick, bound):
            yield from _limited(tree.Each(None, pick, pick.span), bound, at)
        case tree.Band():
            yield from _band(test, at, reading)
        case tree.Between(subject, low, high, span):
            yield from _limited(subject, low, at)
            yield from (p for p in _limited(subject, high, at) if not _said_of(subject, p))
            yield from _ends(low, high, span)
        case tree.Forbid(_, level, where, span):
            yield from _forbidden(test, level, where, span, at)
        case _:
            assert_never(test)


# --- limits ------------------------------------------------------------------------------------


def _limited(subject: tree.Each | tree.Expr, bound: tree.Expr, at: Place) -> Problems:
    if not isinstance(subject, tree.Each):
        yield from compared(subject, bound, at)
        return
    yield from sets.measure_problems(subject.measure, at.names)
    yield from sets.pick_problems(subject.pick, at.names)
    yield from _no_largest(subject.pick, at.names)
    group = names.group(subject.pick.level, at.names)
    if group is None:
        return
    if group.cash:
        fix = "write `limit value of cash to …`"
        yield Diagnostic("M204", "cash is one sum, there is no `each`", subject.span, fix)
        return
    found = list(numbers.problems(bound, replace(at, level=group.level)))
    yield from found
    a, b = unit_of_each(subject, bound, at.names), unit_of(bound, at.names)
    if not found and a is not None and b is not None and not units.fits(b, a):
        yield disagreement(_own(subject), a, bound, b)


def _own(subject: tree.Each) -> tree.Term:
    return tree.Term("value", subject.span)


def unit_of_each(subject: tree.Each, bound: tree.Expr, names_: Names) -> str | None:
    """An order is measured in what its limit is measured in, every other group in what the rule counts."""
    found = names.measure(subject.measure, names_)
    group = names.group(subject.pick.level, names_)
    if names.as_counted(subject.measure) and group is not None and group.level == "order":
        limit = unit_of(bound, names_)
        return limit if limit in ("shares", "money") else "money"
    return None if found is None else found.unit


def _no_largest(pick: tree.Pick, names_: Names) -> Problems:
    found = names.holdings(pick, names_)
    if found is not None and found.largest is not None:
        fix = f"limit their sum: `limit the {found.largest} largest {_plural(found.level)} to …`"
        yield Diagnostic("M204", "the largest are one sum, there is no `each`", pick.span, fix)


def _plural(level: str) -> str:
    return vocabulary.TERMS[level].plural


def _said_of(subject: tree.Each | tree.Expr, problem: Diagnostic) -> bool:
    """Whether a problem is the subject's own, which was reported with the first bound."""
    return subject.span.start <= problem.span.start and problem.span.end <= subject.span.end


# --- bands -------------------------------------------------------------------------------------


def _band(band: tree.Band, at: Place, reading: bool) -> Problems:
    yield from _limited(band.subject, band.around, at)
    if not isinstance(band.subject, tree.Each) and conditions.is_risk(band.subject):
        fix = "write `keep volatility between 8% and 12%`"
        yield Diagnostic("M214", "a risk is kept between two percentages", band.span, fix)
    around = unit_of(band.around, at.names)
    for width in band.widths:
        if width.value <= 0:
            yield Diagnostic("M303", "a band has a width above zero", width.span, "write `within 3 points of …`")
        elif width.unit == "points" and around is not None and around not in units.PORTFOLIO:
            yield Diagnostic(
                "M131", f"points are shares of the portfolio, and this band lies around {units.in_words(around)}",
                width.span, f"write {units.LITERALS.get(around, 'a number')} or a percentage of it",
            )  # fmt: skip
        elif width.unit not in ("points", "percent") and around is not None and not _wide(width, around):
            yield Diagnostic("M215", f"the band lies around {units.in_words(around)}", width.span, "use its unit")
    yield from _percent_widths(band, around, reading)


def _wide(width: tree.Amount, around: str) -> bool:
    unit = amount_unit(width.unit)
    return units.fits(unit, around) or (unit == "money" and around in units.PORTFOLIO)


def _percent_widths(band: tree.Band, around: str | None, reading: bool) -> Problems:
    """Two shares of one thing are one share too many; one alone is often meant in points."""
    percents = [width for width in band.widths if width.unit == "percent"]
    if not percents:
        return
    shown, base = digits(percents[0].value), _words(band.around)
    if len(percents) > 1:
        yield Diagnostic(
            "M131", f'points and percent are mixed: the band says "{shown}%"', percents[0].span,
            f'write "{shown} points" (of the portfolio) or "{shown}% of {base}"',
        )  # fmt: skip
    elif band.choice is None and around == "weight" and not reading:
        yield Diagnostic(
            "M132", f'"{shown}% of {base}" is a share of a weight: {shown}% of a weight of 20% is '
            f"{_of_twenty(percents[0])} points", percents[0].span,
            f'write "{shown} points" if that is meant, or record the reading with `reading`', Severity.WARNING,
        )  # fmt: skip


def _of_twenty(amount: tree.Amount) -> str:
    return digits(amount.value / 5)


def _words(expr: tree.Expr) -> str:
    return expr.words if isinstance(expr, tree.Term) else "it"


def _ends(low: tree.Expr, high: tree.Expr, span: Span) -> Problems:
    a, b = constant(low), constant(high)
    if a is not None and b is not None and a[0] == b[0] and a[1] > b[1]:
        yield Diagnostic("M303", "the low end lies above the high end", span, "swap them")


@dataclass(frozen=True, slots=True)
class Aim:
    """What one comparison of a demand is about: warnings and rungs share its direction and base."""

    subject: tree.Each | tree.Expr
    op: str
    bound: tree.Expr


def aim(test: tree.Test) -> Aim | None:
    """The comparison that a test is, if it is one."""
    match test:
        case tree.Limit(subject, op, bound):
            return Aim(subject, op, bound)
        case tree.Require(tree.Compare(left, op) as cond) if (right := facts.number_of(cond)) is not None:
            return Aim(left, op, right)
        case _:
            return None


def sharing(bound: tree.Expr, limit: tree.Expr) -> tree.Expr:
    """`warn at 4.5%` below `5% of net assets` is 4.5% of net assets."""
    if isinstance(bound, tree.Amount) and bound.unit == "percent" and isinstance(limit, tree.Share):
        return tree.Share(bound, limit.base, bound.span)
    return bound


def constant(expr: tree.Expr) -> tuple[object, Fraction] | None:
    """(base, number) of a bound that is one number, or one share of one base; None for all others."""
    match expr:
        case tree.Amount(value, unit):
            return unit, value
        case tree.Share(tree.Amount(value), base):
            return base, value
        case tree.Negative(part):
            inner = constant(part)
            return None if inner is None else (inner[0], -inner[1])
        case _:
            return None


# --- prohibitions ------------------------------------------------------------------------------


def _forbidden(test: tree.Forbid, level: tree.Term | None, where: tree.Cond | None, span: Span, at: Place) -> Problems:
    if conditions.is_wash_sale(test):
        assert isinstance(where, tree.Traded)
        if where.period.unit != "calendar days":
            yield Diagnostic("M212", "the wash-sale window is counted in calendar days", where.period.span,
                             "write `30 calendar days`")  # fmt: skip
        return
    group = names.Holdings("security") if level is None else names.group(level, at.names)
    if level is not None and group is None:
        yield sets.not_a_set(level, at.names)
    if group is not None and group.cash:
        yield Diagnostic("M204", "cash is not traded, it is what is left", span, "limit `value of cash` instead")
    if group is not None and group.largest is not None:
        yield Diagnostic("M219", "which are the largest is a quantity, and a prohibition is decided by facts", span,
                         "limit each of them instead")  # fmt: skip
    if where is not None:
        yield from of_holdings(where, Place(at.names, "lot"))


def _prohibition(clause: Clause, test: tree.Forbid, names_: Names) -> Problems:
    """A prohibition is decided by facts, holding by holding, and stands alone."""
    if clause.regime:
        yield Diagnostic(
            "M219", "a prohibition is no way to comply", test.span, "write it as a demand of its own, outside `either`"
        )
    given = clause.demand.given
    if given is not None and conditions.is_wash_sale(test):
        yield Diagnostic("M219", "wash sales are forbidden without a condition", given.span, "leave `if … then` out")
    for cond in (given, test.where, *_of_set(test, names_)):
        found = None if cond is None else quantity_in(cond)
        if found is not None:
            yield Diagnostic(
                "M219", "a prohibition is decided by facts, and this is a quantity", found.span,
                "limit the quantity: `limit each security where … to at most …`",
            )  # fmt: skip


def _of_set(test: tree.Forbid, names_: Names) -> tuple[tree.Cond, ...]:
    group = None if test.level is None else names.group(test.level, names_)
    return () if group is None else group.where


def quantity_in(cond: tree.Cond) -> tree.Cond | None:
    """A part of the condition that trades can change."""
    match cond:
        case tree.Compare(left):
            right = facts.number_of(cond)
            return None if right is None or facts.settled(left, right) else cond
        case tree.And(parts) | tree.Or(parts):
            return next((found for part in parts if (found := quantity_in(part)) is not None), None)
        case tree.Not(part):
            return quantity_in(part)
        case _:
            return None
