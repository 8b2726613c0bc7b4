"""Every route for every role: allowed exactly where the table of roles says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from litestar import Litestar, Router, WebSocket, get, websocket
from litestar.handlers import asgi

from server.api import health
from server.api.caller import PUBLIC
from server.api.routes import routes, shut
from server.app import routed
from server.auth.roles import ALLOWED, Act, Role
from server.running import Service
from server.store.tables import Credential
from tests.server.api.conftest import Caller
from tests.server.api.wire import Answered, called, every

OPEN = {"health_live", "health_ready", "health_problem"} | {
    f"log_{name}"
    for name in ("checkpoint", "consistency", "proof", "tile", "trust_card")  # hashes and signatures
}
"""Routes that anybody may call, beside the OpenAPI document; whoever adds one says so here."""


def _called(served: Litestar, method: str, path: bytes, key: str | None) -> Answered:
    headers = {"Idempotency-Key": b"1"} if method == "POST" else {}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}".encode()
    return called(served, method, path, headers, b"{}")


@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_the_table_says(served: Litestar, caller: Callable[..., Caller], role: Role) -> None:
    somebody = caller("somebody", role)
    for method, path, handler in every(served):
        found = _called(served, method, path, somebody.key)
        allowed = handler.opt.get(PUBLIC) or role in ALLOWED[handler.opt["act"]]
        assert (found.code == "role-not-allowed") is not allowed, (method, path, found)
        assert found.status not in (401, 500), (method, path, found)


def test_without_a_good_key_nobody_may_anything(
    service: Service, served: Litestar, admin: Caller, caller: Callable[..., Caller]
) -> None:
    revoked, expired = caller("revoked", *Role), caller("expired", *Role)
    admin("DELETE", f"/v1/keys/{_id(revoked)}")
    with service.store.writing() as session:
        row = session.get_one(Credential, _id(expired))
        row.expires = row.made
        session.add(row)
    keys = {None: "missing", "": "missing", "pk_live_" + "0" * 64: "missing"}
    keys |= {revoked.key: "missing", expired.key: "expired"}
    for method, path, handler in every(served):
        for key, why in keys.items():
            found = _called(served, method, path, key)
            if handler.opt.get(PUBLIC):
                assert found.status != 401, (method, path)
            else:
                assert (found.status, found.code) == (401, f"credentials-{why}"), (method, path)


def test_what_is_open_to_anybody_is_known(served: Litestar) -> None:
    public = {"_".join(str(h).split(".")[-2:]) for path, _, h in routes(served) if h.opt.get(PUBLIC)}
    assert {name for name in public if "<locals>" not in name and "schema" not in name} == OPEN


def test_every_act_has_its_roles_and_a_role_or_more() -> None:
    assert set(ALLOWED) == set(Act)
    assert all(ALLOWED.values())


@get("/x", sync_to_thread=False)
def silent() -> None: ...


@get("/x", opt={"act": "manage keys"}, sync_to_thread=False)
def misspelt() -> None: ...


@get("/x", opt={PUBLIC: "no"}, sync_to_thread=False)
def unclear() -> None: ...


@websocket("/x")
async def socket(socket: WebSocket[Any, Any, Any]) -> None: ...


@asgi("/x", copy_scope=True)
async def raw(scope: object, receive: object, send: object) -> None: ...


@pytest.mark.parametrize(
    "handler", [silent, misspelt, unclear, raw], ids=lambda handler: str(handler).rpartition(".")[2]
)
def test_a_route_that_says_no_act_does_not_start(handler: object) -> None:
    with pytest.raises(ValueError, match="/x says no `act`"):
        shut(Litestar([handler], openapi_config=None))  # type: ignore[list-item]  # of several kinds


def test_the_service_does_not_start_with_such_a_route(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "ROUTES", Router("/", route_handlers=[silent]))
    with pytest.raises(ValueError, match="/x says no `act`"):
        routed()


def _id(somebody: Caller) -> str:
    return str(somebody("GET", "/v1/me").json()["id"])
