"""What each rule of the grammar becomes, under its name: a node whose fields are the children, or a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dsl import tree
from dsl.build import block, case, clause, demand, expression
from dsl.build.leaf import LEAVES
from dsl.diagnostic import Diagnostic
from dsl.source import Span
from dsl.table import Action

__all__ = ["ACTIONS", "LEAVES", "words_said"]

_NODES: Mapping[str, Callable[..., Any]] = {
    "average": tree.Average,
    "citation": tree.Citation,
    "compare": tree.Compare,
    "constituent": tree.Constituent,
    "divest": tree.Divest,
    "entry": tree.Entry,
    "except": tree.Except,
    "expect": tree.Expect,
    "forbid": tree.Forbid,
    "fresh": tree.Fresh,
    "given": tree.Given,
    "hold_minimum": tree.HoldMinimum,
    "kind": tree.ListKind,
    "layer": tree.Layer,
    "let": tree.Let,
    "limit": tree.Limit,
    "measured_each": tree.Each,
    "missing": tree.Missing,
    "not_": tree.Not,
    "number": tree.Number,
    "reading": tree.Reading,
    "reason": tree.Reason,
    "require": tree.Require,
    "share": tree.Share,
    "substitute": tree.Substitute,
    "total": tree.Total,
    "underivable": tree.NotCalculable,
    "visible": tree.Visible,
    "warn_at": tree.WarnAt,
    "weighs": tree.Weighs,
}


def words_said(_notes: list[Diagnostic], _span: Span, words: list[str]) -> str:
    """What becomes of a rule marked `!` that stands for a choice of words."""
    return " ".join(words)


def _node(make: Callable[..., Any]) -> Action:
    return lambda _notes, span, children: make(*children, span)


ACTIONS: Mapping[str, Action] = {
    **{name: _node(make) for name, make in _NODES.items()},
    **expression.ACTIONS,
    **demand.ACTIONS,
    **clause.ACTIONS,
    **case.ACTIONS,
    **block.ACTIONS,
}
