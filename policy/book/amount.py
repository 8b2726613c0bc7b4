"""The one door through which numbers come in, and the one through which they go out as text.

In come `str` and `int`; out comes a Fraction, exact. A float is refused whatever its value: it was rounded before
we saw it. So is every text with two readings: `1,234` is a thousand here and one and a bit elsewhere.

    1234.5   -0.25   1,234,567.89   1e6   10/3        numbers
    5%   0.25%   1/20                                 percentages, which become fractions: 5% is 1/20
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

LENGTH = 250  # characters; beyond it a text is an attack, not a number
WHOLE = 30  # digits before the point
DECIMALS = 30  # digits after it
RATIO = 120  # digits above and below the bar of a ratio
EXPONENT = 30  # the largest power of ten either way

_DECIMAL = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+\.[0-9]+|(?:,[0-9]{3}){2,})")
_RATIO = re.compile(r"([+-]?[0-9]+)/([0-9]+)")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a value was not taken, and what to write instead; both are parts of one sentence."""

    what: str
    do: str


@dataclass(frozen=True, slots=True)
class Bare:
    """A number that stood in a JSON text without quotes and is no plain integer: `1.5`, `NaN`, 400 digits."""

    text: str


def exact(raw: object) -> Fraction | Refusal:
    """The number that a text or an int stands for."""
    if isinstance(raw, str):
        return _number(raw.strip(" \t"))
    if isinstance(raw, int) and not isinstance(raw, bool):
        return Fraction(raw) if abs(raw) < 10**WHOLE else Refusal("the number is too large", _SIZE)
    if isinstance(raw, Bare):
        return Refusal(f"`{short(raw.text)}` is a number without quotes", _QUOTES)
    return Refusal(f"{kind(raw)} is not an exact number", _QUOTES)


def percentage(raw: object) -> Fraction | Refusal:
    """A percentage as a fraction. The sign is part of the number: `5` could be meant as 5 % or as 500 %, and so
    could `0.5`; a ratio `1/20` has one reading."""
    if not isinstance(raw, str):
        plain = exact(raw)
        return Refusal(f"`{raw}` has no percent sign", _PERCENT) if isinstance(plain, Fraction) and plain else plain
    text = raw.strip(" \t")
    if text.endswith("%"):
        number = _number(text[:-1].rstrip(" \t"))
        return number / 100 if isinstance(number, Fraction) else number
    number = _number(text)
    if isinstance(number, Fraction) and number != 0 and "/" not in text:
        return Refusal(f"`{short(text)}` has no percent sign", _PERCENT)
    return number


def share(raw: object) -> Fraction | Refusal:
    """A weight, spread or other field that is documented as a fraction: `0.05`, or `5%`."""
    return percentage(raw) if isinstance(raw, str) and raw.rstrip(" \t").endswith("%") else exact(raw)


def number_text(number: Fraction) -> str:
    """The shortest exact text that `exact` reads back: `12.5`, and `10/3` where decimals do not end
    in time."""
    return _lowest(number.numerator, number.denominator)


def ratio_text(above: int, below: int) -> str:
    """`number_text` of `above / below`, where `below` is positive."""
    common = gcd(above, below)
    return _lowest(above // common, below // common)


def _lowest(above: int, below: int) -> str:
    """Of a ratio in lowest terms."""
    if below == 1:
        return str(above)
    places = _places(below)
    if places is None or places > DECIMALS:
        return f"{above}/{below}"
    digits = str(abs(above) * 10**places // below).rjust(places + 1, "0")
    return f"{'-' if above < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def percent_text(number: Fraction) -> str:
    """A fraction as the percentage that `percentage` reads back: `5%`, and `1/3` where decimals do not end."""
    text = number_text(number * 100)
    return str(number) if "/" in text else f"{text}%"


def kind(raw: object) -> str:
    """What JSON calls the value, with its article."""
    names = {bool: "a truth value", dict: "an object", list: "a list", type(None): "null", str: "a text"}
    return names.get(type(raw), "a number")


_QUOTES = 'write the exact number in quotes, such as "12.50"'
_PERCENT = "write 5% for five percent"
_SIZE = f"numbers have at most {WHOLE} digits before the point and {DECIMALS} after it"


def _number(text: str) -> Fraction | Refusal:
    if len(text) > LENGTH:
        return Refusal(f"a number of {len(text)} characters", _SIZE)
    if "," in text and _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    found = _DECIMAL.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return _ratio(text)
    sign, whole, decimals, exponent = found[1], found[2], found[3] or "", int(found[4] or 0)
    if abs(exponent) > EXPONENT or len(whole.lstrip("0")) > WHOLE or len(decimals) > DECIMALS:
        return Refusal(f"`{short(text)}` is beyond all sense of money", _SIZE)
    number = Fraction(int(whole + decimals), 10 ** len(decimals)) if decimals else Fraction(int(whole))
    if exponent:
        number *= Fraction(10) ** exponent
    return -number if sign == "-" else number


def _ratio(text: str) -> Fraction | Refusal:
    found = _RATIO.fullmatch(text)
    if found is None:
        return Refusal(*_reason(text))
    above, below = found[1], found[2]
    if len(above) > RATIO or len(below) > RATIO:
        return Refusal(f"`{short(text)}` has too many digits", f"a ratio has at most {RATIO} digits above and below")
    if not int(below):
        return Refusal(f"`{text}` divides by zero", "leave the value out where it is not known")
    return Fraction(int(above), int(below))


def _reason(text: str) -> tuple[str, str]:
    """What is wrong with a text that is no number, as exactly as it can be told."""
    shown = f"`{short(text)}`"
    if not text:
        return "the number is empty", "leave the value out where it is not known"
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity", "null", "none", "n/a", "na", "-", "#n/a"):
        return f"{shown} is not a number", "leave the value out where it is not known"
    if text.endswith("%"):
        return f"{shown} is a percentage", "write a plain number here"
    if re.fullmatch(r"[+-]?[0-9]{1,3},[0-9]{3}", text):
        return f"{shown} could be {text.replace(',', '')} or {text.replace(',', '.')}", "write it without the comma"
    if re.fullmatch(r"[+-]?[0-9.' ]*,[0-9]+", text):
        return f"{shown} has a decimal comma", "write a decimal point and no separators"
    if re.fullmatch(r"\([0-9.,]+\)", text):
        return f"{shown} is in brackets", "write negative numbers with a minus sign"
    if re.search(r"[$€£¥]", text) or re.fullmatch(r"[A-Z]{3} ?[0-9.,]+", text):
        return f"{shown} names a currency", "write the number alone; the currency has its own field"
    if not text.isascii():
        return f"{shown} has characters that are not plain digits", "write digits 0-9, a point and a plain minus sign"
    return f"{shown} is not a number", "write digits and a decimal point, such as 1234.50"


def _places(below: int) -> int | None:
    """Digits after the point that a fraction with this denominator needs; None where they never end."""
    twos = (below & -below).bit_length() - 1
    rest, fives = below >> twos, 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def short(text: str) -> str:
    """A word of the user's as it is shown back: at most 40 characters of it."""
    return text if len(text) <= 40 else f"{text[:37]}…"
