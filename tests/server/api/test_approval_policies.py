"""Policies of approval: two people, never back-dated, and what cannot be meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from server import clock
from server.auth.roles import Role
from server.desk import approval_policies
from server.running import Service
from tests.server.api.conftest import Caller

Callers = Callable[..., Caller]
LATE = "2099-01-01T00:00:00.000000Z"


@pytest.fixture
def rita(caller: Callers) -> Caller:
    return caller("rita", Role.COMPLIANCE)


def draft(rita: Caller, *clauses: dict[str, Any], **more: Any) -> Any:
    return rita("POST", "/v1/approval-policies", json={"title": "t", "clauses": list(clauses), **more})


def agreed(who: Caller, place: str) -> tuple[int, str]:
    headers = {"If-Match": who("GET", place).headers["etag"]}
    found = who("POST", f"{place}/approval", json={}, headers=headers)
    return found.status_code, found.json().get("code") or found.json()["state"]


def in_force(service: Service, at: str) -> str | None:
    with service.store.reading() as session:
        return approval_policies.in_force(session, at).id


def test_somebody_else_agrees_once(service: Service, rita: Caller, carl: Caller) -> None:
    before = clock.now()
    place = draft(rita, {"level": "four eyes"}).headers["location"]
    again = Caller(rita.client, rita.key)
    assert agreed(again, place) == (403, "self-approval")
    assert rita("DELETE", place).json()["code"] == "state-conflict"
    assert in_force(service, clock.now()) is None
    assert agreed(carl, place) == (200, "active")
    assert agreed(carl, place) == (409, "state-conflict")
    assert in_force(service, before) is None, "nothing that was decided before is decided anew"
    assert in_force(service, clock.now()) == place.rpartition("/")[2]
    listed = rita("GET", "/v1/approval-policies").json()["data"]
    assert [(each["state"], each["author"], each["approver"]) for each in listed] == [("active", "rita", "carl")]
    assert rita("GET", place).json()["clauses"] == [{"level": "four eyes"}]


def test_an_instant_that_passed_while_nobody_agreed_is_not_made_up_for(service: Service, rita: Caller) -> None:
    later = "2098-01-01T00:00:00.000000Z"
    place = draft(rita, {"level": "four eyes"}, **{"from": "2097-01-01T00:00:00Z"}).headers["location"]
    with service.store.writing() as session:
        row = session.get_one(approval_policies.ApprovalPolicy, place.rpartition("/")[2])
        approval_policies.agreed(session, row, "carl", later)
    assert in_force(service, "2097-06-01T00:00:00.000000Z") is None
    assert in_force(service, later) == row.id


def test_scheduled_then_superseded_then_ended(service: Service, rita: Caller, carl: Caller) -> None:
    first = draft(rita, {"level": "self"}).headers["location"]
    second = draft(rita, {"level": "four eyes"}, **{"from": "2097-01-01T00:00:00Z"}).headers["location"]
    assert (agreed(carl, first), agreed(carl, second)) == ((200, "active"), (200, "scheduled"))
    third = draft(rita, {"level": "self"}).headers["location"]
    assert agreed(carl, third) == (200, "active")
    assert rita("GET", first).json()["state"] == "superseded"
    tag = rita("GET", third).headers["etag"]
    assert rita("DELETE", third, headers={"If-Match": '"r1"'}).json()["code"] == "version-old"
    done = rita("DELETE", third, headers={"If-Match": tag}).json()
    assert (done["state"], done["log"]["stream"]) == ("ended", "approval policies")
    assert rita("DELETE", third).json() == {**done, "log": None}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"from": "2020-01-01T00:00:00Z"}, "/from"),
        ({"from": "tomorrow"}, "/from"),
        ({"until": "2020-01-01T00:00:00Z"}, "/until"),
        ({"from": "2097-01-01T00:00:00Z", "until": "2096-01-01T00:00:00Z"}, "/until"),
        ({"clauses": [{"level": "standing"}]}, "/clauses/0"),
        ({"clauses": [{"level": "standing", "when": {"value_at_most": "1"}}]}, "/clauses/0"),
        ({"clauses": [{"level": "standing", "kind": "attested", "until": LATE}]}, "/clauses/0/kind"),
        ({"clauses": [{"level": "self", "kind": "person-key"}]}, "/clauses/0/kind"),
        ({"clauses": [{"level": "self", "kind": "standing"}]}, "/clauses/0/kind"),
        ({"clauses": [{"level": "role"}]}, "/clauses/0/role"),
        ({"clauses": [{"level": "self", "role": "adviser"}]}, "/clauses/0/role"),
        ({"clauses": [{"level": "role", "role": "regulator"}]}, "/clauses/0/role"),
        ({"clauses": [{"level": "self", "until": "2020-01-01T00:00:00Z"}]}, "/clauses/0/until"),
        ({"currency": None, "clauses": [{"level": "self", "when": {"value_at_most": "1"}}]}, "/currency"),
        ({"clauses": [{"level": "self", "when": {"value_at_most": 1.5}}]}, "/clauses/0/when/value_at_most"),
        ({"clauses": [{"level": "self", "when": {"value_at_most": "-1"}}]}, "/clauses/0/when/value_at_most"),
        ({"clauses": [{"level": "self", "when": {"value": "1"}}]}, "/clauses/0/when/value"),
        ({"clauses": [{"level": "nobody"}]}, "/clauses/0/level"),
    ],
)
def test_what_cannot_be_meant(rita: Caller, body: dict[str, Any], pointer: str) -> None:
    whole = {"title": "t", "currency": "USD", "clauses": [{"level": "four eyes"}], **body}
    found = rita("POST", "/v1/approval-policies", json=whole)
    assert (found.status_code, found.json()["code"]) == (422, "invalid"), found.text
    assert pointer in {each["pointer"] for each in found.json()["errors"]}, found.text
