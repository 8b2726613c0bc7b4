"""Numbers and conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dsl import tree
from dsl.build.note import Notes, whole
from dsl.diagnostic import Diagnostic
from dsl.source import Span
from dsl.table import Action

_OPS = {"at most": "<=", "less than": "<", "at least": ">=", "more than": ">"}


def op(_notes: Notes, _span: Span, words: list[str]) -> str:
    said = " ".join(words)
    return _OPS.get(said, said)


def unit(_notes: Notes, _span: Span, words: list[str]) -> str:
    said = " ".join(words)
    return said if said.endswith("s") else said + "s"


def amount(_notes: Notes, span: Span, parts: list[Any]) -> tree.Amount:
    return tree.Amount(parts[0].value, parts[1], span)


def sum_(_notes: Notes, span: Span, parts: list[Any]) -> tree.Sum:
    """Terms and signs in turn. A sum in parentheses that is added dissolves."""
    signed = [parts[0]]
    for sign, part in zip(parts[1::2], parts[2::2], strict=True):
        signed.append(part if sign == "+" else tree.Negative(part, part.span))
    flat = [inner for part in signed for inner in (part.parts if isinstance(part, tree.Sum) else (part,))]
    return tree.Sum(tuple(flat), span)


def window(way: str) -> Action:
    def over(_notes: Notes, span: Span, parts: list[Any]) -> tree.Over:
        return tree.Over(parts[0], way, parts[1], span)

    return over


def choice(_notes: Notes, span: Span, parts: list[Any]) -> tree.Choice:
    """A trailing window after the last part is shared by the bare terms before it."""
    kind, *options = parts
    last = options[-1]
    if isinstance(last, tree.Over) and last.way == "trailing":
        options = [_shared(option, last) for option in options]
    return tree.Choice(kind, tuple(options), span)


def _shared(option: tree.Expr, last: tree.Over) -> tree.Expr:
    return tree.Over(option, last.way, last.period, option.span) if isinstance(option, tree.Term) else option


def counted_total(_notes: Notes, span: Span, parts: list[Any]) -> tree.Total:
    return tree.Total(None, parts[0], span)


def pick(_notes: Notes, span: Span, parts: list[Any]) -> tree.Pick:
    return tree.Pick(parts[0], parts[1], None, span)


def largest(notes: Notes, span: Span, parts: list[Any]) -> tree.Pick:
    count, level, where = parts
    return tree.Pick(level, where, whole(notes, count), span)


def or_(_notes: Notes, span: Span, parts: list[Any]) -> tree.Or:
    return tree.Or(tuple(x for part in parts for x in (part.parts if isinstance(part, tree.Or) else (part,))), span)


def and_(_notes: Notes, span: Span, parts: list[Any]) -> tree.And:
    return tree.And(tuple(x for part in parts for x in (part.parts if isinstance(part, tree.And) else (part,))), span)


def _subject(part: tree.Expr) -> Diagnostic | None:
    if isinstance(part, tree.Term):
        return None
    help = "numbers are compared with `<=`, `<`, `>=` or `>`, or in words: `at most`, `less than`"
    return Diagnostic("M115", "only a fact named by one term can be `is`, `in` or `was`", part.span, help)


def is_(_notes: Notes, span: Span, parts: list[Any]) -> tree.Is | Diagnostic:
    return _subject(parts[0]) or tree.Is(parts[0], parts[1], span)


def in_list(_notes: Notes, span: Span, parts: list[Any]) -> tree.InList | Diagnostic:
    return _subject(parts[0]) or tree.InList(parts[0], parts[1], span)


def negated(made: Action) -> Action:
    def not_(notes: Notes, span: Span, parts: list[Any]) -> tree.Not | Diagnostic:
        inner = made(notes, span, parts)
        return inner if isinstance(inner, Diagnostic) else tree.Not(inner, span)

    return not_


def traded(_notes: Notes, span: Span, parts: list[Any]) -> tree.Traded | Diagnostic:
    subject, verb, at_loss, stretch, side = parts
    return _subject(subject) or tree.Traded(subject, verb, bool(at_loss), stretch, side, span)


def instant(_notes: Notes, span: Span, parts: list[Any]) -> tree.Instant:
    day, clock, zone = parts
    return tree.Instant(day.day, clock, zone, span)


ACTIONS: Mapping[str, Action] = {
    "op": op,
    "unit": unit,
    "amount": amount,
    "plain_amount": lambda _notes, _span, parts: parts[0],
    "sum": sum_,
    "trailing": window("trailing"),
    "within": window("within"),
    "choice": choice,
    "plain_total": counted_total,
    "pick": pick,
    "set": pick,
    "largest": largest,
    "cond": or_,
    "conjunction": and_,
    "is": is_,
    "is_not": negated(is_),
    "in_list": in_list,
    "not_in_list": negated(in_list),
    "traded": traded,
    "at_loss": lambda _notes, _span, _parts: True,
    "instant": instant,
}
