"""The table of docs/operations.md, performed: what is answered while something does not work, and what mends itself.

Each mode is broken and mended in a running service. Meanwhile a reader, a check and a write are asked, and whether the
service is ready; afterwards all of them are well, without a restart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from httpx import Response
from psycopg.errors import DiskFull
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import OperationalError

from server.auth.openid import Keys, Provider
from server.auth.roles import Role
from server.flow import worker
from server.log import journal, signer
from server.ops import backlog, health
from server.ops.health import Instance, State
from server.running import Service
from server.store.store import Store
from tests.server import stocked
from tests.server.api.conftest import Caller
from tests.server.cli.test_visibility import BOOK
from tests.shape.source import ROOT

DOWN = (503, "database-down")
LARGE = {**BOOK, "issuers": [*BOOK.get("issuers", ()), *({"id": f"Z{n}", "name": "x" * 90} for n in range(3_000))]}
"""More than fits into the free room of a file that may not grow."""


@dataclass(frozen=True)
class Mode:
    """What a read, a check and two writes are answered meanwhile; what /v1/health/ready says, where it is degraded."""

    broken: Callable[[Service], Iterator[None]]
    read: tuple[int, str | None] = (200, None)
    check: tuple[int, str | None] = (200, None)
    write: tuple[int, str | None] = (202, None)
    large: tuple[int, str | None] = (201, None)
    says: str | None = None


def signer_down(service: Service) -> Iterator[None]:
    signer.sealed(service.store, service.signer)
    path = service.signer.folder / signer.LAST
    kept = path.read_bytes()
    path.write_bytes(b"x")
    yield
    path.write_bytes(kept)


def read_only(service: Service) -> Iterator[None]:
    if service.store.engine.dialect.name == "sqlite":
        with _on_connect(service.store, "PRAGMA query_only = ON"):
            yield
    else:
        _altered(service, "SET default_transaction_read_only = on")
        yield
        _altered(service, "RESET default_transaction_read_only")


def database_down(service: Service) -> Iterator[None]:
    engine = service.store.engine
    if engine.dialect.name == "sqlite":
        engine.dispose()
        path = Path(str(engine.url.database))
        away = path.rename(path.with_suffix(".away"))
        path.mkdir()
        yield
        path.rmdir()
        away.rename(path)
    else:
        _altered(service, "ALLOW_CONNECTIONS false")
        yield
        _altered(service, "ALLOW_CONNECTIONS true")


def disk_full(service: Service) -> Iterator[None]:
    """SQLite's file may not grow; PostgreSQL would want a disk of its own, so that its error is made up."""

    def full(*_: object) -> None:
        raise OperationalError("INSERT", {}, DiskFull("could not extend file"))

    if service.store.engine.dialect.name == "sqlite":
        with _on_connect(service.store, "PRAGMA max_page_count = 1"):
            yield
    else:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(journal, "append", full)
            yield


def clock_behind(service: Service) -> Iterator[None]:
    last = '(SELECT max("index") FROM journal)'
    with service.store.engine.begin() as connection:
        kept = connection.scalar(text(f'SELECT time FROM journal WHERE "index" = {last}'))
        at = connection.scalar(text(f"SELECT {last}"))
        connection.execute(text(f"UPDATE journal SET time = '2999-01-01T00:00:00.000000Z' WHERE \"index\" = {at}"))
    yield
    with service.store.engine.begin() as connection:
        connection.execute(text(f"UPDATE journal SET time = '{kept}' WHERE \"index\" = {at}"))


def no_worker(service: Service) -> Iterator[None]:
    """What was asked for waits, and is worked out when somebody comes."""
    yield
    assert backlog.waiting(service.store).number == 1
    assert worker.one(service)


MODES = {
    "signer down": Mode(signer_down, says="cannot be signed"),
    "database read-only": Mode(read_only, write=DOWN, large=DOWN, says="read-only"),
    "database down": Mode(database_down, DOWN, DOWN, DOWN, DOWN, "does not answer"),
    "disk full": Mode(disk_full, write=DOWN, large=DOWN),
    "clock behind the log": Mode(clock_behind, says="set the clock"),
    "no worker alive": Mode(no_worker),
}


