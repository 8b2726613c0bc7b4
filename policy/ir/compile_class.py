"""How the solver will read a rule, told from the rule alone: its compile class, and whether it is searched at all.

    A  linear against a fixed bound                 D  an open condition, or a count: binaries, one unit less
    B  linear against a base that moves with trades E  sets made from lots, lists and calendar, then A or C
    C  either-or with closed conditions: binaries   F  not linear: cuts, or judged and not searched

A rule may need several. What a book adds (an unknown fact, a base that may be zero) can only make it harder; the
finder says so of each obligation that it does not search.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import assert_never

from policy.ir.bound import Moment, Op
from policy.ir.core import (
    All,
    Amount,
    Any,
    Average,
    Clause,
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
    Rule,
    Scalar,
    Scale,
    Sum,
    Term,
    Test,
    Total,
    WashSale,
)

CAPS = (Op.LE, Op.LT)
OPEN = (Op.LT, Op.GT)
SEARCHED = {Moment.PROPOSAL, Moment.TRADE, Moment.PURCHASE, Moment.CLOSE}
MOVING = {"net assets", "total assets", "invested assets", "cash", "settled cash"}


class CompileClass(StrEnum):
    LINEAR = "A"
    MOVING_BASE = "B"
    EITHER_OR = "C"
    COUNT = "D"
    HISTORY = "E"
    NOT_LINEAR = "F"


def classes(rule: Rule) -> tuple[CompileClass, ...]:
    """The classes that the rule's clauses need, A first."""
    found = {each for clause in rule.clauses for each in _of_clause(clause)}
    return tuple(sorted(found or {CompileClass.LINEAR}))


def not_searched(rule: Rule) -> str | None:
    """Why proposals are not searched with the rule in mind, though they are judged by it; None: they are."""
    if not SEARCHED & set(rule.moments):
        return f"tested at {' and '.join(rule.moments)} alone, which no proposal reaches"
    for clause in rule.clauses:
        if any(_risk_floor(step.test) for step in clause.ladder):
            return "a floor under a risk is not convex"
    return None


def _of_clause(clause: Clause) -> Iterator[CompileClass]:
    for step in clause.ladder:
        yield from _of_test(step.test)


def _of_test(test: Test) -> Iterator[CompileClass]:
    match test:
        case Compare(left, op, right, base):
            yield from _of_scalar(left, small=op in CAPS)
            yield from _of_scalar(right, small=op not in CAPS)
            if base is not None:
                yield from _of_scalar(base, small=True)
        case Every(pick, inner):
            yield from _of_pick(pick)
            yield from _of_test(inner)
        case Forbid(_, pick):
            yield CompileClass.LINEAR
            yield from _of_pick(pick)
        case WashSale():
            yield CompileClass.HISTORY
        case Any(parts):
            yield CompileClass.EITHER_OR
            for part in parts:
                yield from _of_test(part)
        case All(parts):
            for part in parts:
                yield from _of_test(part)
        case Not(part):
            yield from _of_test(part)
        case Listed():
            yield CompileClass.HISTORY
        case Fact() | Named():
            return
        case _:
            assert_never(test)


def _of_scalar(scalar: Scalar, *, small: bool) -> Iterator[CompileClass]:
    """`small`: the scalar helps by being small, so that a greatest is several rows, a least a choice."""
    match scalar:
        case Amount() | Own():
            yield CompileClass.LINEAR
        case Term(name, days):
            yield CompileClass.HISTORY if days is not None else _base(name)
        case Scale(factor, inner):
            yield from _of_scalar(inner, small=small if factor >= 0 else not small)
        case Total(pick):
            yield from _of_pick(pick)
        case Average(_, pick):
            yield CompileClass.MOVING_BASE
            yield from () if pick is None else _of_pick(pick)
        case Number(pick):
            yield CompileClass.COUNT
            yield from _of_pick(pick)
        case Largest(_, pick):
            yield CompileClass.LINEAR if small else CompileClass.EITHER_OR
            yield from _of_pick(pick)
        case Flow(kind, days):
            yield CompileClass.LINEAR if days is None else CompileClass.HISTORY
            if kind == "turnover":
                yield CompileClass.EITHER_OR
        case Risk():
            yield CompileClass.NOT_LINEAR
        case Sum(parts):
            for part in parts:
                yield from _of_scalar(part, small=small)
        case Greatest(parts) | Least(parts):
            if isinstance(scalar, Greatest) != small:
                yield CompileClass.EITHER_OR
            for part in parts:
                yield from _of_scalar(part, small=small)
        case _:
            assert_never(scalar)


def _of_pick(pick: Pick) -> Iterator[CompileClass]:
    """A condition on the group's own quantities chooses members while the search runs."""
    if pick.where is None:
        return
    for compare in _compares(pick.where):
        yield CompileClass.COUNT if compare.op in OPEN else CompileClass.EITHER_OR
    if _lists(pick.where) or pick.level == "lot":
        yield CompileClass.HISTORY


def _base(name: str) -> CompileClass:
    return CompileClass.MOVING_BASE if name in MOVING else CompileClass.LINEAR


def _compares(test: Test) -> Iterator[Compare]:
    match test:
        case Compare():
            yield test
        case All(parts) | Any(parts):
            for part in parts:
                yield from _compares(part)
        case Not(part) | Every(_, part):
            yield from _compares(part)
        case _:
            return


def _lists(test: Test) -> bool:
    match test:
        case All(parts) | Any(parts):
            return any(map(_lists, parts))
        case Not(part) | Every(_, part):
            return _lists(part)
        case _:
            return isinstance(test, Listed)


def _risk_floor(test: Test) -> bool:
    match test:
        case Compare(Risk(), op):
            return op not in CAPS
        case All(parts) | Any(parts):
            return any(map(_risk_floor, parts))
        case Not(Compare(Risk(), op)):
            return op in CAPS
        case Not(part) | Every(_, part):
            return _risk_floor(part)
        case _:
            return False
