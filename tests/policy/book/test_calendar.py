"""Business days and windows, at their edges."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.book.calendar import ahead_end, business_days_before, is_business_day, month_ends, trailing_start
from policy.book.facts import Lot
from policy.book.holding import days_held, is_long_term, long_term_from

days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
HOLIDAYS = frozenset({date(2026, 1, 1), date(2026, 1, 19)})


@pytest.mark.parametrize(
    ("day", "open_"),
    [("2026-01-30", True), ("2026-01-31", False), ("2026-02-01", False), ("2026-01-19", False), ("2026-01-20", True)],
)
def test_business_days(day: str, open_: bool) -> None:
    assert is_business_day(date.fromisoformat(day), HOLIDAYS) is open_


@pytest.mark.parametrize(
    ("day", "count", "business", "start"),
    [
        ("2026-01-30", 1, False, "2026-01-30"),
        ("2026-01-30", 30, False, "2026-01-01"),
        ("2026-01-30", 1, True, "2026-01-30"),
        ("2026-01-31", 1, True, "2026-01-30"),  # a Saturday: the window still has one business day
        ("2026-01-20", 2, True, "2026-01-16"),  # over a holiday and a weekend
        ("0001-01-03", 30, False, "0001-01-01"),
        ("0001-01-03", 30, True, "0001-01-01"),
    ],
)
def test_trailing_windows_end_with_their_day(day: str, count: int, business: bool, start: str) -> None:
    assert trailing_start(date.fromisoformat(day), count, business, HOLIDAYS) == date.fromisoformat(start)


@pytest.mark.parametrize(
    ("day", "count", "business", "end"),
    [
        ("2026-01-30", 0, False, "2026-01-30"),
        ("2026-01-30", 90, False, "2026-04-30"),
        ("2026-01-16", 1, True, "2026-01-20"),
        ("2026-01-30", 5, True, "2026-02-06"),
        ("9999-12-30", 30, False, "9999-12-31"),
        ("9999-12-30", 30, True, "9999-12-31"),
    ],
)
def test_windows_ahead(day: str, count: int, business: bool, end: str) -> None:
    assert ahead_end(date.fromisoformat(day), count, business, HOLIDAYS) == date.fromisoformat(end)


@given(days, st.integers(1, 60))
def test_a_window_of_n_business_days_has_n(day: date, count: int) -> None:
    found = business_days_before(day, count, HOLIDAYS)
    assert len(found) == count
    assert all(is_business_day(one, HOLIDAYS) for one in found)
    assert found == sorted(found, reverse=True)
    between = [found[-1] + timedelta(n) for n in range((day - found[-1]).days + 1)]
    assert [one for one in between if is_business_day(one, HOLIDAYS)] == found[::-1]


@given(days, st.integers(0, 800))
def test_month_ends_are_the_days_before_a_first(start: date, length: int) -> None:
    last = start + timedelta(length)
    every = (start + timedelta(n) for n in range(length + 1))
    assert month_ends(start, last) == [day for day in every if (day + timedelta(1)).day == 1]


def test_the_end_of_the_calendar_is_a_month_end() -> None:
    assert month_ends(date(9999, 11, 30), date.max) == [date(9999, 11, 30), date.max]


# --- holding periods ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acquired", "long_from"),
    [
        ("2024-01-15", "2025-01-16"),  # more than a year: not on the anniversary
        ("2023-02-27", "2024-02-28"),
        ("2023-02-28", "2024-03-01"),  # last day of a month: first day of the thirteenth month (Rev. Rul. 66-7)
        ("2024-02-28", "2025-03-01"),
        ("2024-02-29", "2025-03-01"),
        ("2024-12-31", "2026-01-01"),
        ("2024-04-30", "2025-05-01"),
        ("9999-12-31", "9999-12-31"),
    ],
)
def test_long_term_begins_after_more_than_a_year(acquired: str, long_from: str) -> None:
    assert long_term_from(date.fromisoformat(acquired)) == date.fromisoformat(long_from)


@given(days)
def test_long_term_begins_a_year_and_a_day_later(acquired: date) -> None:
    assert 366 <= (long_term_from(acquired) - acquired).days <= 367
    lot = Lot("l", "a", "i", 1, None, acquired)  # type: ignore[arg-type]  # the quantity does not matter
    first = long_term_from(acquired)
    assert is_long_term(lot, first) is True
    assert is_long_term(lot, first - timedelta(1)) is False
    assert days_held(lot, first) == (first - acquired).days


def test_without_a_day_nothing_is_known() -> None:
    lot = Lot("l", "a", "i", 1, None, None)  # type: ignore[arg-type]  # the quantity does not matter
    assert is_long_term(lot, date(2026, 1, 30)) is None
    assert days_held(lot, date(2026, 1, 30)) is None
