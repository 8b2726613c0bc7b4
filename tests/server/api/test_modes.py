"""Rules that are observed: judged, counted and in nobody's way, until two people agree that they are enforced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from policy.canonical import digest
from policy.ir.observed import FILE, SALT
from policy.proof.bundle import rules_manifest
from policy.proof.entry import Kind, entry
from server import clock
from server.auth.roles import Role
from server.desk import loaded, publish, ruling
from server.log import journal
from server.running import Service
from server.store.tables import Rulebook
from tests.server.api.conftest import Caller
from tests.server.api.texts import rules

Makes = Callable[..., Caller]
FIRST = {"If-Match": '"r1"'}


@pytest.fixture
def anna(caller: Makes) -> Caller:
    return caller("anna", Role.COMPLIANCE, Role.CONTROL_ROOM)


@pytest.fixture
def berta(caller: Makes) -> Caller:
    return caller("berta", Role.COMPLIANCE)


def published(by: Caller, *observe: str) -> str:
    made = by("POST", "/v1/rulebooks", json={"title": "Firm", "files": rules(), "observe": list(observe)})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def activated(by: Caller, name: str) -> None:
    found = by("POST", f"/v1/rulebooks/{name}/activation", json={"from": "now"}, headers=FIRST)
    assert found.status_code == 200, found.text


def wanted(by: Caller, name: str, rule: str, mode: str, since: str = "now") -> str:
    body = {"rule": rule, "mode": mode, "from": since, "reason": "it has been watched for a month"}
    made = by("POST", f"/v1/rulebooks/{name}/modes", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def observed(service: Service, at: str | None = None) -> tuple[str, ...]:
    with service.store.reading() as session:
        row = publish.in_force(session, at or clock.now())
    assert row is not None
    return loaded.rules_in(service, row).library.observed


def test_which_one_is_in_force_is_said(anna: Caller, berta: Caller) -> None:
    assert anna("GET", "/v1/rulebooks/in-force").json()["code"] == "not-found"
    name = published(anna)
    assert anna("GET", "/v1/rulebooks").json()["in_force"] is None
    activated(berta, name)
    assert anna("GET", "/v1/rulebooks/in-force").json()["id"] == name
    mode = wanted(anna, name, "P-1", "observe")
    agreed = berta("POST", f"/v1/modes/{mode}/approval", json={}, headers=FIRST)
    assert agreed.status_code == 200, agreed.text
    now = anna("GET", "/v1/rulebooks/in-force").json()
    assert (now["base"], now["state"], now["in_force"], now["observed"]) == (name, "active", now["id"], ["P-1"])
    listed = anna("GET", "/v1/rulebooks").json()
    assert {listed["in_force"], *(each["in_force"] for each in listed["data"])} == {now["id"]}
    for of, says in ((name, "enforce"), (now["id"], "observe")):
        rules = anna("GET", f"/v1/rulebooks/{of}/rules").json()
        assert rules["in_force"] == now["id"]
        assert next(each["mode"] for each in rules["data"] if each["id"] == "P-1") == says


def test_what_is_observed_is_covered_by_the_hash(service: Service, anna: Caller, berta: Caller) -> None:
    name = published(anna, "P-1", "H-7", "P-1")
    with service.store.reading() as session:
        salt = ruling.files_of(session, session.get_one(Rulebook, name))[SALT]
    files = {**{path: text.encode() for path, text in rules().items()}, SALT: salt}
    manifest = digest(rules_manifest({**files, FILE: b"H-7\nP-1\n"}))
    assert anna("GET", f"/v1/rulebooks/{name}").json()["manifest"] == manifest != digest(rules_manifest(files))
    activated(berta, name)
    assert observed(service) == ("H-7", "P-1")
    with service.store.reading() as session:
        entries = [entry(each) for each in journal.entries(session, 0, 99)]
    assert [each.rules for each in entries if each.kind is Kind.RULES] == [manifest]


def test_a_mode_turns_when_somebody_else_agrees(service: Service, anna: Caller, berta: Caller) -> None:
    name = published(anna, "P-1")
    activated(berta, name)
    mode = wanted(anna, name, "P-1", "enforce")
    assert observed(service) == ("P-1",)
    path = f"/v1/modes/{mode}/approval"
    assert anna("POST", path, json={}, headers=FIRST).json()["code"] == "self-approval"
    assert berta("POST", path, json={}).json()["code"] == "if-match-needed"
    agreed = berta("POST", path, json={}, headers=FIRST)
    assert (agreed.status_code, agreed.json()["state"], agreed.json()["granter"]) == (200, "agreed", "berta")
    assert observed(service) == ()
    assert berta("POST", path, json={}, headers={"If-Match": '"r2"'}).json()["code"] == "state-conflict"
    newest, base = anna("GET", "/v1/rulebooks").json()["data"]
    assert (newest["base"], newest["state"], base["state"]) == (name, "active", "active")
    said = {each["id"]: each["mode"] for each in anna("GET", f"/v1/rulebooks/{newest['id']}/rules").json()["data"]}
    assert said == {"P-1": "enforce", "H-7": "enforce"}
    with service.store.reading() as session:
        entries = [entry(each) for each in journal.entries(session, 0, 99)]
    assert [each.rules for each in entries if each.kind is Kind.RULES] == [base["manifest"], newest["manifest"]]
    back = wanted(berta, newest["id"], "P-1", "observe")
    assert anna("POST", f"/v1/modes/{back}/approval", json={}, headers=FIRST).status_code == 200
    assert observed(service) == ("P-1",)


def test_what_is_in_force_at_a_date_is_in_the_log_before(
    service: Service, caller: Makes, anna: Caller, berta: Caller
) -> None:
    """A mode that turns tomorrow, then another that turns now: tomorrow both have turned."""
    name, cora = published(anna), caller("cora", Role.COMPLIANCE, Role.CONTROL_ROOM)
    activated(berta, name)
    day = clock.text(datetime.now(UTC) + timedelta(days=1))
    for rule, since in (("P-1", day), ("H-7", "now")):
        mode = wanted(anna, name, rule, "observe", since)
        assert cora("POST", f"/v1/modes/{mode}/approval", json={}, headers=FIRST).status_code == 200
    assert observed(service) == ("H-7",)
    assert observed(service, day) == ("H-7", "P-1")
    states = [each["state"] for each in anna("GET", "/v1/rulebooks").json()["data"]]
    assert states == ["scheduled", "active", "superseded", "active"]


def test_the_control_room_says_how_its_own_rules_are_tried(
    service: Service, anna: Caller, berta: Caller, caller: Makes
) -> None:
    """And agrees to nothing else."""
    name, open_ = published(anna), {"mode": "observe", "from": "now", "reason": "tried", "rule": "P-1"}
    rita, cora = (caller(who, Role.CONTROL_ROOM) for who in ("rita", "cora"))
    activated(berta, name)
    mode = wanted(rita, name, "H-7", "observe")
    assert cora("POST", f"/v1/modes/{mode}/approval", json={}, headers=FIRST).status_code == 200
    assert observed(service) == ("H-7",)
    assert rita("POST", f"/v1/rulebooks/{name}/modes", json=open_).json()["code"] == "role-not-allowed"
    mode = wanted(anna, name, "P-1", "observe")
    assert cora("POST", f"/v1/modes/{mode}/approval", json={}, headers=FIRST).json()["code"] == "role-not-allowed"
    assert observed(service) == ("H-7",)


def test_another_rule_book_has_modes_of_its_own(service: Service, anna: Caller, berta: Caller) -> None:
    name, day = published(anna), clock.text(datetime.now(UTC) + timedelta(days=1))
    activated(berta, name)
    mode = wanted(anna, name, "P-1", "observe", day)
    assert berta("POST", f"/v1/modes/{mode}/approval", json={}, headers=FIRST).status_code == 200
    activated(berta, published(anna))
    assert (observed(service), observed(service, day)) == ((), ())


def test_what_is_hidden_stays_hidden(anna: Caller, berta: Caller) -> None:
    name = published(anna, "H-7")
    activated(berta, name)
    mode = wanted(anna, name, "H-7", "enforce")
    seen = [berta("GET", path).text for path in (f"/v1/rulebooks/{name}", f"/v1/rulebooks/{name}/modes", "/v1/events")]
    assert not [text for text in seen if "H-7" in text]
    assert berta("GET", f"/v1/modes/{mode}").status_code == 404
    assert "H-7" in anna("GET", f"/v1/rulebooks/{name}/modes").text
    body = {"rule": "H-7", "mode": "observe", "reason": "x"}
    refused = berta("POST", f"/v1/rulebooks/{name}/modes", json=body)
    unknown = berta("POST", f"/v1/rulebooks/{name}/modes", json={**body, "rule": "H-8"})
    assert refused.json()["detail"].replace("H-7", "") == unknown.json()["detail"].replace("H-8", "")


@pytest.mark.parametrize("names", [["NONE"], ["P-1", "P-1\nH-7"], [""], ["p-1"]])
def test_only_rules_can_be_observed(anna: Caller, names: list[str]) -> None:
    refused = anna("POST", "/v1/rulebooks", json={"title": "x", "files": rules(), "observe": names})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/observe")


def test_no_rule_file_stands_where_ours_do(anna: Caller) -> None:
    for path in ("waivers/a.mandate", "Waivers/a.mandate", FILE):
        refused = anna("POST", "/v1/rulebooks", json={"title": "x", "files": {path: rules()["secret.mandate"]}})
        assert refused.status_code == 422
