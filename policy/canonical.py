"""One byte form, one hash and one text per exact number, for everything that is hashed, signed or logged.

The byte form is RFC 8785 (JSON Canonicalization Scheme) within a profile in which two correct encoders cannot
differ: no floats, integers within ±(2^53 − 1), member names in ASCII, no lone surrogates. Strings are not
normalised: a hash states what a vendor sent, and two spellings are two strings. Whoever needs order or names
beyond ASCII as keys writes an array of pairs.

Reading is as strict as writing: duplicate names and every text that is not its own canonical form are refused,
so that no two readers can see two values in one file.

A rational is written `n` or `n/d` in lowest terms, d > 1, and is read in no other spelling.
"""

from __future__ import annotations

import hashlib
import json
import re
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from types import NoneType
from typing import Any

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

LARGEST = 2**53 - 1  # the largest integer that every JSON reader keeps exactly (RFC 7493, 2.2)
LONGEST = 4_000  # characters of a rational; beyond it a text is an attack, not a number
DEPTH = 200  # of nested arrays and objects

_RATIONAL = re.compile(r"(0|-?[1-9][0-9]*)(?:/([2-9]|[1-9][0-9]+))?", re.ASCII)


class CanonicalError(ValueError):
    """A value or a text outside the profile; the message says which and where it can."""


_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), sort_keys=True)

# --- bytes -------------------------------------------------------------------------------------


def encode(value: Json) -> bytes:
    """The canonical bytes of a value; CanonicalError where the profile has no form for it."""
    _inspect(value)
    text = _ENCODER.encode(value)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise CanonicalError("a string contains a lone surrogate") from None


def decode(data: bytes) -> Json:
    """The value of canonical bytes; CanonicalError for any other bytes, even of the same value."""
    try:
        value: Json = json.loads(data.decode("utf-8"))
        if encode(value) == data:  # duplicates, escapes, spaces and order: none of them survives both ways
            return value
    except (ValueError, RecursionError):
        pass
    raise CanonicalError(_fault(data))


def digest(data: bytes) -> str:
    """SHA-256, lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def content_hash(value: Json) -> str:
    """SHA-256 of the canonical bytes, lower-case hex."""
    return digest(encode(value))


# --- rationals ---------------------------------------------------------------------------------


def rational_text(number: Fraction) -> str:
    """`n` or `n/d` in lowest terms."""
    return str(number)


def rational(text: object) -> Fraction:
    """The number of its one text; CanonicalError for every other spelling ("1.5", "2/4", "+1", "-0", "01")."""
    if not isinstance(text, str):
        raise CanonicalError(f"expected a rational as a string, found {type(text).__name__}")
    return _number(text)


@lru_cache(maxsize=2**14)  # the same few thousand prices and limits, again and again
def _number(text: str) -> Fraction:
    if len(text) > LONGEST:
        raise CanonicalError(f"a rational has more than {LONGEST} characters")
    match = _RATIONAL.fullmatch(text)
    if match is None:
        raise CanonicalError(f"`{text}` is not a rational of the form `n` or `n/d`")
    above, below = match.groups()
    if below is None:
        return Fraction(int(above))
    number = Fraction(int(above), denominator := int(below))
    if number.denominator != denominator:
        raise CanonicalError(f"`{text}` is not in lowest terms")
    return number


# --- the profile -------------------------------------------------------------------------------

_KINDS = {NoneType, bool, int, str, list, dict}  # not tuple, not float, no subclass of these


def _inspect(value: object) -> None:
    """CanonicalError unless the value is made of the profile's types alone, level by level."""
    level: list[Any] = [value]
    for _ in range(DEPTH):
        kinds = set(map(type, level))
        for odd in kinds - _KINDS:
            raise CanonicalError(f"a value of type {odd.__name__} has no canonical form")
        for number in (item for item in level if type(item) is int and abs(item) > LARGEST) if int in kinds else ():
            raise CanonicalError(f"the integer {number} is beyond ±(2^53 − 1); write it as a string")
        objects = [item for item in level if type(item) is dict]
        for name in set().union(*objects):
            if type(name) is not str or not name.isascii():
                raise CanonicalError(f"the member name {name!r} is not ASCII text")
        inner = [item.values() for item in objects] + [item for item in level if type(item) is list]
        level = list(chain.from_iterable(inner))
        if not level:
            return
    raise CanonicalError(f"nested more than {DEPTH} deep")


def _fault(data: bytes) -> str:
    """What is wrong with bytes that are not canonical: read again, slowly, for the sentence."""
    try:
        json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_members,
            parse_float=_no_float,
            parse_constant=_no_float,
            parse_int=_integer,
        )
        encode(json.loads(data))
    except UnicodeDecodeError:
        return "not UTF-8"
    except json.JSONDecodeError as error:
        return f"not JSON: {error.msg} at character {error.pos}"
    except RecursionError:
        return f"nested more than {DEPTH} deep"
    except CanonicalError as error:
        return str(error)
    return "not in canonical form: spaces, order of names, escapes or spelling differ"


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]  # add returns None: falsy
        raise CanonicalError(f"the member `{twice}` appears twice")
    return members


def _no_float(text: str) -> Json:
    raise CanonicalError(f"`{text}` is a float; exact numbers are written as strings")


def _integer(text: str) -> int:
    if len(text) > len(str(-LARGEST)):
        raise CanonicalError("an integer is beyond ±(2^53 − 1); write it as a string")
    return int(text)
