"""Exact numbers as people read them: rounded to even, marked where rounding changed them."""

from __future__ import annotations

from fractions import Fraction

from policy.proof.check.ranges import Number


def decimal(number: Fraction, places: int = 2, group: str = ",") -> str:
    """`1,234.50`; rounded half to even."""
    above, below = number.as_integer_ratio()
    scaled, rest = divmod(abs(above) * 10**places, below)
    scaled += 2 * rest > below or (2 * rest == below and scaled % 2)
    whole, digits = divmod(scaled, 10**places)
    text = f"{whole:{group}}" + (f".{digits:0{places}d}" if places else "")
    return f"−{text}" if above < 0 and scaled else text


def amount(number: Number, places: int = 2) -> str:
    """A number, or `low … high` where facts are missing."""
    if not isinstance(number, tuple):
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
