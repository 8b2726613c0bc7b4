"""What the terminals become: numbers exact, texts without their quotes, days of the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from fractions import Fraction
from functools import lru_cache

from dsl import tree
from dsl.diagnostic import Diagnostic
from dsl.source import Span
from dsl.table import Leaf


@lru_cache(maxsize=4096)
def number(digits: str) -> Fraction:
    """Exact."""
    return Fraction(digits.replace(",", ""))


def text(word: str, span: Span) -> tree.Text:
    return tree.Text(word.strip('"“”„«»‘’') if word[0] in '"“”„«»‘’' else word, span)


def money(word: str, span: Span) -> tree.Amount:
    return tree.Amount(number(word[3:].lstrip()), word[:3], span)


def percent(word: str, span: Span) -> tree.Amount:
    return tree.Amount(number(word.removesuffix("%").removesuffix("percent").rstrip()), "percent", span)


def instant(word: str, span: Span) -> tree.Instant | Diagnostic:
    try:
        return tree.Instant(date.fromisoformat(word), None, None, span)
    except ValueError:
        return Diagnostic("M105", f"`{word}` is not a day of the calendar", span, "write year-month-day: `2026-03-31`")


def clock(word: str, span: Span) -> time | Diagnostic:
    try:
        return time.fromisoformat(word)
    except ValueError:
        return Diagnostic("M105", f"`{word}` is not a time of day", span, "write hours and minutes: `09:30`")


LEAVES: Mapping[str, Leaf] = {
    "STRING": text,
    "NAME": text,
    "NUMERAL": lambda word, span: tree.Amount(number(word), "", span),
    "PERCENT": percent,
    "MONETARY": money,
    "DATE": instant,
    "TIME": clock,
    "TERM": tree.Term,
}
