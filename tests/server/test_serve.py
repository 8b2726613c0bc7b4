"""The service as it is run: a process, a socket, signals, two at once; and what it says where it cannot start."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from server.cli.exits import Exit
from server.cli.main import main
from server.running import opened
from server.settings import Settings
from tests.server.processes import Served, serving

EVE = {"principal": "eve", "roles": ["trader"]}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def admin(served: Served, data: Path) -> str:
    """The key of an administrator, made with the first one."""
    first = (data / "first-admin-key").read_text().strip()
    made = served(first, "POST", "/v1/keys", json={"principal": "ada", "roles": ["admin"]})
    assert made.status_code == 201, made.text
    return str(made.json()["key"])


def people(served: Served, key: str) -> list[str]:
    """The oldest first."""
    return [each["principal"] for each in reversed(served(key, "GET", "/v1/keys").json()["data"])]


def test_it_serves_and_ends_in_peace(data: Path) -> None:
    with serving(data) as served:
        ada = admin(served, data)
        assert served(None, "GET", "/v1/me").status_code == 401
        assert served(ada, "GET", "/v1/me").json()["principal"] == "ada"
        assert served(None, "GET", "/v1/health/ready").json()["answer"] == "ready"
        assert "/v1/keys" in served(None, "GET", "/schema/openapi.json").json()["paths"]
        assert served.end() in (0, -signal.SIGTERM)
        log = served.log.read_text()
    assert "Traceback" not in log
    assert ada not in log
    requests = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert [(each["method"], each["route"], each["status"]) for each in requests] == [
        ("POST", "/v1/keys", 201),
        ("GET", "/v1/me", 401),
        ("GET", "/v1/me", 200),
        ("GET", "/v1/health/ready", 200),
        ("GET", "/schema/openapi.json", 200),
    ]
    with serving(data) as served:
        assert people(served, ada) == ["first administrator", "ada"]


def test_a_kill_loses_nothing_that_was_answered(data: Path) -> None:
    with serving(data) as served:
        ada = admin(served, data)
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(served, ada, "POST", "/v1/keys", json=EVE) for _ in range(24)]
            asked[8].result()
            served.end(signal.SIGKILL)
        answered = [each.result() for each in asked if each.exception() is None]
    assert answered
    with serving(data) as served:
        kept = {each["id"] for each in served(ada, "GET", "/v1/keys").json()["data"]}
        assert {each.json()["id"] for each in answered} <= kept
        assert served(None, "GET", "/v1/health/ready").json()["answer"] == "ready"
        made = served(ada, "POST", "/v1/keys", json=EVE).json()
    assert made["log"]["index"] == len(kept) + 3 - 1  # begun, and the first key's end, are entries too


def test_two_processes_that_begin_at_once_serve_one_log(data: Path, empty: str) -> None:
    with ThreadPoolExecutor(4) as pool, ExitStack() as ends:
        starts = [pool.submit(ends.enter_context, serving(data, PROOFOLIO_DATABASE_URL=empty)) for _ in range(2)]
        one, two = (start.result() for start in starts)
        ada = admin(one, data)
        found = list(pool.map(lambda n: (one, two)[n % 2](ada, "POST", "/v1/keys", json=EVE), range(12)))
        indices = sorted(each.json()["log"]["index"] for each in found)
        assert indices == list(range(indices[0], indices[0] + 12))
        assert people(one, ada) == people(two, ada) == ["first administrator", "ada", *["eve"] * 12]
        for each in (one, two):
            assert each(None, "GET", "/v1/health/ready").json()["answer"] == "ready"


Refused = Callable[..., str]


@pytest.fixture
def refused(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    """What is said by a start that fails."""

    def said(*words: str, **variables: str) -> str:
        for name, value in {"PROOFOLIO_DATA_DIR": str(data), **variables}.items():
            monkeypatch.setenv(name, value)
        assert main(["serve", "--port", "0", *words]) == Exit.BAD_INPUT
        printed = capsys.readouterr()
        assert printed.out == ""
        return printed.err

    return said


def test_a_port_in_use_is_said(refused: Refused, data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "address already in use" in refused("--port", port)
    assert "no port" in refused("--port", "70000")
    assert "invalid int value" in refused("--port", "x")
    assert "--host" in refused("--host", "203.0.113.1")
    assert not data.exists()


def test_a_place_that_cannot_be_written_is_said(refused: Refused, data: Path) -> None:
    data.write_text("a file")
    assert "PROOFOLIO_DATA_DIR" in refused()
    assert "PROOFOLIO_DATA_DIR" in refused(PROOFOLIO_DATA_DIR="/proc/proofolio")


DOWN = "postgresql+psycopg://eve:hunter2@127.0.0.1:1/proofolio"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://x", "starts with none of"),
        ("postgresql+psycopg://eve:hunter2@127.0.0.1:port/x", "cannot be read"),
        (DOWN, "Connection refused"),
        ("sqlite:////proc/proofolio/x.sqlite", "/proc/proofolio"),
        ("sqlite:///", "names no file"),
        ("sqlite:///:memory:", "names no file"),
    ],
)
def test_a_database_that_cannot_be_is_said(refused: Refused, data: Path, url: str, said: str) -> None:
    found = refused(PROOFOLIO_DATABASE_URL=url)
    assert said in found
    assert "hunter2" not in found


def test_a_file_that_is_no_database_is_said_and_left_alone(refused: Refused, tmp_path: Path, data: Path) -> None:
    (tmp_path / "x.sqlite").write_text("a letter\n" * 999)
    assert "not a database" in refused(PROOFOLIO_DATABASE_URL=f"sqlite:///{tmp_path / 'x.sqlite'}")
    assert (tmp_path / "x.sqlite").read_text() == "a letter\n" * 999


def test_a_database_of_a_newer_version_is_said(refused: Refused, data: Path) -> None:
    service = opened(Settings(data, f"sqlite:///{data / 'proofolio.sqlite'}"))
    with service.store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    service.store.engine.dispose()
    assert "newer version" in refused()
    assert "9999" in refused()


def test_a_broken_signing_key_is_said(refused: Refused, data: Path) -> None:
    (data / "signer").mkdir(parents=True)
    (data / "signer" / "signing-key").write_text("abc")
    assert "64 hexadecimal" in refused()
