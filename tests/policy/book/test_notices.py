"""What a book leaves open is said, and stops nothing."""

from __future__ import annotations

import pytest

from policy.book.notices import notices
from policy.book.problem import text
from tests.policy.book.sample import Document, indexed, sample


def said(document: Document) -> list[str]:
    return [text(notice) for notice in notices(indexed(document))]


def test_what_the_sample_leaves_open() -> None:
    assert [line.split(";")[0] for line in said(sample())] == [
        "/instruments/PRIV: `PRIV` is held and has no price",
        "/rates/EUR: there is no rate from EUR to USD",
        "/accounts/ira: account `ira` does not say what it owes",
        "/accounts/away: account `away` does not say what it owes",
        "/instruments/ETF: the constituents of `ETF` add up to 90%",
        "/lists/falcon: list `falcon` is not stated to be complete",
        "/complete/identical group: 5 of 6 instruments state no identical group",
    ]


def _old_price(document: Document) -> None:
    document["prices"] = [row for row in document["prices"] if row["instrument"] != "ETF"]
    document["prices"].append({"instrument": "ETF", "day": "2026-01-22", "price": "15"})


def _future_knowledge(document: Document) -> None:
    for row in document["prices"]:
        if row["instrument"] == "ETF":
            row["known"] = "2026-02-03"


def _small_issue(document: Document) -> None:
    document["instruments"][0]["facts"]["shares outstanding"] = "150"


def _one_name(document: Document) -> None:
    document["issuers"][2]["name"] = "Acme plc"


def _misspelt(document: Document) -> None:
    document["instruments"][0]["facts"]["asset class"] = "us eqity"


def _short_model(document: Document) -> None:
    document["weights"][0]["weight"] = "0.5"


def _model_of_nothing(document: Document) -> None:
    document["weights"][2]["key"] = "Enregy"


def _lost_account(document: Document) -> None:
    del document["accounts"][2]["household"]


def _paid_flow(document: Document) -> None:
    document["flows"][0]["day"] = "2026-01-02"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_old_price, "the price of `ETF` is 8 days old"),
        (_future_knowledge, "`ETF` is held and has no price"),
        (_small_issue, "150.5 of `ACM` are held, 150 are outstanding"),
        (_one_name, "`ACME-UK` and `FUNDCO` have the same name, `Acme plc`"),
        (_misspelt, "`asset class` is `us eqity`; did you mean `us equity`?"),
        (_short_model, "the weights of model `growth` by security add up to 90%"),
        (_model_of_nothing, "nothing in the book is in sector `Enregy`"),
        (_lost_account, "1 of 3 accounts state no household"),
        (_paid_flow, "a flow of 2026-01-02 lies before the day of the book"),
    ],
)
def test_one_thing_more_is_one_notice_more(change: object, says: str) -> None:
    document = sample()
    change(document)  # type: ignore[operator]  # a change of the document
    (more,) = set(said(document)) - set(said(sample()))
    assert says in more


@pytest.mark.parametrize("level", ["household", "identical group"])
def test_groups_that_are_complete_leave_nothing_open(level: str) -> None:
    document = sample()
    _lost_account(document)
    assert any(line.startswith(f"/complete/{level}:") for line in said(document))
    document["complete"].append({"of": "groups", "id": level, "since": "2026-01-01"})
    assert not any(line.startswith(f"/complete/{level}:") for line in said(document))
