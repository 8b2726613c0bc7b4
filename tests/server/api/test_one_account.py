"""A proposal for one account: it alone is traded, while what its household owes is owed by all accounts together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from server.auth.roles import Role
from server.running import Service
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_exports import exported, sheet, totals
from tests.server.api.test_holds import HOME, held, two

Callers = Callable[..., Caller]
WAIT = {"Prefer": "wait=60"}
CASH = """
rule CASH-1 "Cash of the household"
  source "IPS" section "2"
  layer mandate
  applies to each household
  counting market value
  require cash >= 40% of net assets
  missing data counts as unknown
  tested at proposal
  passive breach must be cured by this proposal
  on breach block
end
"""


@pytest.fixture
def anna(service: Service, caller: Callers) -> Caller:
    """Two accounts with 3,000 of cash in 10,000 each: the household lacks 2,000."""
    stocked.ruled(service, {"rules.mandate": stocked.RULES, "cash.mandate": CASH})
    stocked.sealed(service, two())
    return caller("anna", Role.ADVISER)


def asked(who: Caller, path: str = "", **body: Any) -> dict[str, Any]:
    found = who("POST", f"/v1/proposals{path}", json=body, headers=WAIT)
    assert found.status_code == 201, found.text
    return dict(found.json())


def traded(proposal: dict[str, Any]) -> set[str]:
    return {order["account"] for order in proposal["answer"]["orders"]}


def test_it_trades_there_alone_and_its_household_keeps_its_rules(anna: Caller) -> None:
    found = asked(anna, account="trust")
    assert (found["state"], found["household"], found["account"]) == ("proposed", HOME, "trust")
    assert traded(found) == {"trust"}
    sold = sum(Fraction(order["worth"]) for order in found["answer"]["orders"] if order["side"] == "sell")
    bought = sum(Fraction(order["worth"]) for order in found["answer"]["orders"] if order["side"] == "buy")
    assert sold - bought >= 2000, "what the household lacks comes out of this account"
    again = asked(anna, f"/{found['id']}/revisions", intent={"leave_alone": []})
    assert (again["account"], traded(again)) == ("trust", {"trust"})
    both = asked(anna, household=HOME)
    assert (both["account"], both["state"]) == (None, "proposed")
    states = {row["id"]: row["state"] for row in anna("GET", "/v1/proposals").json()["data"]}
    assert (states[found["id"]], states[again["id"]]) == ("superseded", "superseded")


def test_a_hold_elsewhere_is_none_of_its_business(anna: Caller) -> None:
    other = held(anna, account="other")
    assert asked(anna, account="trust")["state"] == "proposed"
    refused = anna("POST", "/v1/proposals", json={"account": "other"})
    assert (refused.status_code, refused.json()["code"]) == (409, "account-held")
    assert other["id"] in refused.json()["detail"]


@pytest.mark.parametrize(
    ("body", "pointer", "help"),
    [
        ({"account": "trsut"}, "/account", "did you mean `trust`?"),
        ({"account": "trust", "household": "hh_jones"}, "/household",
         "leave `household` out: the account says whose it is"),
        ({"account": "trust", "intent": {"raise_cash": {"other": "1"}}}, "/intent/raise_cash", None),
        ({"account": "trust", "intent": {"pins": [{"account": "other", "instrument": "A", "most": "0"}]}},
         "/intent/pins", None),
        ({"account": ""}, "/account", None),
    ],
)  # fmt: skip
def test_what_cannot_be_meant(anna: Caller, body: dict[str, Any], pointer: str, help: str | None) -> None:
    refused = anna("POST", "/v1/proposals", json=body)
    assert refused.status_code == 422, refused.text
    (flaw,) = refused.json()["errors"]
    assert flaw["pointer"] == pointer
    assert help in (None, flaw["help"])


def test_an_account_of_somebody_else_is_not_there(anna: Caller, caller: Callers) -> None:
    otto = caller("otto", Role.ADVISER, households=["elsewhere"])
    mine, unknown = (otto("POST", "/v1/proposals", json={"account": name}).json() for name in ("trust", "nobody"))
    said = {**unknown, "request_id": "", "detail": "", "errors": []}
    assert {**mine, "request_id": "", "detail": "", "errors": []} == said
    assert "trust" not in str(unknown)


def test_an_export_of_an_account_tells_its_proposals_from_its_households(anna: Caller, caller: Callers) -> None:
    """For `trust`: one for itself, two for the household of which one trades in it; none that was for `other` alone."""
    own, others = (asked(anna, account=name) for name in ("trust", "other"))
    wishes = ({"raise_cash": {"trust": "5000"}}, {"leave_alone": ["trust"]})
    here, there = (asked(anna, household=HOME, intent=wish) for wish in wishes)
    assert ("trust" in traded(here), traded(there)) == (True, {"other"})
    today = datetime.now(UTC).date()
    period = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1))}
    found = exported(caller("rex", Role.REGULATOR), account="trust", **period)
    rows = {row["proposal"]: (row["account"], row["trades"]) for row in sheet(found, "csv/proposals")}
    assert rows == {own["id"]: ("trust", "yes"), here["id"]: ("", "yes"), there["id"]: ("", "no")}
    assert {row["account"] for row in sheet(found, "csv/orders")} == {"trust"}
    assert f"bundles/{others['id']}.proof.zip" not in found
    said = totals(found)
    for kind in ("one account", "all accounts, with orders here", "all accounts, without orders here"):
        assert said[f"proposals for {kind}", ""]["total"] == 1
    assert b"PROPOSALS FOR THE ACCOUNT, AND FOR ITS HOUSEHOLD" in found["README.txt"]
