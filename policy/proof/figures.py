"""Exact numbers as people read them: rounded to even, marked where rounding changed them."""

from __future__ import annotations

from fractions import Fraction

from policy.proof.check.ranges import Number


def decimal(number: Fraction, places: int = 2, group: str = ",") -> str:
    """`1,234.50`; rounded half to even."""
    scaled = round(abs(number) * 10**places)
    whole, rest = divmod(scaled, 10**places)
    digits = f"{whole:,}".replace(",", group)
    return ("−" if number < 0 and scaled else "") + digits + (f".{rest:0{places}d}" if places else "")


def amount(number: Number, places: int = 2) -> str:
    """A number, or `low … high` where facts are missing."""
    if isinstance(number, Fraction):
        return decimal(number, places)
    low, high = (None if end is None else decimal(end, places) for end in number)
    return f"{low or '−∞'} … {high or '∞'}"


def plain(number: Fraction, places: int = 6) -> str:
    """For spreadsheets: an ASCII decimal, without groups and without zeros at its end."""
    text = decimal(number, places, "").replace("−", "-")
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(number: int, noun: str) -> str:
    """`1 rule`, `2 rules`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
