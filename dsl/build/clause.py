"""Clauses of rules, lists and waivers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsl import tree
from dsl.build.note import Notes, once
from dsl.source import Span
from dsl.table import Action


def scope(_notes: Notes, _span: Span, parts: list[Any]) -> tuple[str, tree.Text | None]:
    """`firm`, `household "X"`, `each account`, `accounts tagged "t"`."""
    if parts[0] == "accounts":
        return "tagged", parts[2]
    return (parts[1], None) if parts[0] == "each" else (parts[0], parts[1] if len(parts) > 1 else None)


def applies(_notes: Notes, span: Span, parts: list[Any]) -> tree.Applies:
    (kind, name), including = parts
    return tree.Applies(kind, name, tuple(including or ()), span)


def counting(notes: Notes, span: Span, parts: list[Any]) -> tree.Counting:
    """Parts after the measure are (name, values…), in any order, each at most once."""
    measure, *counted = parts
    said: dict[str, tuple[Any, ...]] = {}
    for name, *values in counted:
        once(notes, span, name, said.get(name))
        said[name] = tuple(values)
    (above,) = said.get("through funds", (None,))
    term, stretch = said.get("with", (None, None))
    return tree.Counting(measure, "through funds" in said, above, "gross of shorts" in said, term, stretch, span)


_MODE = "no trade may worsen it` or `must be cured"


def passive(notes: Notes, span: Span, parts: list[Any]) -> tree.Passive:
    """(name, value) in any order; `notify` may be said more than once."""
    said: dict[str, Any] = {}
    for name, value in parts:
        if name != "notify":
            once(notes, span, name, said.get(name))
            said[name] = value
    notify = tuple(value for name, value in parts if name == "notify")
    mode, measure = said.get(_MODE, (None, None))
    return tree.Passive(said.get("may stand"), mode, measure, notify, span)


def moment(_notes: Notes, span: Span, parts: list[Any]) -> tree.Moment:
    return tree.Moment(parts[0], False, None, span)


def effective(_notes: Notes, span: Span, parts: list[Any]) -> tree.Effective:
    return tree.Effective(parts[0], parts[1] if len(parts) > 1 else None, span)


def substitution(_notes: Notes, span: Span, parts: list[Any]) -> tree.Substitution:
    name, *chain, else_cash = parts
    return tree.Substitution(name, tuple(chain), else_cash is not None, span)


def whose(_notes: Notes, _span: Span, parts: list[Any]) -> tuple[str, tree.Text | None]:
    """`household "X"`, `account "X"`, `every account`."""
    return ("account", None) if parts[0] == "every" else (parts[0], parts[1])


def covering(_notes: Notes, span: Span, parts: list[Any]) -> tree.Covering:
    (kind, name), level, group = parts
    return tree.Covering(kind, name, level, group, span)


def moves(_notes: Notes, span: Span, parts: list[Any]) -> tree.Moves:
    verb, bound, no_purchases = parts
    return tree.Moves(verb, bound, no_purchases is not None, span)


ACTIONS: Mapping[str, Action] = {
    "scope": scope,
    "applies": applies,
    "counting": counting,
    "through": lambda _notes, _span, parts: ("through funds", *parts),
    "gross": lambda _notes, _span, _parts: ("gross of shorts",),
    "adding": lambda _notes, _span, parts: ("with", *parts),
    "tested": lambda _notes, span, parts: tree.Tested(tuple(parts), span),
    "moment": moment,
    "purchase_of": lambda _notes, span, parts: tree.Moment("purchase", False, parts[0], span),
    "projected": lambda _notes, span, _parts: tree.Moment("quarter end", True, None, span),
    "passive": passive,
    "stand": lambda _notes, _span, parts: ("may stand", parts[0]),
    "worsen": lambda _notes, _span, parts: (_MODE, ("worsen", parts[0])),
    "cure": lambda _notes, _span, _parts: (_MODE, ("cure", None)),
    "notify": lambda _notes, span, parts: ("notify", tree.Notify(parts[0], parts[1], span)),
    "on_breach": lambda _notes, span, parts: tree.OnBreach(parts[0], parts[1] or (), span),
    "effective": effective,
    "known": lambda _notes, span, parts: tree.Known(parts[0].day, span),
    "names": lambda _notes, _span, parts: tuple(parts),
    "covers": lambda _notes, span, parts: tree.Covers(tuple(parts), span),
    "list_forbid": lambda _notes, span, parts: tree.Forbid(parts[0], None, None, span),
    "substitution": substitution,
    "else_cash": lambda _notes, _span, _parts: True,
    "whose": whose,
    "covering": covering,
    "moves": moves,
    "lifts": lambda _notes, span, parts: tree.Lifts(parts[0] is not None, span),
    "no_purchases": lambda _notes, _span, _parts: True,
    "approved": lambda _notes, span, parts: tree.Approved(parts[0], parts[1].day, span),
}
