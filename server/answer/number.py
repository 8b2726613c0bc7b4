"""Exact numbers and what is known of inexact ones, as JSON carries them."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from pydantic import PlainSerializer, WithJsonSchema

from policy.book.amount import number_text
from policy.interval import Interval, Number


class Written(Fraction):
    """A number that has its text with it, for what is said again and again."""

    __slots__ = ("text",)
    text: str


def written(number: Fraction) -> Written:
    found = Written(number)
    found.text = number_text(number)
    return found


def _text(number: Fraction) -> str:
    return number.text if isinstance(number, Written) else number_text(number)


Exact = Annotated[
    Fraction,
    PlainSerializer(_text, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^-?(\d+(\.\d+)?|\d+/\d+)$",
            "description": "an exact number: a finite decimal where there is one, else `n/d` in lowest terms",
        }
    ),
]


@dataclass(frozen=True, slots=True)
class Range:
    """All that is known of a number: it lies from `low` to `high`, both included; null is an open end."""

    low: Exact | None
    high: Exact | None


Amount = Exact | Range


def amount(number: Number) -> Amount:
    return Range(number.low, number.high) if isinstance(number, Interval) else number


def number(amount: Amount) -> Number:
    return Interval(amount.low, amount.high) if isinstance(amount, Range) else amount
