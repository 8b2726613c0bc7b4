"""Runs over HTTP: asked for, followed, paused, cancelled; and everything that is refused on the way."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest

from server.auth.roles import Role
from server.flow.driving import driving
from server.running import Service
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.firm import firm

Callers = Callable[..., Caller]
SOON = 60  # seconds


@pytest.fixture
def driven(service: Service) -> Iterator[None]:
    with driving(service):
        yield


@pytest.fixture
def stock(service: Service) -> str:
    """The id of a snapshot of six households."""
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    return stocked.sealed(service, firm(6))


def run(who: Caller, **body: Any) -> dict[str, Any]:
    found = who("POST", "/v1/runs", json=body)
    assert found.status_code == 202, found.text
    return dict(found.json())


def led(who: Caller, place: str, verb: str) -> tuple[int, str]:
    headers = {"If-Match": who("GET", place).headers["etag"]}
    found = who("POST", f"{place}/{verb}", json={"reason": "a test"}, headers=headers)
    return found.status_code, found.json().get("code") or found.json()["state"]


def until(who: Caller, place: str, state: str) -> dict[str, Any]:
    end = time.monotonic() + SOON
    while (found := who("GET", place).json())["state"] != state:
        assert time.monotonic() < end, found
        time.sleep(0.1)
    return dict(found)


def test_a_run_gives_each_household_its_proposal(caller: Callers, stock: str, driven: None) -> None:
    anna, carl = caller("anna", Role.ADVISER), caller("carl", Role.COMPLIANCE)
    asked = run(anna)
    assert (asked["state"], asked["total"], asked["log"]["stream"]) == ("planned", 6, asked["id"])
    place = f"/v1/runs/{asked['id']}"
    done = until(anna, place, "finished")
    assert done["progress"]["states"] == {"proposed": 6}
    assert (done["progress"]["settled"], done["allows"]) == (6, [])
    first, rest = (anna("GET", f"{place}/items", params={"begin": at, "limit": 4}).json() for at in (0, 4))
    assert (first["next"], rest["next"]) == (4, None)
    items = first["data"] + rest["data"]
    assert [(item["number"], item["household"]) for item in items] == [(n, f"h{n}") for n in range(6)]
    assert {item["state"] for item in items} == {"proposed"}
    assert all(item["statement"] for item in items)
    one = f"/v1/proposals/{items[0]['proposal']}"
    headers = {"If-Match": carl("GET", one).headers["etag"]}
    assert carl("POST", f"{one}/rejection", json={"reason": "no"}, headers=headers).status_code == 200
    assert anna("GET", place).json()["progress"]["states"] == {"proposed": 5, "rejected": 1}
    assert anna("GET", "/v1/runs").json()["data"][0]["id"] == asked["id"]
    stream = anna("GET", f"{place}/progress").text
    assert '"settled":6' in stream
    types = [each["type"] for each in carl("GET", "/v1/events?limit=1000").json()["events"]]
    assert [type for type in types if type.startswith("run.")] == ["run.planned", "run.finished"]


def test_it_is_for_the_households_that_are_named(caller: Callers, stock: str, driven: None) -> None:
    anna = caller("anna", Role.ADVISER)
    place = f"/v1/runs/{run(anna, households=['h4', 'h1'])['id']}"
    assert until(anna, place, "finished")["total"] == 2
    found = anna("GET", f"{place}/items").json()["data"]
    assert [item["household"] for item in found] == ["h4", "h1"]


def test_it_passes_over_whose_verdict_is_not_meant(service: Service, caller: Callers, driven: None) -> None:
    """One household has a company at half of what it has, which the rules call a breach."""
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    whole = firm(3)
    lots = [{**lot, "quantity": "900"} if lot["id"] == "h1-LA" else lot for lot in whole["lots"]]
    stocked.sealed(service, {**whole, "lots": lots})
    anna = caller("anna", Role.ADVISER)
    place = f"/v1/runs/{run(anna, outcomes=['block', 'unknown', 'warn'])['id']}"
    done = until(anna, place, "finished")["progress"]
    assert (done["total"], done["settled"], done["states"]["passed over"]) == (3, 3, 2)
    items = anna("GET", f"{place}/items").json()["data"]
    assert [item["household"] for item in items if item["proposal"]] == ["h1"]
    assert anna("POST", "/v1/runs", json={"outcomes": ["bad"]}).json()["code"] == "invalid"


def test_it_chooses_by_drift_and_by_cash_and_says_why(service: Service, caller: Callers, driven: None) -> None:
    """h0 is as the firm has it, h1 has a company at half, of h2 one holding has no price, and h3 has no model."""
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    whole = firm(4)
    odd = {"h1-LA": {"quantity": "900"}}
    unmodelled = [{**a, "model": None} if a["household"] == "h3" else a for a in whole["accounts"]]
    lots = [{**lot, **odd.get(lot["id"], {})} for lot in whole["lots"]]
    lots.append({"id": "h2-LZ", "account": "h2-trust", "instrument": "Z", "quantity": "1", "basis": "1"})
    new = {"id": "Z", "name": "Share Z", "issuer": "XA", "currency": "USD"}
    changed = {"accounts": unmodelled, "lots": lots, "instruments": [*whole["instruments"], new]}
    stocked.sealed(service, {**whole, **changed})
    anna = caller("anna", Role.ADVISER)
    place = f"/v1/runs/{run(anna, drift_over='0.2', cash_over='100000')['id']}"
    assert until(anna, place, "finished")["chosen"]["drift_over"] == "0.2"
    found = {item["household"]: item for item in anna("GET", f"{place}/items").json()["data"]}
    drift, cash = ({home: item["why"][nth] for home, item in found.items()} for nth in (0, 1))
    assert [drift[home]["met"] for home in found] == [False, True, None, False]
    assert drift["h1"]["where"] == "account h1-trust, security Share A"
    assert Fraction(drift["h1"]["found"]) > Fraction(1, 5) >= Fraction(drift["h0"]["found"])
    assert (drift["h2"]["found"], drift["h2"]["missing"]) == (None, ["price of Z"])
    assert drift["h3"]["where"] == "no account that can be traded has a model"
    assert {each["met"] for each in cash.values()} == {False}
    assert {item["state"] for item in found.values()} == {"passed over"}, "both are asked for"
    again = f"/v1/runs/{run(anna, drift_over='0.2')['id']}"
    until(anna, again, "finished")
    assert [item["household"] for item in anna("GET", f"{again}/items").json()["data"] if item["proposal"]] == [
        "h1",
        "h2",
    ]
    held = anna("POST", "/v1/holds", json={"household": "h1", "reason": "a divorce"}).json()["id"]
    last = f"/v1/runs/{run(anna, drift_over='0.2', households=['h1'])['id']}"
    until(anna, last, "finished")
    (item,) = anna("GET", f"{last}/items").json()["data"]
    assert [(why["by"], why["met"], why["found"]) for why in item["why"]][1:] == [("hold", False, held)]


def test_it_is_paused_resumed_and_cancelled(caller: Callers, stock: str) -> None:
    """Nobody drives it, so that nothing changes by itself."""
    anna = caller("anna", Role.ADVISER)
    place = f"/v1/runs/{run(anna)['id']}"
    assert led(anna, place, "resumption") == (409, "state-conflict")
    assert led(anna, place, "pause") == (200, "paused")
    assert led(anna, place, "resumption") == (200, "running")
    assert anna("POST", f"{place}/pause", json={}).json()["code"] == "if-match-needed"
    assert anna("POST", f"{place}/pause", json={}, headers={"If-Match": '"r1"'}).json()["code"] == "version-old"
    assert led(anna, place, "cancellation") == (200, "cancelled")
    assert led(anna, place, "cancellation") == (409, "state-conflict")
    found = anna("GET", place).json()
    assert (found["progress"]["states"], found["progress"]["settled"]) == ({"cancelled": 6}, 6)
    assert (found["allows"], found["reason"]) == ([], "a test")
    assert {item["state"] for item in anna("GET", f"{place}/items").json()["data"]} == {"cancelled"}


def test_what_cannot_be_asked(service: Service, caller: Callers) -> None:
    anna = caller("anna", Role.ADVISER)

    def refusal(**body: Any) -> tuple[int, str, str | None]:
        found = anna("POST", "/v1/runs", json=body)
        errors = found.json().get("errors") or [{"pointer": None}]
        return found.status_code, found.json().get("code"), errors[0]["pointer"]

    assert refusal() == (422, "rule-book-not-active", None)
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    assert refusal() == (422, "no-snapshot", None)
    stocked.sealed(service, firm(2))
    assert refusal(rulebook="rb_nix")[1] == "rule-book-not-active"
    assert refusal(snapshot="snap_nix")[1:] == ("invalid", "/snapshot")
    assert refusal(households=[])[1:] == ("invalid", "/households")
    assert refusal(households=["h0", "h9"])[1:] == ("invalid", "/households/1")
    assert refusal(households=["h0", "h0"])[1:] == ("invalid", "/households/1")
    assert refusal(intent={"turnover": 1.5})[1:] == ("invalid", "/intent/turnover")
    assert refusal(intent={"raise_cash": {"h0-trust": "5"}})[1] == "invalid", "it is for all of them"
    assert refusal(expires="2020-01-01T00:00:00Z")[1:] == ("invalid", "/expires")
    assert refusal(drift_over="5%")[1:] == ("invalid", "/drift_over")
    assert refusal(drift_over="1.5")[1:] == ("invalid", "/drift_over")
    assert refusal(cash_over="-1")[1:] == ("invalid", "/cash_over")
    assert refusal(more=1)[1] == "invalid"
    assert anna("GET", "/v1/runs/run_nix").status_code == 404
    assert anna("GET", "/v1/runs/run_nix/progress").status_code == 404
    assert anna("GET", "/v1/runs").json()["data"] == []


def test_who_sees_some_households_runs_and_sees_those(caller: Callers, stock: str) -> None:
    one, two = (caller(f"for {name}", Role.ADVISER, households=[name]) for name in ("h1", "h2"))
    asked = run(one)
    assert asked["total"] == 1
    place = f"/v1/runs/{asked['id']}"
    assert [item["household"] for item in one("GET", f"{place}/items").json()["data"]] == ["h1"]
    for path in (place, f"{place}/items", f"{place}/progress"):
        assert two("GET", path).status_code == 404
    assert two("POST", f"{place}/pause", json={}, headers={"If-Match": '"r1"'}).status_code == 404
    assert two("GET", "/v1/runs").json()["data"] == []
    refused = two("POST", "/v1/runs", json={"households": ["h1"]})
    assert refused.json()["code"] == "invalid"
    assert '"h1"' not in json.dumps(two("GET", "/v1/events?limit=1000").json())
