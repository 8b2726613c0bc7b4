"""Facts that change: the next snapshot, what is told of it, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from policy.canonical import encode
from server.auth.roles import Role
from server.desk import manifest
from server.running import Service
from server.store.tables import Stated
from tests.server.api.conftest import Caller
from tests.server.cli.test_visibility import BOOK
from tests.server.stocked import RULES, ruled, sealed

Make = Callable[..., Caller]
PRICE = {"instrument": "A", "day": "2026-01-30", "price": "12.50"}


@pytest.fixture
def olga(service: Service, caller: Make) -> Caller:
    sealed(service)
    return caller("olga", Role.OPERATIONS)


def _document(who: Caller, snapshot: str) -> Any:
    return who("GET", f"/v1/snapshots/{snapshot}/document").json()


def test_a_price_makes_the_next_snapshot_and_leaves_the_last(olga: Caller) -> None:
    before = olga("GET", "/v1/snapshots").json()["data"][0]["id"]
    made = olga("POST", "/v1/facts", json={"prices": [PRICE], "source": "vendor"})
    assert made.status_code == 201, made.text
    said = made.json()
    assert (said["base"], said["log"]["stream"]) == (before, "data")
    assert {p["instrument"]: p["price"] for p in _document(olga, said["id"])["prices"]} == {
        "A": "12.5",
        "B": "10",
        "C": "10",
    }
    assert {p["price"] for p in _document(olga, before)["prices"]} == {"10"}
    events = olga("GET", "/v1/events").json()["events"]
    (told,) = [event for event in events if event["type"] == "fact.changed"]
    assert told["data"]["prices"] == ["A"]
    assert told["data"]["base"] == before
    assert told["index"] == said["log"]["index"]


def test_only_what_changed_is_written_anew(service: Service, olga: Caller) -> None:
    before = olga("GET", "/v1/snapshots").json()["data"][0]["manifest"]
    after = olga("POST", "/v1/facts", json={"prices": [PRICE]}).json()["manifest"]
    with service.store.reading() as session:
        old, new = (manifest.read(session, hash) for hash in (before, after))
    assert old.parts == new.parts
    assert old.shared.hash != new.shared.hash


def test_what_an_account_holds(olga: Caller) -> None:
    lots = [{"id": "N1", "instrument": "C", "quantity": "5", "basis": "9"}]
    cash = {"USD": {"settled": "10", "unsettled": "0"}}
    made = olga("POST", "/v1/facts", json={"positions": [{"account": "trust", "cash": cash, "lots": lots}]})
    assert made.status_code == 201, made.text
    found = _document(olga, made.json()["id"])
    assert [(lot["id"], lot["account"]) for lot in found["lots"]] == [("N1", "trust")]
    assert found["accounts"][0]["cash"]["USD"]["settled"] == "10"


WRONG: list[tuple[Any, str | None]] = [
    ({}, None),
    ({"prices": []}, None),
    ({"prices": [{**PRICE, "price": "dear"}]}, "/prices/0/price"),
    ({"prices": [PRICE, {**PRICE, "instrument": "Z"}]}, "/prices/1/instrument"),
    ({"prices": [{**PRICE, "price": 1.5}]}, "/prices/0/price"),
    ({"prices": [{**PRICE, "day": None}]}, "/prices/0/day"),
    ({"prices": ["dear"]}, "/prices/0"),
    ({"prices": [{**PRICE, "odd": "1"}]}, "/prices/0/odd"),
    ({"lists": [{"list": "L", "kind": "security", "subject": "Z", "start": "2026-01-01"}]}, "/lists/0/subject"),
    ({"positions": [{"account": "nobody"}]}, "/positions/0"),
    ({"positions": [{"household": "H", "account": "trust"}]}, "/positions/0"),
    ({"positions": [{"account": "trust", "lots": [{"id": "N"}]}]}, "/positions/0"),
    ({"positions": [{"account": "trust", "lots": ["N"]}]}, "/positions/0"),
    ({"as_of": "soon"}, None),
    ({"odd": 1}, "/odd"),
]


@pytest.mark.parametrize(("body", "where"), WRONG)
def test_what_is_wrong_is_said_with_its_place_and_nothing_is_kept(olga: Caller, body: Any, where: str | None) -> None:
    found = olga("POST", "/v1/facts", json=body)
    assert (found.status_code, found.json()["code"]) == (422, "invalid"), found.text
    if where is not None:
        assert where in {error["pointer"] for error in found.json()["errors"]}, found.text
    assert len(olga("GET", "/v1/snapshots").json()["data"]) == 1


def test_without_a_snapshot_there_is_nothing_to_put_facts_into(caller: Make) -> None:
    found = caller("olga", Role.OPERATIONS)("POST", "/v1/facts", json={"prices": [PRICE]})
    assert (found.status_code, found.json()["code"]) == (422, "no-snapshot")


# --- lists ---------------------------------------------------------------------------------------

LIST = """
list LIST-1 "Restricted issuers"
  kind restricted
  source "Code of ethics"
  applies to each account
  covers issuer "Issuer C"
  effective from 2020-01-01 until lifted
  forbid buy
  on breach block{eyes}
