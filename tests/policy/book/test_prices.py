"""What a unit is worth, and when nobody knows."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from policy.book.cash import cash, spendable
from policy.book.holding import cost, gain_per_unit, lot_fact
from policy.book.prices import average_volume, median_volume, price_age, quote, rate, unit_value
from policy.interval import Interval
from tests.policy.book.sample import Document, indexed, sample

F = Fraction


def priced(*rows: tuple[str, str, str | None], days: str = "2026-01-30") -> Document:
    """The sample with these prices of ACM alone: (day, price, known)."""
    document = sample()
    document["as_of"] = days
    document["prices"] = [
        {"instrument": "ACM", "day": day, "price": price, **({"known": known} if known else {})}
        for day, price, known in rows
    ]
    return document


def test_worth_in_the_base_currency() -> None:
    facts = indexed()
    worth = {name: unit_value(facts, name) for name in facts.book.instruments}
    assert worth == {
        "ACM": 101,  # the later word on the day
        "ACM.L": F("4.2") * F("1.25"),
        "ETF": 15,
        "T 2.5 2030": F("0.975"),
        "ACM C100": 610,
        "PRIV": None,
    }


@pytest.mark.parametrize(
    ("rows", "price"),
    [
        ([], None),
        ([("2026-01-30", "5", None)], 5),
        ([("2026-01-29", "4", None), ("2026-01-30", "5", None)], 5),
        ([("2026-01-29", "4", None), ("2026-01-30", "5", "2026-02-01")], 4),  # known too late
        ([("2026-01-30", "5", "2026-01-30"), ("2026-01-30", "6", "2026-01-31")], 6),  # the last word
        ([("2026-01-30", "5", None), ("2026-01-30", "6", "2026-01-30")], 6),
        ([("2026-01-30", "0", None)], 0),
    ],
)
def test_the_latest_price_as_known_then(rows: list[tuple[str, str, str | None]], price: int | None) -> None:
    assert unit_value(indexed(priced(*rows)), "ACM") == price


def test_rates_are_dated_and_never_one() -> None:
    facts = indexed()
    assert rate(facts, "USD") == 1
    assert rate(facts, "GBP") == F("1.25")
    assert rate(facts, "GBP", date(2026, 1, 29)) == F("1.3")
    assert rate(facts, "GBP", date(2025, 11, 2)) is None
    assert rate(facts, "EUR") is None


def test_ages() -> None:
    facts = indexed()
    assert price_age(facts, "ACM") == 0
    assert price_age(facts, "ACM.L") == 1
    assert price_age(facts, "PRIV") is None
    assert quote(facts, "PRIV") is None


def test_volumes_need_every_day() -> None:
    facts = indexed()
    assert median_volume(facts, "ACM", 1) == 5100
    assert median_volume(facts, "ACM", 2) == 4550
    assert median_volume(facts, "ACM", 3) == 4000
    assert average_volume(facts, "ACM", 3) == F(12100, 3)
    assert median_volume(facts, "ACM", 4) is None
    assert median_volume(facts, "ETF", 1) is None
    assert average_volume(facts, "ACM", 0) is None


def test_volumes_skip_holidays_and_weekends() -> None:
    document = sample()
    document["as_of"] = document["known_at"] = "2026-01-31"
    document["holidays"] = [{"day": "2026-01-30"}, {"day": "2026-01-28"}]
    assert median_volume(indexed(document), "ACM", 1) == 4000
    document["holidays"] += [{"day": "2026-01-29"}]
    assert median_volume(indexed(document), "ACM", 1) is None


def test_a_window_in_calendar_days_asks_for_the_business_days_in_it() -> None:
    document = sample()
    document["as_of"] = document["known_at"] = "2026-01-31"
    facts = indexed(document)
    assert median_volume(facts, "ACM", 2, business=False) == median_volume(facts, "ACM", 1)
    assert median_volume(facts, "ACM", 30, business=False) is None


# --- cash and lots -----------------------------------------------------------------------------


def test_cash_in_an_unknown_currency_is_anything_of_its_sign() -> None:
    facts = indexed()
    assert cash(facts, "trust") == (F("12000.50"), F("-250.25"))
    assert cash(facts, "ira") == (Interval(F(100), None), F(0))
    assert cash(facts, "away") == (0, 0)
    document = sample()
    document["accounts"][1]["cash"]["EUR"] = {"settled": "-50", "unsettled": "0"}
    assert cash(indexed(document), "ira") == (Interval(None, F(100)), 0)


def test_what_could_be_spent() -> None:
    facts = indexed()
    long = F("150.5") * 101 + 25000 * F("0.975")
    assert spendable(facts, "trust") == F("12000.50") - F("250.25") + long
    assert spendable(facts, "ira") == 100 + F(10, 3) * 15 + 200 * F("5.25")
    assert spendable(facts, "away") == 0


def test_what_lots_cost_and_gained() -> None:
    facts = indexed()
    lots = facts.book.lots
    assert cost(facts, lots["L1"]) == F("8025")
    assert cost(facts, lots["L4"]) == -700
    assert cost(facts, lots["L6"]) == 200 * 3 * F("1.3")
    assert cost(facts, lots["L7"]) is None
    assert gain_per_unit(facts, lots["L1"]) == F("20.75")
    assert gain_per_unit(facts, lots["L4"]) == -260
    assert gain_per_unit(facts, lots["L7"]) is None


@pytest.mark.parametrize(
    ("lot", "words", "fact"),
    [
        ("L1", "acquired", date(2020, 3, 2)),
        ("L1", "days held", F(2160)),
        ("L1", "long term", True),
        ("L1", "below basis", False),
        ("L1", "unrealised gain", F("20.75") / F("80.25")),
        ("L2", "long term", False),
        ("L2", "below basis", True),
        ("L5", "long term", False),  # a year to the day is not more than a year
        ("L7", "acquired", None),
        ("L7", "days held", None),
        ("L7", "long term", None),
        ("L7", "below basis", None),
        ("L7", "unrealised gain", None),
    ],
)
def test_facts_of_lots(lot: str, words: str, fact: object) -> None:
    facts = indexed()
    assert lot_fact(facts, facts.book.lots[lot], words) == fact


def test_what_is_no_fact_of_a_lot_is_our_mistake() -> None:
    facts = indexed()
    with pytest.raises(KeyError, match="no fact of a lot"):
        lot_fact(facts, facts.book.lots["L1"], "sector")
