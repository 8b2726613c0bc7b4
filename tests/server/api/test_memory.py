"""A request leaves nothing behind in the process that answers it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from litestar.handlers.base import BaseRouteHandler
from litestar.testing import TestClient

from server.app import app
from server.auth.roles import Role
from server.running import Service
from tests.server.api.conftest import Caller
from tests.server.api.texts import book, rules
from tests.server.stocked import ruled, sealed

MANY = 200
CHECK = {"orders": [{"account": "trust", "side": "buy", "instrument": "A", "quantity": "1"}]}
ASKED: tuple[tuple[str, str, Any, int], ...] = (
    ("GET", "/v1/me", None, 200),
    ("GET", "/v1/events?limit=5", None, 200),
    ("GET", "/v1/proposals/prop_none", None, 404),
    ("POST", "/v1/keys", {"principal": 7}, 422),
    ("POST", "/v1/checks", CHECK, 200),
)


def test_what_is_answered_is_forgotten(service: Service, caller: Callable[..., Caller]) -> None:
    """The framework copies a route's handler for each request: none of these copies stays."""
    ruled(service, rules(share=50, most=40))
    sealed(service, book())
    key = caller("everybody", *Role).key

    def kept(times: int) -> int:
        with TestClient(app(service)) as client:
            for number in range(times):
                headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f'"{times}-{number}"'}
                for method, path, body, status in ASKED:
                    assert client.request(method, path, json=body, headers=headers).status_code == status
        gc.unfreeze()  # what a process keeps for long
        gc.collect()
        return sum(isinstance(each, BaseRouteHandler) for each in gc.get_objects())

    before = kept(MANY // 5)
    assert kept(MANY) < before + MANY * len(ASKED) * 2 // 3
