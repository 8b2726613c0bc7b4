"""Clients that take their time, over a real socket: each is let go when its time is up, and others are answered."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from server import listen
from server.api import patience
from server.app import app
from server.running import first_key, opened
from server.settings import Settings

HEAD = b"POST /v1/keys HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: 1\r\n"
SOON = 30  # seconds after which a test that hangs has failed


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int, bytes]]:
    """Where an impatient service listens, and the header of a key that is good there."""
    monkeypatch.setattr(listen, "HEAD", 0.2)
    monkeypatch.setattr(listen, "IDLE", 0.2)
    monkeypatch.setattr(patience, "GRACE", 0.2)
    service = opened(Settings(tmp_path / "data", f"sqlite:///{tmp_path / 'x.sqlite'}"))
    key = first_key(service.settings).read_bytes().strip()
    with listen.listening("127.0.0.1", 0) as listening:
        server = listen.server(app(service))
        thread = Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        yield (*listening.getsockname(), b"Authorization: Bearer " + key + b"\r\n")
        server.should_exit = True
        thread.join(SOON)
    service.store.engine.dispose()
    assert not thread.is_alive()


@contextmanager
def connected(at: tuple[str, int, bytes]) -> Iterator[socket.socket]:
    with socket.create_connection(at[:2], timeout=SOON) as found:
        yield found


def rest(of: socket.socket) -> bytes:
    """Until the other side closes, or breaks off because it will not read on."""
    found = b""
    with suppress(ConnectionResetError):
        while more := of.recv(65536):
            found += more
    return found


def works(at: tuple[str, int, bytes]) -> bool:
    with connected(at) as other:
        other.sendall(b"GET /v1/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return rest(other).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("sent", [b"", b"GET /v1/me HT", HEAD])
def test_a_head_that_does_not_end_is_not_waited_for(at: tuple[str, int, bytes], sent: bytes) -> None:
    with connected(at) as slow:
        slow.sendall(sent)
        assert works(at)
        assert rest(slow) == b""


def test_nor_is_one_after_a_request_that_was_answered(at: tuple[str, int, bytes]) -> None:
    with connected(at) as slow:
        slow.sendall(b"GET /v1/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert slow.recv(65536).startswith(b"HTTP/1.1 200")
        slow.sendall(b"GET /v1/health")
        assert b"HTTP/1.1 " not in rest(slow)


def test_a_body_that_does_not_end_is_a_problem(at: tuple[str, int, bytes]) -> None:
    with connected(at) as slow:
        slow.sendall(HEAD + at[2] + b"Content-Length: 50\r\n\r\n{")
        assert works(at)
        found = rest(slow)
    assert found.startswith(b"HTTP/1.1 408")
    assert b"too-slow" in found


def test_a_body_that_nobody_may_send_is_not_read(at: tuple[str, int, bytes]) -> None:
    with connected(at) as anybody:
        anybody.sendall(HEAD + b"Content-Length: 999999999\r\n\r\n" + b" " * 1000)
        assert rest(anybody).startswith(b"HTTP/1.1 401")


def test_a_client_that_leaves_is_no_fault(at: tuple[str, int, bytes], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with connected(at) as leaving:
        leaving.sendall(HEAD + at[2] + b"Content-Length: 50\r\n\r\n{")
    assert works(at)
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /v1/me HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /" + b"a" * 200_000,
        HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nzz\r\n",
        HEAD + b"X: a\x00b\r\n\r\n",
        b"GET /v1/me HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_and_the_connection_closed(at: tuple[str, int, bytes], sent: bytes) -> None:
    with connected(at) as odd:
        odd.sendall(sent)
        found = rest(odd)
    assert found == b"" or found.startswith((b"HTTP/1.1 400", b"HTTP/1.1 401"))
    assert b"Traceback" not in found
    assert works(at)
