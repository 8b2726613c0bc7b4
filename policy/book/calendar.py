"""Days: which ones are business days, and windows counted in them.

A business day is a weekday that is not one of the book's holidays. A trailing window of n days ends with the day
it is counted from and includes it; a window ahead of n days starts with that day and reaches n days further.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

DAY = timedelta(days=1)
SATURDAY = 5


def is_business_day(day: date, holidays: Collection[date]) -> bool:
    return day.weekday() < SATURDAY and day not in holidays


def is_stated(first: date, last: date, holidays: Collection[date]) -> bool:
    """Whether the holidays are those of all these years: every business calendar has some in every year, so that a
    year without any was not stated."""
    return set(range(first.year, last.year + 1)) <= {day.year for day in holidays}


def business_days_before(day: date, count: int, holidays: Collection[date]) -> list[date]:
    """The last `count` business days up to and including `day`, latest first."""
    found: list[date] = []
    while len(found) < count and day > date.min:
        if is_business_day(day, holidays):
            found.append(day)
        day -= DAY
    return found


def trailing_start(day: date, count: int, business: bool, holidays: Collection[date]) -> date:
    """The first day of the trailing window of `count` days that ends with `day`."""
    if business:
        days = business_days_before(day, count, holidays)
        return days[-1] if days and len(days) == count else date.min
    return _moved(day, 1 - count)


def ahead_end(day: date, count: int, business: bool, holidays: Collection[date]) -> date:
    """The last day of the window that reaches `count` days beyond `day`."""
    if not business:
        return _moved(day, count)
    while count > 0 and day < date.max:
        day += DAY
        count -= is_business_day(day, holidays)
    return day


def month_ends(first: date, last: date) -> list[date]:
    """The last calendar days of the months that end from `first` to `last`."""
    found: list[date] = []
    end = _month_end(first)
    while end <= last:
        found.append(end)
        if end == date.max:
            break
        end = _month_end(end + DAY)
    return found


def _month_end(day: date) -> date:
    return date.max if (day.year, day.month) == (9999, 12) else _next_month(day) - DAY


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _moved(day: date, count: int) -> date:
    """`count` calendar days later, held within the calendar."""
    return date.fromordinal(min(max(day.toordinal() + count, 1), date.max.toordinal()))