@contextmanager
def _on_connect(store: Store, pragma: str) -> Iterator[None]:
    def said(connection: object, _record: object) -> None:
        connection.execute(pragma)  # type: ignore[attr-defined]  # the driver's

    store.engine.dispose()
    event.listen(store.engine, "connect", said)
    yield
    event.remove(store.engine, "connect", said)
    store.engine.dispose()


def _altered(service: Service, how: str) -> None:
    """The whole database, as its administrator would do it; who is connected has to connect again."""
    name = service.store.engine.url.database
    engine = create_engine(service.store.engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} {how}"))
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"))
    engine.dispose()


@pytest.fixture
def anna(service: Service, caller: Callable[..., Caller]) -> Caller:
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    stocked.sealed(service)
    return caller("anna", Role.ADVISER, Role.OPERATIONS)


def answered(anna: Caller) -> list[Response]:
    return [
        anna("GET", "/v1/snapshots"),
        anna("POST", "/v1/checks", json={}),
        anna("POST", "/v1/proposals", json={}),
        anna("POST", "/v1/snapshots", json=LARGE),
    ]


@pytest.mark.parametrize("mode", MODES)
def test_a_mode(service: Service, anna: Caller, nobody: Caller, mode: str) -> None:
    about = MODES[mode]
    with contextmanager(about.broken)(service):
        wanted = (about.read, about.check, about.write, about.large)
        for found, (status, slug) in zip(answered(anna), wanted, strict=True):
            if about.broken is disk_full and found.status_code == 202:
                continue  # what is small may have had room
            assert (found.status_code, found.json().get("code")) == (status, slug), found.text
            assert slug is None or (found.json()["retryable"], found.headers["retry-after"]) == (True, "5")
        ready = nobody("GET", "/v1/health/ready")
        assert ready.status_code == (200 if about.says is None else 503), ready.text
        assert about.says is None or about.says in ready.text
        assert nobody("GET", "/v1/health/live").status_code == 200
    assert [found.status_code for found in answered(anna)] == [200, 200, 202, 201]
    assert nobody("GET", "/v1/health/ready").json()["answer"] == "ready"


def test_what_wants_the_signer_says_so(service: Service, anna: Caller, nobody: Caller) -> None:
    with contextmanager(signer_down)(service):
        found = nobody("GET", "/v1/log/checkpoint")
        assert (found.status_code, found.json()["code"], found.headers["retry-after"]) == (503, "signer-down", "60")
    assert nobody("GET", "/v1/log/checkpoint").status_code == 200


def test_data_that_is_too_old_is_refused_by_name(service: Service, anna: Caller) -> None:
    """The book is of January 2026, and was sealed a moment ago."""
    assert anna("POST", "/v1/checks", json={"max_age": "P36500D"}).status_code == 200
    assert anna("POST", "/v1/proposals", json={"max_age": "P36500D"}).status_code == 202
    for path in ("/v1/checks", "/v1/proposals"):
        for age in ("PT30M", "P1DT2H3M4S", "PT0S"):
            found = anna("POST", path, json={"max_age": age})
            assert (found.status_code, found.json()["code"]) == (422, "data-too-old"), found.text
            assert "`test`" in found.json()["detail"], "whose data it is"
        for bad in ("", "P", "PT", "30", "PT-1M", "P1Y", "PT1.5M", "P999999D", "pt30m"):
            assert anna("POST", path, json={"max_age": bad}).json()["code"] == "invalid", bad


def test_a_provider_that_is_down_lets_nobody_in_and_keys_work_on(service: Service, anna: Caller) -> None:
    down = Keys(Provider("http://127.0.0.1:1/", "proofolio"))
    object.__setattr__(service, "provider", down)
    token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.e30.e30"
    found = Caller(anna.client, token)("GET", "/v1/me")
    assert (found.status_code, found.json()["code"], found.headers["retry-after"]) == (503, "identity-down", "10")
    assert anna("GET", "/v1/me").status_code == 200
    at = Instance(service.settings, service.store, service.signer, down)
    assert [each.state for each in health.identity(at)] == [State.WRONG]


def test_every_mode_is_in_the_table() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| \*\*(.+?)\*\* \|", page, re.MULTILINE))
    assert rows == {*MODES, "data too old", "identity provider down"}
