"""The steps of tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dsl import tree
from dsl.build.note import Notes
from dsl.source import Span
from dsl.table import Action


def _day(instant: tree.Instant | None) -> date | None:
    return instant.day if instant else None


def as_of(_notes: Notes, span: Span, parts: list[Any]) -> tree.AsOf:
    day, moment, known = parts
    return tree.AsOf(day.day, moment, _day(known), span)


def holding(_notes: Notes, span: Span, parts: list[Any]) -> tree.Holding:
    quantity, security, account, price, cost, since, facts = parts
    return tree.Holding(quantity, security, account, price, cost, _day(since), facts or (), span)


def thing(_notes: Notes, span: Span, parts: list[Any]) -> tree.Thing:
    level, name, tags, price, facts = parts
    return tree.Thing(level, name, tags or (), price, facts or (), span)


def contains(_notes: Notes, span: Span, parts: list[Any]) -> tree.Contains:
    level, name, *constituents = parts
    return tree.Contains(level, name, tuple(constituents), span)


def listing(_notes: Notes, span: Span, parts: list[Any]) -> tree.Listing:
    list, level, name, start, end = parts
    return tree.Listing(list, level, name, _day(start), _day(end), span)


def past(_notes: Notes, span: Span, parts: list[Any]) -> tree.Past:
    verb, quantity, security, account, price, day, result = parts
    outcome, amount = result or (None, None)
    return tree.Past(verb, quantity, security, account, price, day.day, outcome, amount, span)


def when(_notes: Notes, span: Span, parts: list[Any]) -> tree.When:
    verb, quantity, security, account, price, facts = parts
    return tree.When(verb, quantity, security, account, price, facts or (), span)


def fact(_notes: Notes, span: Span, parts: list[Any]) -> tree.Fact:
    return tree.Fact(parts[0], parts[1] if len(parts) > 1 else None, span)


ACTIONS: Mapping[str, Action] = {
    "as_of": as_of,
    "holding": holding,
    "thing": thing,
    "tags": lambda _notes, _span, parts: tuple(parts),
    "facts": lambda _notes, _span, parts: tuple(parts),
    "contains": contains,
    "listing": listing,
    "past": past,
    "result": lambda _notes, _span, parts: tuple(parts),
    "when": when,
    "fact": fact,
}
