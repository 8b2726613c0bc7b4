"""A proposal asked for again with pins, and what these cost: the two side by side."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from server.auth.roles import Role
from server.running import Service
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_holds import HOME, two

WAIT = {"Prefer": "wait=60"}
Callers = Callable[..., Caller]


@pytest.fixture
def anna(service: Service, caller: Callers) -> Caller:
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    stocked.sealed(service, two())
    return caller("anna", Role.ADVISER)


def asked(who: Caller, path: str = "", **intent: Any) -> dict[str, Any]:
    found = who("POST", f"/v1/proposals{path}", json={"intent": intent}, headers=WAIT)
    assert found.status_code == 201, found.text
    said: dict[str, Any] = found.json()
    return said


def net(proposal: dict[str, Any]) -> dict[tuple[str, str], Fraction]:
    signs = {"buy": 1, "sell": -1}
    return {
        (order["account"], order["instrument"]): signs[order["side"]] * Fraction(order["quantity"])
        for order in proposal["answer"]["orders"]
    }


def test_a_revision_keeps_its_pins_and_the_comparison_says_their_price(anna: Caller) -> None:
    first = asked(anna, raise_cash={"other": "4000"})
    (account, instrument), quantity = max(net(first).items(), key=lambda each: abs(each[1]))
    pin = {"account": account, "instrument": instrument, "least": "0", "most": "0", "reason": "a gift in December"}
    second = asked(anna, f"/{first['id']}/revisions", pins=[pin])
    assert second["revises"] == first["id"]
    assert (second["snapshot"], second["household"]) == (first["snapshot"], first["household"])
    assert second["intent"]["raise_cash"] == {"other": "4000"}
    assert second["intent"]["pins"] == [pin]
    assert (account, instrument) not in net(second)
    said = anna("GET", f"/v1/proposals/{second['id']}/comparison", params={"against": first["id"]}).json()
    assert said["same_rules"]
    assert said["same_data"]
    price = Fraction(second["answer"]["objective"]) - Fraction(first["answer"]["objective"])
    assert Fraction(said["comparison"]["objective"]) == price
    trades = {(each["account"], each["instrument"]): each for each in said["comparison"]["trades"]}
    assert Fraction(trades[account, instrument]["there"]) == quantity
    for at, each in trades.items():
        assert (Fraction(each["here"]), Fraction(each["there"])) == (net(second).get(at, 0), net(first).get(at, 0))


def test_a_later_pin_takes_the_place_of_an_earlier_one(anna: Caller) -> None:
    pins = [{"account": "other", "instrument": name, "most": "0"} for name in "AB"]
    first = asked(anna, pins=pins)
    second = asked(anna, f"/{first['id']}/revisions", pins=[{"account": "other", "instrument": "A", "least": "0"}])
    assert [(pin["instrument"], pin.get("least"), pin.get("most")) for pin in second["intent"]["pins"]] == [
        ("B", None, "0"), ("A", "0", None)
    ]  # fmt: skip
    third = asked(anna, f"/{second['id']}/revisions")
    assert third["intent"] == second["intent"]
    assert asked(anna, f"/{third['id']}/revisions", pins=[])["intent"]["pins"] == second["intent"]["pins"]


@pytest.mark.parametrize("intent", [3, "x", [], {"pins": 3}, {"pins": [3]}, {"pins": [{}]}, {"colour": "red"}])
def test_what_makes_no_sense_is_refused(anna: Caller, intent: Any) -> None:
    first = asked(anna)
    refused = anna("POST", f"/v1/proposals/{first['id']}/revisions", json={"intent": intent})
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["pointer"].startswith("/intent")


def test_others_proposals_are_neither_revised_nor_compared(anna: Caller, caller: Callers) -> None:
    first = asked(anna)
    otto = caller("otto", Role.ADVISER, households=["elsewhere"])
    at = f"/v1/proposals/{first['id']}"
    assert otto("POST", f"{at}/revisions", json={}).status_code == 404
    assert otto("GET", f"{at}/comparison", params={"against": first["id"]}).status_code == 404
    assert anna("GET", f"{at}/comparison", params={"against": "prop_none"}).status_code == 404
    mine = caller("olaf", Role.ADVISER, households=[HOME])
    assert mine("GET", f"{at}/comparison", params={"against": first["id"]}).json()["comparison"]["trades"] == []
