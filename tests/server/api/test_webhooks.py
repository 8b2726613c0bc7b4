"""Endpoints for events over HTTP: who may have one, what is shown of it, and what its state allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from server.auth.roles import Role
from tests.server.api.conftest import Caller

URL = "https://desk.example/proofolio"
AT = "/v1/webhook-endpoints"


def added(who: Caller, **more: Any) -> dict[str, Any]:
    made = who("POST", AT, json={"url": URL, **more})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def test_its_secret_is_shown_once(olga: Caller) -> None:
    made = olga("POST", AT, once='"w"', json={"url": URL, "types": ["proposal.approved"]})
    again = olga("POST", AT, once='"w"', json={"url": URL, "types": ["proposal.approved"]})
    assert made.json()["secret"].startswith("whsec_")
    assert again.json() == {**made.json(), "secret": None}
    name = made.json()["id"]
    shown = olga("GET", f"{AT}/{name}").json()
    assert shown == {**made.json(), "secret": None, "log": None}
    assert olga("GET", AT).json() == {"data": [shown], "next": None}
    rotated = olga("POST", f"{AT}/{name}/secret", json={})
    assert rotated.json()["secret"] not in (None, made.json()["secret"])
    events = olga("GET", "/v1/events").json()["events"]
    assert [each["type"] for each in events if each["stream"] == "webhooks"] == ["webhook.added", "webhook.rotated"]


def test_what_is_wrong_is_said(olga: Caller) -> None:
    said = olga("POST", AT, json={"url": "http://desk.example", "types": ["proposal.aproved"]})
    assert said.status_code == 422
    assert [each["pointer"] for each in said.json()["errors"]] == ["/url", "/types/0"]


def test_its_state_says_what_may_be_done(olga: Caller) -> None:
    made = added(olga)
    at = f"{AT}/{made['id']}"
    assert olga("POST", f"{at}/resumption", json={}).status_code == 409, "it was not stopped"
    assert olga("POST", f"{at}/redelivery", json={"from": 0, "to": made["reached"]}).status_code == 202
    assert olga("POST", f"{at}/redelivery", json={"from": 0, "to": made["reached"] + 1}).status_code == 422
    assert olga("POST", f"{at}/redelivery", json={"from": 1, "to": 0}).status_code == 422
    ended = olga("DELETE", at).json()
    assert ended["state"] == "ended"
    assert olga("DELETE", at).json() == {**ended, "log": None}
    for verb in ("secret", "resumption"):
        assert olga("POST", f"{at}/{verb}", json={}).json()["code"] == "state-conflict"


def test_who_sees_some_households_has_endpoints_for_these(olga: Caller, caller: Callable[..., Caller]) -> None:
    otto = caller("otto", Role.OPERATIONS, households=["hh_1"])
    everything, mine = added(olga), added(otto)
    assert mine["households"] == ["hh_1"]
    assert [each["id"] for each in otto("GET", AT).json()["data"]] == [mine["id"]]
    for method, path in (("GET", ""), ("GET", "/deliveries"), ("DELETE", "")):
        assert otto(method, f"{AT}/{everything['id']}{path}").status_code == 404
    assert otto("POST", AT, json={"url": URL, "households": ["hh_2"]}).status_code == 422
    assert added(olga, households=["hh_2"])["households"] == ["hh_2"]


def test_tries_are_listed_newest_first(olga: Caller) -> None:
    made = added(olga)
    assert olga("GET", f"{AT}/{made['id']}/deliveries").json() == {"data": [], "next": None}
    assert olga("GET", f"{AT}/{made['id']}/deliveries?before=yesterday").status_code == 400
