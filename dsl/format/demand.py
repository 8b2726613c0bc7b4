"""Demands in canonical words: a line for the test, one below it for each refinement."""

from __future__ import annotations

from typing import assert_never

from dsl import tree
from dsl.format.expression import SOFT, WORDS, amount, condition, factor, names, number, pick
from dsl.format.line import Lines, line


def demand(node: tree.Demand, depth: int) -> Lines:
    given = f"if {condition(node.given)}{SOFT}then " if node.given else ""
    yield line(depth, given + test(node.test), node.test.span if not node.given else node.given.span)
    for below in node.refinements:
        yield line(depth + 1, refinement(below), below.span)


def either(node: tree.Either, depth: int) -> Lines:
    for word, regime in zip(["either", *["or"] * len(node.regimes)], node.regimes, strict=False):
        yield line(depth, f'{word} "{regime.name.value}"', regime.name.span)
        for inner in regime.demands:
            yield from demand(inner, depth + 1)


def test(node: tree.Test) -> str:
    match node:
        case tree.Limit():
            return f"limit {_subject(node.subject)}{SOFT}to {WORDS[node.op]} {number(node.bound)}"
        case tree.Require():
            return f"require {condition(node.test)}"
        case tree.HoldCount():
            return f"hold {_count(node)} {pick(node.pick, bare=True)}"
        case tree.HoldMinimum():
            return f"hold each {pick(node.pick)} at least {number(node.bound)} or not at all"
        case tree.Band():
            return f"keep {_banded(node.subject)}{SOFT}within {_widths(node)} of {factor(node.around)}"
        case tree.Between():
            return f"keep {_subject(node.subject)}{SOFT}between {_ends(node.low, node.high)}"
        case tree.Forbid():
            return forbid(node)
        case _:
            assert_never(node)


def _subject(node: tree.Each | tree.Expr, *, bare: bool = True) -> str:
    if isinstance(node, tree.Each):
        measure = f"{node.measure.words} of " if node.measure else ""
        return f"{measure}each {pick(node.pick, bare=bare)}"
    return number(node, bare=bare)


def _banded(node: tree.Each | tree.Expr) -> str:
    """A term at the end of a longer subject would take the `within` of the band for its own."""
    closed = isinstance(node, tree.Each | tree.Term | tree.Total | tree.Number | tree.Average)
    return _subject(node, bare=False) if closed else f"({_subject(node)})"


def _count(node: tree.HoldCount) -> str:
    if node.low is not None and node.high is not None:
        return f"between {node.low} and {node.high}"
    return f"at least {node.low}" if node.high is None else f"at most {node.high}"


def _widths(node: tree.Band) -> str:
    widths = f"{SOFT}and ".join(map(amount, node.widths))
    return f"the {node.choice} of {widths}" if node.choice else widths


def _ends(low: tree.Expr, high: tree.Expr) -> str:
    """A base that both ends share is said once."""
    if isinstance(low, tree.Share) and isinstance(high, tree.Share) and low.base == high.base:
        return f"{amount(low.percent)} and {number(high)}"
    return f"{number(low)} and {number(high)}"


def forbid(node: tree.Forbid) -> str:
    of = f" of {node.level.words}" if node.level else ""
    where = f"{SOFT}where {condition(node.where)}" if node.where else ""
    return f"forbid {', '.join(node.verbs)}{of}{where}"


def refinement(node: tree.Refinement) -> str:
    match node:
        case tree.Except():
            return f"except where {condition(node.where)}"
        case tree.Allow():
            period = f", for {amount(node.period)}" if node.period else ""
            return f"except at most {node.count} {pick(node.pick, bare=True)},{SOFT}up to {number(node.bound)}{period}"
        case tree.WarnAt():
            return f"warn at {number(node.bound)}"
        case tree.Ladder():
            rungs = f",{SOFT}".join(_rung(rung, node.way) for rung in node.rungs)
            return f"{rungs},{SOFT}else {node.otherwise}"
        case _:
            assert_never(node)


def _rung(node: tree.Rung, way: str) -> str:
    of = f" of {names(node.consent)}" if node.consent else ""
    return f"{node.outcome}{of} {way} to {number(node.bound)}"
