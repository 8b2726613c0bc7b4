"""Demands and what refines them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dsl import tree
from dsl.build.note import Notes, whole
from dsl.diagnostic import Diagnostic
from dsl.source import Span
from dsl.table import Action


class Orphan(NamedTuple):
    """A refinement with no demand before it; what becomes of it depends on what stands before."""

    refinement: tree.Refinement


class Step(NamedTuple):
    """A rung with its direction."""

    way: str
    rung: tree.Rung


def demand(_notes: Notes, span: Span, parts: list[Any]) -> tree.Demand:
    given, test, *refinements = parts
    return tree.Demand(given, test, tuple(refinements), span)


def hold_between(notes: Notes, span: Span, parts: list[Any]) -> tree.HoldCount:
    low, high, pick = parts
    return tree.HoldCount(whole(notes, low), whole(notes, high), pick, span)


def hold_least(notes: Notes, span: Span, parts: list[Any]) -> tree.HoldCount:
    return tree.HoldCount(whole(notes, parts[0]), None, parts[1], span)


def hold_most(notes: Notes, span: Span, parts: list[Any]) -> tree.HoldCount:
    return tree.HoldCount(None, whole(notes, parts[0]), parts[1], span)


def band(_notes: Notes, span: Span, parts: list[Any]) -> tree.Band:
    subject, width, around = parts
    return tree.Band(subject, None, (width,), around, span)


def choice_band(_notes: Notes, span: Span, parts: list[Any]) -> tree.Band:
    subject, choice, *widths, around = parts
    return tree.Band(subject, choice, tuple(widths), around, span)


def between(_notes: Notes, span: Span, parts: list[Any]) -> tree.Between:
    """`between 50% and 64% of net assets`: the base belongs to both."""
    subject, low, high = parts
    if isinstance(low, tree.Amount) and low.unit == "percent" and isinstance(high, tree.Share):
        low = tree.Share(low, high.base, low.span)
    return tree.Between(subject, low, high, span)


def regime(notes: Notes, span: Span, parts: list[Any]) -> tree.Regime:
    name, *demands = parts
    return tree.Regime(name, tuple(adopted(notes, demands)), span)


def adopted(notes: Notes, clauses: list[Any]) -> list[Any]:
    """The clauses without those that were given up (None). A refinement that follows none of them is noted, one that
    follows a clause given up goes with it."""
    kept: list[Any] = []
    for before, clause in zip([(), *clauses], clauses, strict=False):
        if isinstance(clause, Orphan):
            if before is not None and not isinstance(before, Orphan):
                span, help = (
                    clause.refinement.span,
                    "put it directly below the demand that it refines",
                )
                notes.append(Diagnostic("M116", "this refines nothing: no demand stands before it", span, help))
        elif clause is not None:
            kept.append(clause)
    return kept


def either(notes: Notes, span: Span, parts: list[Any]) -> tree.Either:
    """A demand belongs to the regime above it, wherever it stands; one that does not look so is noted, as a limit that
    was meant for every regime would be lost."""
    for regime in parts:
        for inner in regime.demands:
            if inner.span.line > span.line and inner.span.column <= span.column:
                message = f'this demand belongs to the regime "{regime.name.value}" above it'
                help = "indent it below its regime, or put it before `either` if it is meant for every regime"
                notes.append(Diagnostic("M118", message, inner.span, help))
    return tree.Either(tuple(parts), span)


def allow(notes: Notes, span: Span, parts: list[Any]) -> tree.Allow:
    count, pick, bound, stretch = parts
    return tree.Allow(whole(notes, count), pick, bound, stretch, span)


def rung(outcome: str) -> Action:
    def step(_notes: Notes, span: Span, parts: list[Any]) -> Step:
        *consent, way, bound = parts
        return Step(way, tree.Rung(outcome, tuple(consent[0]) if consent else (), bound, span))

    return step


def ladder(notes: Notes, span: Span, parts: list[Any]) -> tree.Ladder:
    *steps, otherwise = parts
    way = steps[0].way
    for step in steps:
        if step.way != way:
            help = "a cap goes `up to`, a floor goes `down to`; use one of them throughout"
            notes.append(Diagnostic("M112", "this ladder goes both `up to` and `down to`", step.rung.span, help))
    return tree.Ladder(way, tuple(step.rung for step in steps), otherwise, span)


ACTIONS: Mapping[str, Action] = {
    "demand": demand,
    "orphan": lambda _notes, _span, parts: Orphan(parts[0]),
    "hold_between": hold_between,
    "hold_least": hold_least,
    "hold_most": hold_most,
    "band": band,
    "choice_band": choice_band,
    "between": between,
    "verbs": lambda _notes, _span, parts: tuple(parts),
    "either": either,
    "regime": regime,
    "each": lambda _notes, span, parts: tree.Each(None, parts[0], span),
    "allow": allow,
    "pass_rung": rung("pass"),
    "warn_rung": rung("warn"),
    "consent_rung": rung("needs consent"),
    "ladder": ladder,
}
