"""How the finder can search for what a clause demands, told from its shape: what `proofolio check` shows.

    A  linear, closed            one row over whole units
    B  the base moves            still linear: net assets move with what is traded and paid
    C  disjunctive, closed       yes-or-no variables
    D  strict, or a count        yes-or-no variables and one unit less
    E  history and lots          sets found from lots and the calendar, then A or C
    F  not linear                judged exactly, searched through cuts that are never too loose

Every class is judged exactly. `searched` says whether the finder looks for what the clause allows, or only has its
answers judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from dsl.vocabulary import TERMS
from policy.ir import core
from policy.ir.bound import Op

STRICT = frozenset({Op.LT, Op.GT})
CAPS = frozenset({Op.LE, Op.LT})
MOVING = frozenset({"net assets", "total assets", "invested assets", "cash", "settled cash"})
"""Bases that trades and their costs change. A stated amount does not move."""


class Letter(StrEnum):
    """In the order of difficulty: a clause has the last class that one of its parts has."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"


@dataclass(frozen=True, slots=True)
class CompileClass:
    letter: Letter
    reason: str
    searched: bool = True


LINEAR = CompileClass(Letter.A, "linear: one row over whole units")


def compile_class(clause: core.Clause) -> CompileClass:
    """The class of a clause: the hardest of its rungs."""
    return hardest(found for step in clause.ladder for found in _test(step.test))


def hardest(found: Iterable[CompileClass]) -> CompileClass:
    return max((LINEAR, *found), key=lambda one: (not one.searched, one.letter))


Found = Iterator[CompileClass]


def _test(test: core.Test) -> Found:
    match test:
        case core.Compare(left, op, right, base):
            yield from _compare(left, op, right, base)
        case core.Every(pick, inner):
            yield from _where(pick)
            yield from _test(inner)
        case core.Forbid(_, pick):
            yield CompileClass(Letter.A, "a prohibition: the quantities are fixed at zero")
            if _of_lots(pick.where):
                yield CompileClass(Letter.E, "facts of lots: which lots may be sold is found first")
        case core.WashSale():
            yield CompileClass(Letter.E, "wash sales: windows are found from lots and trades, then one or the other")
        case core.All(parts):
            for part in parts:
                yield from _test(part)
        case core.Any(parts):
            yield CompileClass(Letter.C, "either-or: a yes-or-no variable for each branch")
            for part in parts:
                yield from _test(part)
        case core.Not(part):
            yield from _test(_opposite(part))
        case core.Fact() | core.Listed() | core.Named():
            return
        case _:
            assert_never(test)


def _opposite(test: core.Test) -> core.Test:
    """What is true when the test is not, one level down: enough to see what is strict and what is either-or."""
    match test:
        case core.Compare(left, op, right, base):
            turned = {Op.LE: Op.GT, Op.LT: Op.GE, Op.GE: Op.LT, Op.GT: Op.LE}[op]
            return core.Compare(left, turned, right, base)
        case core.All(parts):
            return core.Any(tuple(_opposite(part) for part in parts))
        case core.Any(parts):
            return core.All(tuple(_opposite(part) for part in parts))
        case core.Not(part):
            return part
        case _:
            return test


def _compare(left: core.Scalar, op: Op, right: core.Scalar, base: core.Scalar | None) -> Found:
    cap = op in CAPS
    if op in STRICT:
        yield CompileClass(Letter.D, "strict: one unit less than the limit")
    yield from _scalar(left, small=cap)
    yield from _scalar(right, small=not cap)
    moving = sorted({term for side in (right, base) if side is not None for term in _terms(side)} & MOVING)
    if moving:
        yield CompileClass(Letter.B, f"{moving[0]} moves with the trades: still one linear row")


def _scalar(scalar: core.Scalar, *, small: bool) -> Found:
    """`small`: the test asks that the scalar be small. Of a maximum that is convex, of a minimum it is not."""
    match scalar:
        case core.Amount() | core.Own() | core.Term():
            return
        case core.Scale(factor, inner):
            yield from _scalar(inner, small=small is (factor >= 0))
        case core.Total(pick):
            yield from _where(pick)
        case core.Average(_, pick):
            if pick is not None:
                yield from _where(pick)
        case core.Number():
            yield CompileClass(Letter.D, "a count of holdings: a yes-or-no variable for each")
        case core.Largest(_, pick):
            yield from _where(pick)
            if not small:
                yield CompileClass(Letter.C, "a floor on the largest: yes-or-no variables choose them")
        case core.Flow(kind, days):
            if days is not None:
                yield CompileClass(Letter.E, f"{kind} of the days before are looked up, those of the orders added")
            if kind == "turnover" and small:
                yield CompileClass(Letter.C, "the lesser of purchases and sales: one of the two is to be small")
        case core.Risk(kind):
            yield CompileClass(Letter.F, f"{kind} is quadratic: judged exactly, searched through tangent cuts")
        case core.Sum(parts):
            for part in parts:
                yield from _scalar(part, small=small)
        case core.Greatest(parts) | core.Least(parts):
            if isinstance(scalar, core.Greatest) is not small and any(_moves(part) for part in parts):
                word = "greater" if isinstance(scalar, core.Greatest) else "lesser"
                yield CompileClass(Letter.C, f"the {word} of moving amounts: either one is enough")
            for part in parts:
                yield from _scalar(part, small=small)
        case _:
            assert_never(scalar)


def _where(pick: core.Pick) -> Found:
    """Groups that count only while their quantities meet a condition are threshold baskets."""
    conds = tuple(_quantities(pick.where))
    if conds:
        yield CompileClass(Letter.C, f"a basket by a threshold: each {pick.level} is in it or not")
    if any(cond.op in STRICT for cond in conds):
        yield CompileClass(Letter.D, "the threshold is open: one unit less on one side of it")
    if _of_lots(pick.where):
        yield CompileClass(Letter.E, "facts of lots: which lots count is found first")


def _quantities(test: core.Test | None) -> Iterator[core.Compare]:
    match test:
        case core.Compare():
            yield test
        case core.All(parts) | core.Any(parts):
            for part in parts:
                yield from _quantities(part)
        case core.Not(part):
            yield from _quantities(part)
        case _:
            return


def _of_lots(test: core.Test | None) -> bool:

    match test:
        case core.Fact(term):
            return TERMS[term].of == "lot"
        case core.All(parts) | core.Any(parts):
            return any(_of_lots(part) for part in parts)
        case core.Not(part):
            return _of_lots(part)
        case _:
            return False


def _terms(scalar: core.Scalar) -> Iterator[str]:
    match scalar:
        case core.Term(name):
            yield name
            if name in ("target weight", "index weight"):
                yield "net assets"
        case core.Scale(_, inner):
            yield from _terms(inner)
        case core.Sum(parts) | core.Greatest(parts) | core.Least(parts):
            for part in parts:
                yield from _terms(part)
        case _:
            return


def _moves(scalar: core.Scalar) -> bool:
    return not isinstance(scalar, core.Amount) and bool(set(_terms(scalar)) & MOVING or not set(_terms(scalar)))
