"""Exact numbers as people read them, without ever showing two different numbers as the same one.

A number that stands beside its limit gets as many digits as it takes to tell them apart: 5.0004 % beside a limit of
5 % is never printed as 5.00 %. Anything else is rounded half to even: money to the cent, percentages to the hundredth.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from policy.interval import Interval, Number

MOST_DIGITS = 12
"""Decimals at which we stop telling two numbers apart and say `just over` or `just under`."""

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


def rounded(number: Fraction, digits: int) -> Decimal:
    """Half to even; for showing only."""
    scaled = number * 10**digits
    whole = scaled.numerator // scaled.denominator
    rest = scaled - whole
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2):
        whole += 1
    context = Context(prec=max(len(str(abs(whole))), 1) + digits + 1, rounding=ROUND_HALF_EVEN)
    return Decimal(whole).scaleb(-digits, context)


def plain(number: Fraction, digits: int = 2) -> str:
    """Grouped by thousands, with a true minus sign."""
    shown = f"{rounded(number, digits):,.{digits}f}"
    return f"−{shown[1:]}" if shown.startswith("-") and shown.strip("-0.,") else shown.lstrip("-")


def money(number: Fraction, currency: str = "USD", digits: int = 2) -> str:
    shown = plain(abs(number), digits)
    sign = "−" if number < 0 and shown.strip("0.,") else ""
    return f"{sign}{SIGNS[currency]}{shown}" if currency in SIGNS else f"{sign}{shown} {currency}"


def percent(number: Fraction, digits: int = 2) -> str:
    """A fraction as percent: 1/20 is `5.00%`."""
    return f"{plain(number * 100, digits)}%"


def several(count: int, noun: str) -> str:
    """`1 file`, `2 files`, `no files`."""
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def either(words: Sequence[str]) -> str:
    """`pass`, `pass or warn`, `pass, warn or waived`."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def units(number: Fraction) -> str:
    """Shares and par: whole numbers grouped, others to the thousandth."""
    return plain(number, 0) if number.denominator == 1 else plain(number, 3).rstrip("0").rstrip(".")


def in_unit(number: Fraction, unit: str, digits: int = 2) -> str:
    """A measure in the unit of its leaf: a currency code, `shares`, `count`, `percent`, `score`, …"""
    match unit:
        case "shares" | "count" | "votes":
            return units(number)
        case "percent" | "weight":
            return percent(number, digits)
        case "points²" | "percent²":
            return f"{plain(number * 10_000, digits)}%²"
        case "days":
            return f"{units(number)} days"
        case code if len(code) == 3 and code.isupper():
            return money(number, code, digits)
        case _:
            return plain(number, digits)


def telling_apart(value: Fraction, limit: Fraction, unit: str) -> tuple[str, str]:
    """Both numbers with so many digits that they differ in print exactly when they differ."""
    for digits in range(2, MOST_DIGITS + 1):
        shown, bound = in_unit(value, unit, digits), in_unit(limit, unit, digits)
        if shown != bound or value == limit:
            return shown, in_unit(limit, unit, min(digits, 2)) if _same(limit, unit, digits) else bound
    bound = in_unit(limit, unit)
    return f"just {'over' if value > limit else 'under'} {bound}", bound


def ranged(number: Number, unit: str, digits: int = 2) -> str:
    """A number, or what is known of one."""
    if isinstance(number, Fraction):
        return in_unit(number, unit, digits)
    return _interval(number, unit, digits)


def _interval(number: Interval, unit: str, digits: int) -> str:
    low, high = number.low, number.high
    if low is None and high is None:
        return "unknown"
    if low is None:
        return f"at most {in_unit(high or Fraction(0), unit, digits)}"
    if high is None:
        return "unknown" if low == 0 else f"at least {in_unit(low, unit, digits)}"
    return f"{in_unit(low, unit, digits)} to {in_unit(high, unit, digits)}"


def _same(number: Fraction, unit: str, digits: int) -> bool:
    """Whether two digits say the number as exactly as `digits` do."""
    scale = 100 if unit in ("percent", "weight") else 1
    return rounded(number * scale, 2) == rounded(number * scale, digits)
