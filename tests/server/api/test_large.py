"""Large bodies, and bodies with very many mistakes: neither is work without end."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from litestar import Litestar

from server.api import schema
from server.api.problem import NAMED
from server.app import LARGEST
from server.auth.roles import Role
from tests.server.api.conftest import Caller
from tests.server.api.wire import called, every

LARGE = {b"/v1/snapshots", b"/v1/facts", b"/v1/rulebooks", b"/v1/runs", b"/v1/checks/batch", b"/v1/evidence"}
"""What takes the facts, rules or households of a firm, or a document."""
MANY = 20 * NAMED


@pytest.fixture
def mallory(caller: Callable[..., Caller]) -> Caller:
    return caller("mallory", *Role)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_only_what_may_be_large_is_taken_when_it_is(served: Litestar, mallory: Caller) -> None:
    headers = {"Authorization": f"Bearer {mallory.key}".encode(), "Idempotency-Key": b"1"}
    body = b" " * (LARGEST + 1)
    for method, path, _ in every(served):
        if method == "POST":
            found = called(served, method, path, headers, body)
            assert (found.code == "too-large") is (path not in LARGE), (path, found)


def test_of_very_many_mistakes_the_first_are_named(mallory: Caller) -> None:
    many = mallory("POST", "/v1/keys", json={f"principla{n}": n for n in range(MANY)}).json()
    assert many["code"] == "invalid"
    assert many["detail"] == f"more than {NAMED:,} things are wrong with the request; `errors` has the first {NAMED:,}"
    assert len(many["errors"]) == NAMED
    three = mallory("POST", "/v1/keys", json={"more": 1}).json()
    assert three["detail"] == f"{len(three['errors'])} things are wrong with the request"


def test_orders_beyond_the_most_are_not_looked_at_one_by_one(mallory: Caller) -> None:
    (only,) = mallory("POST", "/v1/checks", json={"orders": [0] * MANY}).json()["errors"]
    assert (only["pointer"], only["code"]) == ("/orders", "wrong-length")


@pytest.mark.parametrize(
    ("path", "body", "what"),
    [
        ("/v1/checks", {"orders": [{f"acount{n}": n for n in range(MANY)}]}, "the orders"),
        ("/v1/checks", {"orders": [{f"acount{n}": n for n in range(MANY)}], "more": 1}, "the request"),
        ("/v1/proposals", {"intent": {f"levl{n}": n for n in range(MANY)}, "more": 1}, "the request"),
    ],
)
def test_so_it_is_in_what_a_request_holds(mallory: Caller, path: str, body: object, what: str) -> None:
    found = mallory("POST", path, json=body).json()
    assert found["detail"] == f"more than {NAMED:,} things are wrong with {what}; `errors` has the first {NAMED:,}"


def test_members_that_stand_twice_are_named_up_to_a_number(mallory: Caller) -> None:
    body = "{" + ", ".join(['"a": 1'] * MANY) + "}"
    found = mallory("POST", "/v1/keys", content=body.encode()).json()
    assert (found["code"], len(found["errors"])) == ("malformed-json", NAMED)
    assert found["detail"] == f"`a` stands twice in one object; keep one of them; `errors` has {NAMED:,} such"


def test_the_document_of_the_api_is_put_together_once(served: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to show a key for it, and it takes half a second."""
    first = called(served, "GET", b"/schema/openapi.json", {})
    monkeypatch.setattr(schema, "completed", None)
    again = called(served, "GET", b"/schema/openapi.json", {})
    assert (again.status, again.body) == (200, first.body)
    assert "/v1/keys" in json.loads(again.body)["paths"]
