"""Many checks in one request: each line is answered as it would be alone, whatever the others are."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from server.api import batch
from server.auth.roles import Role
from server.running import Service
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.api.test_holds import HOME, two

Callers = Callable[..., Caller]
BUY = {"account": "trust", "side": "buy", "instrument": "A", "quantity": "10"}


@pytest.fixture
def anna(service: Service, caller: Callers) -> Caller:
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    stocked.sealed(service, two())
    return caller("anna", Role.ADVISER)


def sent(who: Caller, *lines: bytes) -> list[dict[str, Any]]:
    found = who("POST", "/v1/checks/batch", content=b"\n".join(lines))
    assert found.status_code == 200, found.text
    assert found.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in found.text.splitlines()]


def test_each_line_is_answered_as_alone(anna: Caller) -> None:
    checks = [{}, {"orders": [BUY]}, {"orders": [BUY, BUY], "everything": True}, {"household": HOME, "orders": [BUY]}]
    answers = sent(anna, *(json.dumps(each).encode() for each in checks))
    assert [(each["line"], each["status"]) for each in answers] == [(n, 200) for n in range(1, 5)]
    for check, answer in zip(checks, answers, strict=True):
        assert answer["answer"] == anna("POST", "/v1/checks", json=check).json()


def test_a_broken_line_breaks_no_other(anna: Caller) -> None:
    good = json.dumps({"orders": [BUY]}).encode()
    answers = sent(anna, b"{", good, b'{"orders": 3}', b"", b"\xff", b'{"a": 1, "a": 2}', good)
    assert [each["status"] for each in answers] == [400, 200, 422, 400, 400, 400, 200]
    assert answers[2]["problem"]["errors"][0]["pointer"] == "/orders"
    assert answers[1]["answer"] == answers[6]["answer"]


def test_too_many_lines_are_refused(anna: Caller) -> None:
    found = anna("POST", "/v1/checks/batch", content=b"{}\n" * (batch.MOST + 1))
    assert (found.status_code, found.json()["code"]) == (413, "too-large")
    assert sent(anna) == []


def test_a_household_is_judged_on_its_own_book(anna: Caller) -> None:
    whole, own = (sent(anna, json.dumps({"orders": [BUY], **more}).encode())[0] for more in ({}, {"household": HOME}))
    assert own["answer"]["nearest"] == whole["answer"]["nearest"]
    assert sent(anna, b'{"household": "nobody"}')[0]["problem"]["errors"][0]["pointer"] == "/household"
