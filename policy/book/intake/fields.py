"""Types of fields for the pydantic rows: each reads through the doors of `amount` and `words`, and says in the
JSON Schema what may stand there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, TypeVar

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from policy.book.amount import Refusal, exact, number_text, share
from policy.book.facts import Elsewhere, Relief, Side, TaxKind
from policy.book.intake import words

T = TypeVar("T")

REFUSED = "refused"
"""Type of the error that carries a refusal's `what` and `do` in its context."""


def door(read: Callable[[object], T | Refusal]) -> PlainValidator:
    """A validator that takes what `read` gives, or reports its refusal."""

    def taken(raw: object) -> T:
        found = read(raw)
        if isinstance(found, Refusal):
            raise _error(found)
        return found

    return PlainValidator(taken)


def _error(refusal: Refusal) -> PydanticCustomError:
    return PydanticCustomError(REFUSED, "{what}; {do}", {"what": refusal.what, "do": refusal.do})


def _within(
    read: Callable[[object], Fraction | Refusal], holds: Callable[[Fraction], bool], says: str, do: str
) -> PlainValidator:
    """A number of which something holds; `says` what it is when it does not."""

    def bounded(raw: object) -> Fraction | Refusal:
        number = read(raw)
        if isinstance(number, Refusal) or holds(number):
            return number
        return Refusal(f"`{number_text(number)}` {says}", do)

    return door(bounded)


def _one_of(choices: type[StrEnum]) -> PlainValidator:
    """A word of an enumeration, in small or capital letters."""
    known = {choice.value: choice for choice in choices}

    def read(raw: object) -> StrEnum | Refusal:
        found = words.phrase(raw)
        if isinstance(found, Refusal):
            return found
        return known.get(found.lower()) or Refusal(f"`{found}` is not one of its values", f"use {', '.join(known)}")

    return door(read)


def _schema(description: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "description": description, **more})


def _number(description: str) -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "integer"], "description": description})


_TEXT = {"minLength": 1, "maxLength": words.LENGTH}
_DAY = {"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}

Text = Annotated[str, door(words.phrase), _schema("one line of text", **_TEXT)]
Id = Annotated[str, door(words.identifier), _schema("an id of the firm's own", **_TEXT)]
AccountId = Annotated[str, door(words.account_identifier), _schema("an id without a slash", **_TEXT)]
Tag = Annotated[str, door(words.tag), _schema("a tag, without a semicolon", **_TEXT)]
Currency = Annotated[str, door(words.currency), _schema("a currency code of ISO 4217", pattern="^[A-Z]{3}$")]
Day = Annotated[date, door(words.day), _schema("year-month-day", **_DAY)]
ExternalIds = Annotated[
    Mapping[str, str],
    door(words.external_ids),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"type": "string", **_TEXT},
            "description": "what other systems call it, by system; no rule speaks of them",
        }
    ),
]
Flag = Annotated[bool, door(words.flag), WithJsonSchema({"type": "boolean"})]

Number = Annotated[Fraction, door(exact), _number('an exact number, such as "1234.50", or "10/3"')]
Positive = Annotated[
    Fraction,
    _within(exact, lambda number: number.numerator > 0, "is not above 0", "give a number above zero"),
    _number("an exact number above zero"),
]
NotNegative = Annotated[
    Fraction,
    _within(exact, lambda number: number.numerator >= 0, "is below 0", "give zero or more"),
    _number("an exact number, zero or more"),
]
Share = Annotated[
    Fraction,
    _within(
        share, lambda number: abs(number) < 10, "is ten times the whole or more", 'write 5 percent as "5%" or "0.05"'
    ),
    _schema('a share: "0.05", or "5%"'),
]
Spread = Annotated[
    Fraction,
    _within(
        share, lambda number: 0 <= number < 1, "is no part of a value", 'write 5 basis points as "0.0005" or "0.05%"'
    ),
    _schema('a share of the value: "0.0005", or "0.05%"'),
]
Proportion = Annotated[
    Fraction,
    _within(
        share, lambda number: 0 <= number <= 1, "is not between nothing and the whole", 'write 20 percent as "20%"'
    ),
    _schema('a share from nothing to the whole: "0.2", or "20%"'),
]
Turnover = Annotated[
    Fraction,
    _within(share, lambda number: 0 <= number < 10, "is no share that can be traded", 'write 20 percent as "20%"'),
    _schema('a share, zero or more: "0.2", or "20%"'),
]
Batch = Annotated[int, door(words.ordinal), WithJsonSchema({"type": "integer", "minimum": 0})]


def _choice(choices: type[StrEnum]) -> WithJsonSchema:
    return WithJsonSchema({"enum": [choice.value for choice in choices]})


class Direction(StrEnum):
    """Which way a lot goes; a short lot has a quantity below zero."""

    LONG = "long"
    SHORT = "short"


class Subject(StrEnum):
    """What an entry of a list names."""

    SECURITY = "security"
    ISSUER = "issuer"


class Completed(StrEnum):
    """What may be stated to be complete from a day on."""

    LIST = "list"
    HISTORY = "history"
    FLOWS = "flows"
    GROUPS = "groups"


def _signed(raw: object, row: ValidationInfo) -> Fraction:
    """A lot's quantity has the sign of its side, which stands before it in the row."""
    number = exact(raw)
    if isinstance(number, Refusal):
        raise _error(number)
    if not number:
        raise _error(Refusal("a lot of nothing", "leave it out"))
    side = row.data.get("side")
    if side is Direction.LONG and number.numerator < 0:
        raise _error(Refusal(f"`{number_text(number)}` is below zero in a long lot", _SHORT))
    if side is Direction.SHORT and number.numerator > 0:
        raise _error(Refusal(f"`{number_text(number)}` is above zero in a short lot", "write it with a minus sign"))
    return number


_SHORT = "give what is held; for a short position say so in `side`: short"

SignedQuantity = Annotated[Fraction, PlainValidator(_signed), _number("units; below zero for a short lot")]
SideField = Annotated[Side, _one_of(Side), _choice(Side)]
ReliefField = Annotated[Relief, _one_of(Relief), _choice(Relief)]
ElsewhereField = Annotated[Elsewhere, _one_of(Elsewhere), _choice(Elsewhere)]
TaxField = Annotated[TaxKind, _one_of(TaxKind), _choice(TaxKind)]
DirectionField = Annotated[Direction, _one_of(Direction), _choice(Direction)]
SubjectField = Annotated[Subject, _one_of(Subject), _choice(Subject)]
CompletedField = Annotated[Completed, _one_of(Completed), _choice(Completed)]
