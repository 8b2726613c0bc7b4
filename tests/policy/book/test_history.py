"""Windows over trades, flows and balances; what is incomplete is open above."""

from __future__ import annotations

from fractions import Fraction

import pytest

from policy.book.history import (
    average_net_assets,
    loss_sales,
    purchases,
    recent_purchases,
    sales,
    withdrawals_due,
)
from policy.book.models import index_weight, target_weight
from policy.interval import NOT_NEGATIVE, Interval
from tests.policy.book.sample import Document, indexed, sample

F = Fraction
BOTH = ("trust", "ira")


def traded(*rows: tuple[str, str, str, str, str | None], since: str = "2025-01-01") -> Document:
    """The sample with this history: (account, side, instrument, day, gain), 10 units at 50 each."""
    document = sample()
    document["history"] = [
        {"account": a, "side": side, "instrument": i, "day": day, "quantity": "10", "price": "50", "gain": gain}
        for a, side, i, day, gain in rows
    ]
    document["complete"] = [{"of": "history", "id": account, "since": since} for account in ("trust", "ira", "away")]
    return document


def test_turnover_over_a_window() -> None:
    document = traded(
        ("trust", "buy", "ACM", "2026-01-30", None),
        ("trust", "buy", "ACM", "2026-01-01", None),
        ("trust", "cover", "ACM", "2026-01-20", None),
        ("trust", "sell", "ACM", "2026-01-20", None),
        ("trust", "short", "ACM", "2026-01-20", None),
        ("ira", "buy", "ACM", "2026-01-20", None),
    )
    facts = indexed(document)
    assert purchases(facts, ["trust"], 30) == 1500
    assert purchases(facts, ["trust"], 29) == 1000
    assert purchases(facts, ["trust"], 1) == 500
    assert purchases(facts, BOTH, 30) == 2000
    assert sales(facts, ["trust"], 30) == 1000
    assert sales(facts, ["away"], 30) == 0


def test_an_incomplete_history_is_open_above() -> None:
    row = ("trust", "buy", "ACM", "2026-01-20", None)
    facts = indexed(traded(row, since="2026-01-02"))
    assert purchases(facts, ["trust"], 29) == 500
    assert purchases(facts, ["trust"], 30) == Interval(F(500), None)
    document = traded(row)
    document["complete"] = document["complete"][:1]
    assert purchases(indexed(document), BOTH, 30) == Interval(F(500), None)


def test_money_of_another_currency_at_the_rate_of_its_day() -> None:
    rows = [("ira", "buy", "ACM.L", "2026-01-20", None)]
    assert purchases(indexed(traded(*rows)), ["ira"], 30) == 10 * 50 * F("1.3")
    document = traded(*rows)
    document["rates"] = document["rates"][:1]
    assert purchases(indexed(document), ["ira"], 30) == Interval(F(0), None)


@pytest.mark.parametrize(
    ("row", "sure", "perhaps"),
    [
        (("trust", "sell", "ACM", "2026-01-30", "-1"), 1, 0),
        (("trust", "sell", "ACM", "2025-12-31", "-1"), 1, 0),  # 30 days back
        (("trust", "sell", "ACM", "2025-12-30", "-1"), 0, 0),  # 31
        (("trust", "sell", "ACM", "2026-01-30", "0"), 0, 0),
        (("trust", "sell", "ACM", "2026-01-30", None), 0, 1),
        (("trust", "sell", "ETF", "2026-01-30", "-1"), 0, 0),
        (("trust", "buy", "ACM", "2026-01-30", "-1"), 0, 0),
        (("ira", "sell", "ACM", "2026-01-30", "-1"), 1, 0),  # anyone in the scope
        (("away", "sell", "ACM", "2026-01-30", "-1"), 0, 0),
    ],
)
def test_loss_sales_in_the_window_of_wash_sales(
    row: tuple[str, str, str, str, str | None], sure: int, perhaps: int
) -> None:
    found = loss_sales(indexed(traded(row)), BOTH, ["ACM"], 30)
    assert (len(found.trades), len(found.perhaps), found.complete) == (sure, perhaps, True)


def test_substantially_identical_securities_count() -> None:
    facts = indexed(traded(("ira", "sell", "ETF", "2026-01-30", "-1"), ("ira", "buy", "ETF", "2026-01-29", None)))
    assert len(loss_sales(facts, BOTH, ["ACM", "ETF"], 30).trades) == 1
    assert len(recent_purchases(facts, BOTH, ["ACM", "ETF"], 30).trades) == 1
    assert not loss_sales(facts, BOTH, ["ACM.L"], 30).trades


def test_a_history_that_starts_in_the_window_is_not_complete() -> None:
    assert loss_sales(indexed(traded(since="2025-12-31")), BOTH, ["ACM"], 30).complete
    assert not loss_sales(indexed(traded(since="2026-01-01")), BOTH, ["ACM"], 30).complete
    assert not recent_purchases(indexed(), BOTH, ["ACM"], 30).complete  # nothing is said of the IRA


def test_withdrawals_due() -> None:
    document = sample()
    rows = [("2026-01-29", "1"), ("2026-01-30", "10"), ("2026-02-02", "100"), ("2026-02-03", "-30")]
    document["flows"] = [{"account": "trust", "day": day, "amount": amount} for day, amount in rows]
    assert withdrawals_due(indexed(document), BOTH, 90) == NOT_NEGATIVE
    document["complete"] += [{"of": "flows", "id": name, "since": "2026-01-30"} for name in BOTH]
    facts = indexed(document)
    assert [withdrawals_due(facts, BOTH, days) for days in (0, 2, 3, 4)] == [10, 10, 110, 80]
    assert withdrawals_due(facts, BOTH, 1, True) == 110
    assert withdrawals_due(facts, ["ira"], 90) == 0
    document["flows"][3]["amount"] = "-3000"
    assert withdrawals_due(indexed(document), BOTH, 90) == 0


def test_average_net_assets_of_month_ends() -> None:
    document = sample()
    rows = [("trust", "2025-11-28", "90"), ("trust", "2025-12-15", "1"), ("trust", "2025-12-31", "110"),
            ("ira", "2025-11-30", "10"), ("ira", "2025-12-31", "10")]  # fmt: skip
    document["balances"] = [{"account": a, "day": day, "amount": amount} for a, day, amount in rows]
    facts = indexed(document)
    assert average_net_assets(facts, ["trust"], 62) == 100  # from 30 November
    assert average_net_assets(facts, BOTH, 62) == 110
    assert average_net_assets(facts, ["trust"], 61) == 110  # from 1 December
    assert average_net_assets(facts, ["trust"], 93) is None  # no balance in October
    assert average_net_assets(facts, ["trust"], 30) is None  # no month ended
    assert average_net_assets(facts, ["away"], 62) is None


# --- models ------------------------------------------------------------------------------------


def test_weights_as_stated_or_added_up() -> None:
    facts = indexed()
    assert target_weight(facts, "trust", "security", "ACM") == F("0.6")
    assert target_weight(facts, "trust", "security", "ACM.L") == 0
    assert target_weight(facts, "trust", "issuer", "ACME") == F("0.6")
    assert target_weight(facts, "trust", "issuer", "FUNDCO") == F("0.4")
    assert target_weight(facts, "trust", "sector", "Energy") is None  # of ETF nobody knows the sector
    assert target_weight(facts, "ira", "security", "ACM") is None  # no model
    assert index_weight(facts, "trust", "sector", "Energy") == 1
    assert index_weight(facts, "trust", "sector", "Health") == 0
    assert index_weight(facts, "trust", "security", "ACM") is None  # the index speaks of sectors alone
