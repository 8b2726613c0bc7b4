"""Query parameters that a route does not have, on every route that there is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from litestar import Litestar

from server.auth.roles import Role
from tests.server.api.conftest import Caller
from tests.server.api.wire import called, every

Callers = Callable[..., Caller]


def test_no_route_passes_over_a_parameter_that_it_has_not(served: Litestar, caller: Callers) -> None:
    key = caller("everybody", *Role).key
    headers = {"Authorization": f"Bearer {key}".encode(), "Idempotency-Key": b"1"}
    for method, path, _ in every(served):
        found = called(served, method, path + b"?househould=smith", headers, b"{}")
        assert (found.status, found.code) == (400, "bad-parameter"), (method, path, found)
        assert b"`househould`" in found.body


@pytest.mark.parametrize("query", ["limit=2&limit=3", "limit=2&", "LIMIT=2", "limit", "limit=", "=2", "%6cimit=0"])
def test_parameters_in_other_words(caller: Callers, query: str) -> None:
    """Given twice, in capitals, without a value, percent-encoded."""
    found = caller("anna", Role.ADVISER)("GET", f"/v1/proposals?{query}")
    assert (found.status_code == 200) is (query == "limit=2&"), found.text
    assert found.status_code == 200 or found.json()["code"] == "bad-parameter"


def test_each_parameter_that_is_missing_is_named(caller: Callers) -> None:
    everybody = caller("everybody", *Role)
    found = everybody("GET", "/v1/exports?from=2026-11-23").json()
    assert (found["code"], found["detail"], found["instance"]) == ("bad-parameter", "`to` is missing", "/v1/exports")
    for path in ("/v1/proposals/prop_1/comparison", "/v1/rulebooks/rb_1/changes"):
        (flaw,) = everybody("GET", path).json()["errors"]
        assert (flaw["code"], flaw["detail"]) == ("missing", "`against` is missing")
    assert everybody("GET", "/v1/exports").json()["detail"] == "`from` is missing; `to` is missing"
    assert everybody("GET", "/v1/log/proofs/consistency").json()["detail"] == "`from` is missing"
    assert everybody("GET", "/v1/proposals?limit=x").json()["detail"] == "`limit` has to be a whole number"
    assert everybody("GET", "/v1/events?limit=0").json()["detail"] == "`limit` has to be a whole number >= 1"


def test_what_there_is_is_named(caller: Callers) -> None:
    anna = caller("anna", Role.ADVISER)
    assert "there are cursor, limit" in anna("GET", "/v1/rulebooks?page=2").json()["detail"]
    assert "there are none" in anna("GET", "/v1/me?page=2").json()["detail"]
    assert anna("GET", "/v1/proposals", params={"x" * 500: "1"}).json()["detail"].count("x") < 50
