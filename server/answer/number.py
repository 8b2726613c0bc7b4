"""Exact numbers and what is known of inexact ones, as JSON carries them."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from pydantic import PlainSerializer, WithJsonSchema

from policy.book.amount import number_text
from policy.interval import Interval, Number

_EXACT = WithJsonSchema(
    {
        "type": "string",
        "pattern": r"^-?(\d+(\.\d+)?|\d+/\d+)$",
        "description": "an exact number: a finite decimal where there is one, else `n/d` in lowest terms",
    }
)
Exact = Annotated[Fraction, PlainSerializer(number_text, return_type=str), _EXACT]


@dataclass(frozen=True, slots=True)
class Range:
    """All that is known of a number: it lies from `low` to `high`, both included; null is an open end."""

    low: Exact | None
    high: Exact | None


Amount = Exact | Range

Told = Annotated[str, _EXACT] | Range
"""The same, whose text is there already: for what is said again and again."""


def amount(number: Number) -> Amount:
    return Range(number.low, number.high) if isinstance(number, Interval) else number


def told(number: Number) -> Told:
    return Range(number.low, number.high) if isinstance(number, Interval) else number_text(number)


def number(amount: Amount) -> Number:
    return Interval(amount.low, amount.high) if isinstance(amount, Range) else amount