end
"""
ENTRY = {"kind": "security", "subject": "A", "source": "the desk"}


def test_an_entry_begins_and_ends(service: Service, olga: Caller, caller: Make) -> None:
    ruled(service, {"rules.mandate": RULES + LIST.format(eyes="")})
    carl = caller("carl", Role.COMPLIANCE)
    made = carl("POST", "/v1/lists/LIST-1/entries", json=ENTRY)
    assert made.status_code == 201, made.text
    (entry,) = _document(olga, made.json()["id"])["lists"]
    assert (entry["list"], entry["subject"], entry["start"]) == ("LIST-1", "A", "2026-01-30")
    gone = carl("DELETE", "/v1/lists/LIST-1/entries/A?last=2026-02-15")
    assert gone.status_code == 200, gone.text
    (entry,) = _document(olga, gone.json()["id"])["lists"]
    assert entry["end"] == "2026-02-15"
    assert carl("DELETE", "/v1/lists/LIST-1/entries/A?last=2026-02-15").json()["code"] == "not-found"


def test_an_order_in_a_name_is_blocked_once_it_is_on_the_list(service: Service, olga: Caller, caller: Make) -> None:
    ruled(service, {"rules.mandate": RULES + LIST.format(eyes="")})
    trader, carl = caller("tom", Role.TRADER), caller("carl", Role.COMPLIANCE)
    order = {"account": "trust", "instrument": "A", "side": "buy", "quantity": "1"}

    def outcome() -> str:
        return str(trader("POST", "/v1/checks", json={"orders": [order]}).json()["verdict"]["answer"])

    assert outcome() != "block"
    carl("POST", "/v1/lists/LIST-1/entries", json={**ENTRY, "start": "2026-01-02"})
    assert outcome() == "block"
    carl("DELETE", "/v1/lists/LIST-1/entries/A")
    assert outcome() != "block"


def test_who_is_on_a_hidden_list_is_for_its_role(service: Service, olga: Caller, caller: Make) -> None:
    ruled(service, {"rules.mandate": RULES + LIST.format(eyes='\n  visible to "control room"')})
    room = caller("rita", Role.CONTROL_ROOM)
    assert room("POST", "/v1/lists/LIST-1/entries", json=ENTRY).status_code == 201

    def subjects(who: Caller) -> list[str]:
        events = who("GET", "/v1/events").json()["events"]
        return [each["subject"] for e in events if e["type"] == "list.changed" for each in e["data"]["changes"]]

    assert subjects(room) == ["A"]
    assert subjects(olga) == []


# --- how old what is said is ---------------------------------------------------------------------


def test_one_new_price_makes_nothing_else_newer(service: Service, caller: Make) -> None:
    """Each kind is as old as it is, and what is too old is named with its source: first prices, then what is held."""
    ruled(service, {"rules.mandate": RULES})
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    sealed(service, {**BOOK, "as_of": today, "known_at": today})
    olga, anna = caller("olga", Role.OPERATIONS), caller("anna", Role.ADVISER)

    def fresh(**more: Any) -> str:
        found = anna("POST", "/v1/checks", json={"max_age": "P3D", **more})
        return "" if found.status_code == 200 else str(found.json()["detail"])

    def said(**facts: Any) -> None:
        assert olga("POST", "/v1/facts", json={"source": "vendor", **facts}).status_code == 201

    prices = [{"instrument": name, "day": today, "price": "12.50"} for name in "ABC"]
    said(prices=prices[:1])
    assert "the prices of `B`, of `test`, are of 2026-01-31" in fresh()
    said(prices=prices[1:])
    assert fresh() == ""
    with service.store.writing() as session:  # as if the book had been sealed years ago
        for row in session.exec(select(Stated)).all():
            known = json.loads(row.origins)
            known["words"][0]["made"] = "2024-01-02T00:00:00.000000Z"
            row.origins = encode(known).decode()
    service.memory.origins.found.clear()
    assert "positions, of `test`, are of 2024-01-02" in fresh()
    said(positions=[{"account": "trust", "cash": {"USD": {"settled": "10", "unsettled": "0"}}}])
    assert fresh() == ""
    ruled(service, {"rules.mandate": RULES + LIST.format(eyes="")})
    assert "the lists of the last whole book, of `test`" in fresh()
    ruled(service, {"rules.mandate": RULES + LIST.format(eyes='\n  visible to "control room"')})
    assert fresh() == ""
    assert {row["source"] for row in olga("GET", "/v1/snapshots").json()["data"]} == {"test"}


# --- of which day --------------------------------------------------------------------------------


def test_no_day_to_come_and_no_older_one_unless_it_is_meant(olga: Caller) -> None:
    newer, far = {**BOOK, "as_of": "2026-02-02"}, str((datetime.now(UTC) + timedelta(3)).date())
    for path, body in (("/v1/facts", {"as_of": far, "known_at": far}), ("/v1/snapshots", {**BOOK, "as_of": far})):
        found = olga("POST", path, json=body)
        assert (found.status_code, found.json()["errors"][0]["pointer"]) == (422, "/as_of"), found.text
    assert olga("POST", "/v1/snapshots", json={**BOOK, "known_at": "2099-01-01"}).status_code == 422
    assert olga("POST", "/v1/facts", json={"as_of": "2026-02-02", "known_at": "2026-02-02"}).status_code == 201
    for path, body in (("/v1/facts", {"as_of": "2026-02-01"}), ("/v1/snapshots", BOOK)):
        assert olga("POST", path, json=body).json()["code"] == "state-conflict"
        assert olga("POST", f"{path}?older=true", json=body).status_code == 201
        assert olga("POST", "/v1/snapshots", json=newer).status_code == 201


def test_a_price_that_is_far_from_the_last_is_told(olga: Caller) -> None:
    jump = {"instrument": "A", "day": "2026-01-30", "price": "100.01", "since": "2026-01-30", "before": "10"}
    assert olga("POST", "/v1/facts", json={"prices": [{**PRICE, "price": "100"}]}).json()["jumps"] is None
    assert olga("POST", "/v1/snapshots", json=BOOK).json()["jumps"] is None
    made = olga("POST", "/v1/facts", json={"prices": [{**PRICE, "price": "100.01"}, {**PRICE, "instrument": "B"}]})
    assert made.json()["jumps"] == {"count": 1, "prices": [jump]}
    back = olga("POST", "/v1/snapshots", json=BOOK).json()["jumps"]["prices"]
    assert [(each["price"], each["before"]) for each in back] == [("10", "100.01")]
    told = [e["data"]["jumps"]["count"] for e in olga("GET", "/v1/events").json()["events"] if "jumps" in e["data"]]
    assert told == [1, 1]
