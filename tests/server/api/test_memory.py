"""A request leaves nothing behind in the process that answers it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest

from server.auth.roles import Role
from server.running import Service
from tests.server.api.conftest import Caller
from tests.server.api.texts import book, rules
from tests.server.stocked import ruled, sealed

MANY = 300
NOBODY: dict[str, Any] = {"principal": 7}
CHECK = {"orders": [{"account": "trust", "side": "buy", "instrument": "A", "quantity": "1"}]}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/me", None, 200),
        ("GET", "/v1/proposals/prop_none", None, 404),
        ("GET", "/v1/nothing", None, 404),
        ("POST", "/v1/keys", NOBODY, 422),
        ("POST", "/v1/checks", CHECK, 200),
    ],
)
def test_what_is_answered_is_forgotten(
    service: Service, caller: Callable[..., Caller], method: str, path: str, body: Any, status: int
) -> None:
    """Fewer objects stay than there were requests, once each cache has what it keeps."""
    ruled(service, rules(share=50, most=40))
    sealed(service, book())
    everybody = caller("everybody", *Role)

    def asked(times: int) -> int:
        for _ in range(times):
            found = everybody(method, path, json=body) if body is not None else everybody(method, path)
            assert found.status_code == status, found.text
        gc.collect()
        return len(gc.get_objects())

    before = asked(MANY // 3)
    assert asked(MANY) < before + MANY
