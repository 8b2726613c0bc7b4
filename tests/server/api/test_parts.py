"""A snapshot in parts: a firm that comes in several requests, and what each household's readers see of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from policy.book import wire
from policy.book.document import document
from policy.book.facts import Book
from policy.canonical import digest, encode
from server.auth.roles import Role
from server.desk import ingest, loaded
from server.running import Service
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.cli.test_visibility import BOOK

Makes = Callable[..., Caller]
HOUSEHOLDS = ("households", "accounts", "lots", "history", "flows", "balances", "complete")
SHARED = {name: rows for name, rows in BOOK.items() if name not in HOUSEHOLDS} | {"accounts": [], "lots": []}


def household(name: str, *, quantity: str = "10", accounts: int = 1) -> dict[str, Any]:
    """Rows of one household."""
    held = [f"{name}-{n}" for n in range(accounts)]
    first = BOOK["accounts"][0]
    return {
        "households": [{"id": name, "name": f"The {name}"}],
        "accounts": [{**first, "id": each, "name": each, "household": name} for each in held],
        "lots": [
            {"id": f"L-{each}", "account": each, "instrument": "A", "quantity": quantity, "basis": "1"} for each in held
        ],
        "complete": [{"of": "history", "id": held[0], "since": "2020-01-01"}],
    }


def together(*found: dict[str, Any]) -> dict[str, Any]:
    return {table: [row for each in found for row in each[table]] for table in found[0]}


def put(olga: Caller, body: dict[str, Any], query: str = "") -> dict[str, Any]:
    made = olga("POST", f"/v1/snapshots{query}", json=body)
    assert made.status_code == 201, made.text
    return dict(made.json())


def known(body: dict[str, Any]) -> bytes:
    found = wire.from_json(encode(body).decode())
    assert isinstance(found, Book), found
    return encode(document(found))


def test_a_firm_that_comes_in_several_requests_is_the_firm_that_comes_in_one(service: Service, olga: Caller) -> None:
    jones, smith, late = household("jones"), household("smith", accounts=2), household("smith", quantity="11")
    whole = put(olga, {**SHARED, **together(jones, late)})
    shared = put(olga, SHARED, "?more=true")
    first = put(olga, together(jones, smith), f"?more=true&base={shared['id']}")
    with service.store.reading() as session:
        newest = ingest.latest(session)
    assert newest is not None
    assert newest.id == whole["id"]
    last = put(olga, late, f"?base={first['id']}")
    with service.store.reading() as session:
        newest = ingest.latest(session)
    assert newest is not None
    assert newest.id == last["id"]
    assert (last["manifest"], last["counts"]) == (whole["manifest"], whole["counts"])
    got = olga("GET", f"/v1/snapshots/{last['id']}/document")
    assert stocked.bare(got.content) == known({**SHARED, **together(jones, late)})
    assert got.headers["etag"] == f'"{digest(got.content)}"'


def test_what_cannot_be_added_is_told(olga: Caller) -> None:
    base = put(olga, {**SHARED, **together(household("hill"), household("smith"))})["id"]
    clash = household("brown") | {"lots": [{**household("brown")["lots"][0], "id": "L-smith-0"}]}
    alike = household("brown") | {"households": [{"id": "brown", "name": "The  hill"}]}
    for body, pointer in (
        (clash, "/lots"),
        (alike, "/households"),
        ({**household("brown"), "prices": []}, "/prices"),
        ({**household("brown"), "lots": {}}, "/lots"),
        ({**household("brown"), "lots": [{**clash["lots"][0], "instrument": "Q"}]}, "/lots/0/instrument"),
        ({**household("brown"), "complete": [{"of": "groups", "id": "household", "since": "2020-01-01"}]}, "/complete"),
    ):
        refused = olga("POST", f"/v1/snapshots?base={base}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid"), body
        assert refused.json()["errors"][0]["pointer"] == pointer
    assert olga("POST", "/v1/snapshots?base=snap_none", json=household("a")).json()["code"] == "bad-parameter"
    packed = {"Content-Type": "application/zip"}
    assert olga("POST", f"/v1/snapshots?base={base}", content=b"", headers=packed).json()["code"] == "bad-parameter"


def test_a_household_has_a_document_of_its_own(service: Service, olga: Caller, caller: Makes) -> None:
    jones, smith = household("jones"), household("smith")
    made = put(olga, {**SHARED, **together(jones, smith)})
    path = f"/v1/snapshots/{made['id']}/document"
    anna = caller("anna", Role.ADVISER, households=["jones"])
    got = anna("GET", f"{path}?household=jones")
    assert stocked.bare(got.content) == known({**SHARED, **jones, "elsewhere": "other households"})
    assert not [row for row in got.json()["households"] if "salt" in row], "it is not shown to who sees the rows alone"
    assert b"smith" not in got.content
    for query in ("", "?household=smith", "?household=brown", "?household="):
        assert anna("GET", path + query).status_code == 404
    facts = loaded.facts_of(service, made["id"], "jones")
    assert facts is not None
    assert facts.document == digest(got.content)
    assert loaded.facts_of(service, made["id"], "brown") is None


def test_what_was_sealed_since_is_not_lost(service: Service, olga: Caller) -> None:
    """Facts that changed since the base was read would be missing in what is made of it, which would be the newest."""
    base = put(olga, {**SHARED, **together(household("hill"))})["id"]
    price = {"instrument": "A", "day": "2026-01-30", "price": "11.00"}
    newer = olga("POST", "/v1/facts", json={"prices": [price]}).json()["id"]
    refused = olga("POST", f"/v1/snapshots?base={base}", json=household("smith"))
    assert (refused.status_code, refused.json()["code"]) == (409, "state-conflict")
    assert newer in refused.json()["detail"]
    made = put(olga, household("smith"), f"?base={newer}")
    assert {p["price"] for p in _prices(olga, made["id"]) if p["instrument"] == "A"} == {"11"}


def test_facts_that_are_said_while_a_book_comes_in_parts_are_not_lost_unseen(olga: Caller) -> None:
    put(olga, {**SHARED, **together(household("hill"))})
    shared = put(olga, SHARED, "?more=true")["id"]
    newer = olga("POST", "/v1/facts", json={"prices": [{"instrument": "A", "day": "2026-01-30", "price": "11"}]}).json()
    part = put(olga, household("hill"), f"?more=true&base={shared}")["id"]
    for over in ("", "&over=snap_0"):
        refused = olga("POST", f"/v1/snapshots?base={part}{over}", json=household("smith"))
        assert (refused.status_code, refused.json()["code"]) == (409, "state-conflict")
        assert newer["id"] in refused.json()["detail"]
    made = put(olga, household("smith"), f"?base={part}&over={newer['id']}")
    assert {p["price"] for p in _prices(olga, made["id"]) if p["instrument"] == "A"} == {"10"}
    assert olga("POST", f"/v1/snapshots?base={part}", json=household("smith")).json()["code"] == "state-conflict"
    needless = olga("POST", f"/v1/snapshots?base={made['id']}&over={newer['id']}", json=household("brown"))
    assert needless.json()["code"] == "state-conflict"


def test_the_newest_is_what_was_sealed_last_whatever_a_clock_says(
    service: Service, olga: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two machines share a database, and the clock of one is behind."""
    put(olga, {**SHARED, **together(household("hill"))})
    behind = time.time_ns() - 5_000_000_000
    monkeypatch.setattr("server.clock.time_ns", lambda: behind)
    for amount in ("11", "12"):
        price = {"instrument": "A", "day": "2026-01-30", "price": amount}
        made = olga("POST", "/v1/facts", json={"prices": [price]}).json()
        with service.store.reading() as session:
            newest = ingest.latest(session)
            assert newest is not None
            assert newest.id == made["id"]


def _prices(olga: Caller, snapshot: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = olga("GET", f"/v1/snapshots/{snapshot}/document").json()["prices"]
    return found
