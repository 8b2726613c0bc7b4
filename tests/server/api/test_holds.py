"""Holds over HTTP: what is held is not proposed and not approved, for as long as it is held."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from server.auth.roles import Role
from server.running import Service
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.cli.test_visibility import BOOK

WAIT = {"Prefer": "wait=60"}
LATER, LAST = "2098-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
Callers = Callable[..., Caller]
HOME = "hh_smith"


def two() -> dict[str, Any]:
    """The smallest book, with two accounts of one household that hold the same."""
    book = deepcopy(BOOK)
    (trust,) = book["accounts"]
    book["households"] = [{"id": HOME, "name": "Smith"}]
    book["accounts"] = [{**trust, "id": name, "household": HOME} for name in ("trust", "other")]
    book["lots"] += [{**lot, "id": f"{lot['id']}-2", "account": "other"} for lot in book["lots"]]
    return book


@pytest.fixture
def anna(service: Service, caller: Callers) -> Caller:
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    stocked.sealed(service, two())
    return caller("anna", Role.ADVISER)


def held(who: Caller, **more: Any) -> dict[str, Any]:
    made = who("POST", "/v1/holds", json={"household": HOME, "reason": "a divorce", **more})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def asked(who: Caller) -> Any:
    cash = {"raise_cash": {"other": "4000"}}
    return who("POST", "/v1/proposals", json={"intent": cash}, headers=WAIT)


def test_a_held_household_gets_no_proposal_until_the_hold_ends(anna: Caller) -> None:
    hold = held(anna)
    assert hold["state"] == "standing"
    refused = asked(anna)
    assert (refused.status_code, refused.json()["code"]) == (409, "account-held")
    assert hold["id"] in refused.json()["detail"]
    ended = anna("DELETE", f"/v1/holds/{hold['id']}").json()
    assert (ended["state"], ended["ender"]) == ("ended", "anna")
    assert anna("DELETE", f"/v1/holds/{hold['id']}").json() == {**ended, "log": None}
    assert asked(anna).status_code == 201
    assert [each["id"] for each in anna("GET", "/v1/holds").json()["data"]] == [hold["id"]]
    told = [e for e in anna("GET", "/v1/events").json()["events"] if e["type"].startswith("hold.")]
    assert [each["type"] for each in told] == ["hold.placed", "hold.ended"]
    assert all("divorce" not in str(each["data"]) for each in told)


def test_a_hold_to_come_stands_when_its_instant_comes(anna: Caller) -> None:
    assert held(anna, **{"from": LATER, "until": LAST})["state"] == "scheduled"
    assert asked(anna).status_code == 201


def test_what_would_trade_in_a_held_account_is_not_approved(anna: Caller, caller: Callers) -> None:
    proposal = asked(anna).json()
    assert proposal["state"] == "proposed", proposal
    traded = {order["account"] for order in proposal["answer"]["orders"]}
    assert traded
    hold = held(anna, account=min(traded))
    carl, at = caller("carl", Role.COMPLIANCE), f"/v1/proposals/{proposal['id']}/approval"
    version = {"If-Match": f'"r{proposal["version"]}"'}
    assert carl("POST", at, json={}, headers=version).json()["code"] == "account-held"
    anna("DELETE", f"/v1/holds/{hold['id']}")
    assert carl("POST", at, json={}, headers=version).status_code == 200


def test_a_held_account_is_left_alone(anna: Caller) -> None:
    held(anna, account="other")
    found = asked(anna).json()
    assert found["state"] == "refused", "the cash could only come from there"
    free = anna("POST", "/v1/proposals", json={}, headers=WAIT).json()
    assert "other" not in {order["account"] for order in free["answer"].get("orders", ())}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"household": "nobody", "reason": "x"}, "/household"),
        ({"household": HOME, "account": "nobody", "reason": "x"}, "/account"),
        ({"household": HOME, "reason": "x", "until": "2001-01-01T00:00:00Z"}, "/until"),
        ({"household": HOME, "reason": "x", "from": LAST, "until": LATER}, "/until"),
        ({"household": HOME, "reason": "x", "from": "soon"}, "/from"),
        ({"household": HOME, "reason": ""}, "/reason"),
    ],
)
def test_what_cannot_be_held_is_said(anna: Caller, body: dict[str, Any], pointer: str) -> None:
    refused = anna("POST", "/v1/holds", json=body)
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]


def test_a_hold_is_for_those_who_may_see_the_household(anna: Caller, caller: Callers) -> None:
    hold = held(anna)
    otto = caller("otto", Role.ADVISER, households=["elsewhere"])
    assert otto("GET", f"/v1/holds/{hold['id']}").status_code == 404
    assert otto("DELETE", f"/v1/holds/{hold['id']}").status_code == 404
    assert otto("GET", "/v1/holds").json()["data"] == []
    assert otto("POST", "/v1/holds", json={"household": HOME, "reason": "x"}).status_code == 422
