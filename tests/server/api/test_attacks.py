"""What somebody means badly: on every route, never a fault, never a stack trace, never a line that tells of it."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Callable, Mapping

import pytest
from litestar import Litestar

from server.app import LARGEST
from server.auth.roles import Role
from server.lines import Lines
from server.log import journal
from server.running import Service
from tests.depth import turn
from tests.server.api.conftest import Caller
from tests.server.api.wire import Answered, called, every

MARK = "zq7secret"
"""Stands in whatever is sent, and must stand in no line of the log."""

BODIES = {
    "empty": b"",
    "not JSON": b"{" + MARK.encode(),
    "not UTF-8": b'{"x": "\xff"}',
    "deep": b"[" * 200_000 + b"]" * 200_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "twice": b'{"principal": "a", "principal": "b"}',
    "a huge number": b'{"days": ' + b"9" * 100_000 + b"}",
    "a huge exponent": b'{"days": 1e999999999}',
    "not a number": b'{"days": NaN}',
    "NUL": b'{"principal": "a\\u0000' + MARK.encode() + b'", "roles": ["trader"]}',
    "controls": b'{"principal": "a\\u001b[31m\\r\\nX-Y: z", "roles": ["trader"]}',
    "a lone surrogate": b'{"principal": "\\ud800", "roles": ["trader"]}',
    "a raw NUL": b'{"principal": "\x00"}',
    "a list": b"[]",
    "a string": b'"' + MARK.encode() + b'"',
    "SQL": json.dumps({"principal": f"'; DROP TABLE credential; --{MARK}", "roles": ["trader"]}).encode(),
    "compressed": gzip.compress(b"{}"),
    "many members": json.dumps({str(n): n for n in range(20_000)}).encode(),
}
HEADERS: dict[str, Mapping[str, bytes]] = {
    "a line in the key": {"Idempotency-Key": b"a\r\nX-Evil: 1"},
    "quotes in the key": {"Idempotency-Key": b"'; DROP TABLE reply; --"},
    "a long key": {"Idempotency-Key": b"k" * 10_000},
    "a NUL in the key": {"Idempotency-Key": b"a\0b"},
    "form": {"Content-Type": b"application/x-www-form-urlencoded"},
    "multipart": {"Content-Type": b"multipart/form-data"},
    "no type at all": {"Content-Type": b";;;=\xff"},
    "compressed, it says": {"Content-Encoding": b"gzip"},
    "an id that breaks lines": {"X-Request-Id": b'x\r\n{"event": "forged"}'},
    "a long id": {"X-Request-Id": b"x" * 65},
    "a strange host": {"Host": b"<script>"},
    "a length that lies": {"Content-Length": b"99999999999999999999"},
    "a length that is none": {"Content-Length": b"x"},
    "cookies": {"Cookie": b'a="\xff; ;=;' + b"x" * 5000},
    "ranges": {"Range": b"bytes=0-,0-,0-", "If-Match": b'W/"', "Accept": b"\xff/*;q=x", "Prefer": b"wait=-1"},
}
PARTS = [
    b"%00",
    b"%0d%0aX-Evil:1",
    b"..%2f..%2fetc%2fpasswd",
    b"%2f",
    b"%ff%fe",
    b"'%20OR%201=1--",
    b"%25%32%66",
    b"a" * 9000,
    b"%F0%9F%92%A9",
    b"%ED%A0%80",
    b"{x}",
    b"-1",
    b"9" * 400,
    b"*",
    b"%5C",
    b";a=b",
    b".",
    b"%2e%2e",
]
QUERIES = [
    b"?" + b"x" * 20_000,
    b"?after=%00&limit=%ff",
    b"?" + b"&".join([b"limit=1"] * 2_000),
    b"?=&&==;",
    b"?cursor='--",
    b"?limit=1e9&after=99999999999999999999999",
    b"?as_of=%0a",
    b"?wait=-1",
]
ODD = [
    b"//v1/me",
    b"/v1//me",
    b"/v1/me/",
    b"/v1/me/../keys",
    b"/v1/%6de",
    b"/V1/ME",
    b"/",
    b"/v1",
    b"//evil.example/",
    b"/v1/me%2f",
    b"/.git/config",
]

CREDENTIALS = [
    b"Bearer",
    b"Bearer ",
    b"bearer  ",
    b"Basic YTpi",
    b"Bearer " + b"x" * 50_000,
    b"Bearer \xff\xfe",
    b"Bearer a\0b",
    b"Bearer ' OR 1=1 --",
    b"\xff",
    b"Bearer pk_live_" + MARK.encode(),
]


@pytest.fixture
def key(caller: Callable[..., Caller]) -> bytes:
    """Of somebody who may do everything, so that every attack arrives."""
    return str(caller("mallory", *Role).key).encode()


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    caplog.set_level(logging.INFO)

    def lines() -> str:
        found = "\n".join(map(Lines().format, caplog.records))
        caplog.clear()
        return found

    return lines


def withstood(found: Answered, what: object) -> None:
    assert found.status < 500, (what, found)
    assert b"Traceback" not in found.body, what
    assert b".py" not in found.body, what
    assert "x-evil" not in found.headers, what
    assert found.status < 400 or found.code, what
    assert found.headers["x-content-type-options"] == "nosniff", what
    assert "cache-control" in found.headers, what
    request = found.headers["x-request-id"]
    assert 0 < len(request) <= 64, what
    assert found.code is None or json.loads(found.body)["request_id"] == request, what


def silent(lines: str, key: bytes) -> None:
    assert MARK not in lines
    assert key.decode() not in lines
    assert "X-Evil" not in lines
    assert "forged" not in lines
    assert '"fault"' not in lines


def test_bodies(served: Litestar, key: bytes, said: Callable[[], str], deep: bool) -> None:
    """A route that reads none is sent one, too."""
    for number, (method, path, _) in enumerate(every(served)):
        some = turn(list(BODIES.items()), number, deep) if method == "POST" or deep else [("deep", BODIES["deep"])]
        for name, body in some:
            headers = {"Authorization": b"Bearer " + key, "Idempotency-Key": name.encode()}
            withstood(called(served, method, path, headers, body), (method, path, name))
    silent(said(), key)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_headers(served: Litestar, key: bytes, said: Callable[[], str], deep: bool) -> None:
    for number, (method, path, _) in enumerate(every(served)):
        for name, more in turn(list(HEADERS.items()), number, deep):
            headers = {"Authorization": b"Bearer " + key, "Idempotency-Key": name.encode(), **more}
            withstood(called(served, method, path, headers, b"{}"), (method, path, name))
    silent(said(), key)


def test_path_parts_and_queries(served: Litestar, key: bytes, said: Callable[[], str], deep: bool) -> None:
    headers = {"Authorization": b"Bearer " + key, "Idempotency-Key": b"1"}
    for number, (method, path, _) in enumerate(every(served)):
        paths = [path.replace(b"none", part) for part in PARTS] if b"none" in path else []
        for each in turn([*paths, *(path + query for query in QUERIES)], number, deep):
            withstood(called(served, method, each, headers, b"{}"), (method, each))
    silent(said(), key)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_verbs_and_paths_that_are_not_there(served: Litestar, key: bytes, said: Callable[[], str]) -> None:
    headers = {"Authorization": b"Bearer " + key, "Idempotency-Key": b"1"}
    for method in ("HEAD", "TRACE", "CONNECT", "PATCH", "PROPFIND", "OPTIONS", "get", "X" * 500):
        for _, path, _ in every(served):
            withstood(called(served, method, path, headers), (method, path))
    for path in ODD:
        withstood(called(served, "GET", path, headers), path)
    assert called(served, "GET", b"//v1/me", {}).status == 401
    silent(said(), key)


def test_credentials(served: Litestar, said: Callable[[], str]) -> None:
    for credentials in CREDENTIALS:
        found = called(served, "GET", b"/v1/me", {"Authorization": credentials})
        withstood(found, credentials)
        assert found.status == 401
    assert MARK not in said()


def test_a_body_that_is_too_large_is_refused_while_it_comes(served: Litestar, key: bytes) -> None:
    headers = {"Authorization": b"Bearer " + key, "Idempotency-Key": b"1"}
    large = b" " * (LARGEST + 1)
    for more in ({}, {"Content-Length": str(len(large)).encode()}):
        found = called(served, "POST", b"/v1/keys", {**headers, **more}, large)
        withstood(found, more)
        assert found.code == "too-large"
    assert called(served, "POST", b"/v1/keys", {"Idempotency-Key": b"1"}, large).status == 401


def test_a_request_id_is_taken_where_it_is_sane(served: Litestar) -> None:
    assert called(served, "GET", b"/v1/me", {"X-Request-Id": b"a-B.9_"}).headers["x-request-id"] == "a-B.9_"
    for bad in (b"", b"x" * 65, b"a b", b"a\n", b"\xc3\xa4", b'"'):
        assert called(served, "GET", b"/v1/me", {"X-Request-Id": bad}).headers["x-request-id"].startswith("req_")


def test_a_line_tells_who_asked_for_what_and_no_more(served: Litestar, key: bytes, said: Callable[[], str]) -> None:
    called(served, "DELETE", b"/v1/keys/" + MARK.encode(), {"Authorization": b"Bearer " + key, "X-Request-Id": b"r1"})
    line = json.loads(said().splitlines()[-1])
    assert (line["event"], line["request"], line["method"], line["status"]) == ("request", "r1", "DELETE", 404)
    assert line["route"].startswith("/v1/keys/{")
    assert line["credential"].startswith("key_")
    assert set(line) == {"time", "level", "event", "request", "method", "route", "credential", "status", "ms"}


def test_a_fault_tells_where_it_is_and_not_what_was_sent(
    served: Litestar, service: Service, key: bytes, said: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(MARK)

    monkeypatch.setattr(journal, "append", broken)
    body = json.dumps({"principal": MARK, "roles": ["trader"]}).encode()
    headers = {"Authorization": b"Bearer " + key, "Idempotency-Key": b"1"}
    found = called(served, "POST", b"/v1/keys", headers, body)
    assert (found.status, found.code) == (500, "fault")
    assert MARK.encode() not in found.body
    lines = said()
    assert "builtins.RuntimeError" in lines
    assert "server/api/keys.py" in lines
    assert MARK not in lines
