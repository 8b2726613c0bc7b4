"""A service on each database, and callers with keys of every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from server.app import app, routed
from server.auth.roles import Role
from server.flow.worker import working
from server.running import Service, first_key, opened
from server.settings import Settings
from tests.server.conftest import BASES

_NUMBER = count()
_HERE = Path(__file__).parent
_RESTING: list[Litestar] = []
"""Routes that answer for no service now: to make them is most of what a small test would cost."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of two tests that differ in the database alone `make test` runs one, as it falls by their name, unless they are
    marked `both`, as those of what happens at once are. `make deep` runs all."""
    there = {item.nodeid: item for item in items if item.path.is_relative_to(_HERE)}
    first, second = BASES
    for name, item in there.items():
        twin = there.get(name.replace(first, second))
        if twin is not None and twin is not item and item.get_closest_marker("both") is None:
            late = (item, twin)[crc32(name.encode()) % 2]
            late.add_marker(pytest.mark.deep)


@dataclass
class Caller:
    """Somebody with a key; every POST has an Idempotency-Key of its own unless it is given one."""

    client: TestClient[Litestar]
    key: str | None

    def __call__(self, method: str, path: str, *, once: str | None = None, **more: Any) -> Response:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        if method == "POST":
            headers["Idempotency-Key"] = once or f'"auto-{next(_NUMBER)}"'
        return self.client.request(method, path, headers=headers | more.pop("headers", {}), **more)


@contextmanager
def answering(service: Service) -> Iterator[TestClient[Litestar]]:
    """The API in this process, with as many workers as the settings say."""
    routes = _RESTING.pop() if _RESTING else routed()
    workers = working(service, service.settings.workers)
    with TestClient(app(service, routes), raise_server_exceptions=False) as found, workers:
        yield found
    _RESTING.append(routes)


@pytest.fixture
def service(url: str, tmp_path: Path) -> Iterator[Service]:
    found = opened(Settings(tmp_path / "data", url))
    yield found
    found.store.engine.dispose()


@pytest.fixture
def client(service: Service) -> Iterator[TestClient[Litestar]]:
    with answering(service) as found:
        yield found


@pytest.fixture
def served(client: TestClient[Litestar]) -> Litestar:
    found = client.app
    assert isinstance(found, Litestar)
    return found


@pytest.fixture
def first(service: Service, client: TestClient[Litestar]) -> Caller:
    return Caller(client, first_key(service.settings).read_text().strip())


@pytest.fixture
def nobody(client: TestClient[Litestar]) -> Caller:
    return Caller(client, None)


@pytest.fixture
def admin(first: Caller) -> Caller:
    made = first("POST", "/v1/keys", json={"principal": "ada", "roles": ["admin"]})
    return Caller(first.client, made.json()["key"])


@pytest.fixture
def caller(admin: Caller) -> Callable[..., Caller]:
    """Makes somebody with these roles."""

    def made(name: str, *roles: Role, **more: Any) -> Caller:
        found = admin("POST", "/v1/keys", json={"principal": name, "roles": list(roles), **more})
        assert found.status_code == 201, found.text
        return Caller(admin.client, found.json()["key"])

    return made


@pytest.fixture
def anna(caller: Callable[..., Caller]) -> Caller:
    return caller("anna", Role.ADVISER)


@pytest.fixture
def carl(caller: Callable[..., Caller]) -> Caller:
    return caller("carl", Role.COMPLIANCE)


@pytest.fixture
def olga(caller: Callable[..., Caller]) -> Caller:
    return caller("olga", Role.OPERATIONS)
