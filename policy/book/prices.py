"""What one unit is worth in the base currency, how old that figure is, and how much of it is traded.

Prices and rates are the latest on or before the day of the book, as known on the day on which the book is known.
A price or a rate that is not there is not known: None, and never 1.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from policy.book.calendar import business_days_before, trailing_start
from policy.book.facts import Book, Instrument, Price, Rate

if TYPE_CHECKING:
    from policy.book.read import Index

ONE = Fraction(1)
Quotes = Mapping[str, Mapping[date, Price]]
Rates = Mapping[str, tuple[tuple[date, ...], tuple[Fraction, ...]]]
"""Of each currency: days in order, and the rate of each."""


def quotes(book: Book) -> Quotes:
    """By instrument and day; of several versions of a day's price the one known last."""
    found: dict[str, dict[date, Price]] = {}
    for price in book.prices:
        if price.day > book.as_of or (price.known is not None and price.known > book.known_at):
            continue
        days = found.setdefault(price.instrument, {})
        before = days.get(price.day)
        if before is None or _version(price) > _version(before):
            days[price.day] = price
    return found


def _version(price: Price) -> date:
    return price.known or date.min


def rates(book: Book) -> Rates:
    by_currency: dict[str, list[Rate]] = {}
    for rate in book.rates:
        if rate.day <= book.as_of:
            by_currency.setdefault(rate.currency, []).append(rate)
    ordered = {currency: sorted(found, key=lambda rate: rate.day) for currency, found in by_currency.items()}
    return {c: (tuple(r.day for r in found), tuple(r.rate for r in found)) for c, found in ordered.items()}


def quote(index: Index, instrument: str) -> Price | None:
    """The latest price, in the instrument's own currency and quotation."""
    days = index.quotes.get(instrument)
    return days[max(days)] if days else None


def rate(index: Index, currency: str, day: date | None = None) -> Fraction | None:
    """Base currency for one unit of `currency`, on the day of the book unless said; exactly 1 for the base itself."""
    if currency == index.book.currency:
        return ONE
    days, found = index.rates.get(currency, ((), ()))
    at = bisect_right(days, day or index.book.as_of)
    return found[at - 1] if at else None


def money(index: Index, instrument: Instrument, price: Fraction, day: date | None = None) -> Fraction | None:
    """What one unit costs in the base currency at a price in the instrument's quotation."""
    exchange = rate(index, instrument.currency, day)
    return None if exchange is None else price * instrument.multiplier * exchange


def unit_value(index: Index, instrument: str) -> Fraction | None:
    """Base currency for one unit; None where the price or the rate is missing."""
    return index.unit_values.get(instrument)


def unit_values(index: Index) -> dict[str, Fraction]:
    """Of every instrument whose value is known."""
    found = {}
    for name, instrument in index.book.instruments.items():
        latest = quote(index, name)
        worth = None if latest is None else money(index, instrument, latest.price)
        if worth is not None:
            found[name] = worth
    return found


def price_age(index: Index, instrument: str) -> int | None:
    """Calendar days from the price's day to the day of the book."""
    latest = quote(index, instrument)
    return None if latest is None else (index.book.as_of - latest.day).days


def median_volume(index: Index, instrument: str, days: int, business: bool = True) -> Fraction | None:
    """Median of the units traded a day over the trailing `days`; the mean of the middle two for an even number. None
    unless every business day among them has a volume."""
    volumes = sorted(_volumes(index, instrument, days, business))
    middle = len(volumes) // 2
    return (volumes[middle] + volumes[~middle]) / 2 if volumes else None


def average_volume(index: Index, instrument: str, days: int, business: bool = True) -> Fraction | None:
    """Mean of the units traded a day over the trailing `days`; None unless every business day among them has a
    volume."""
    volumes = _volumes(index, instrument, days, business)
    return sum(volumes, Fraction(0)) / len(volumes) if volumes else None


def _volumes(index: Index, instrument: str, days: int, business: bool) -> list[Fraction]:
    """Of each business day of the window; none where one is missing."""
    traded = index.quotes.get(instrument, {})
    today, holidays = index.book.as_of, index.book.holidays
    start = trailing_start(today, days, business, holidays)
    wanted = [day for day in business_days_before(today, days, holidays) if day >= start]
    known = [traded[day].volume for day in wanted if day in traded]
    found = [volume for volume in known if volume is not None]
    return found if len(found) == len(wanted) else []
