"""The feed: whole, in order, and to each reader what is his, by page, by waiting and as a stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Thread, Timer
from typing import Any

import httpx
import pytest

from server import listen
from server.api import events as route
from server.app import app
from server.auth.roles import Role
from server.log import feed, journal
from server.log.events import Event
from server.running import Service
from tests.server.api.conftest import Caller

AT = "2026-11-22T14:00:00.000000Z"
Callers = Callable[..., Caller]


def happen(service: Service, *numbers: int, household: str | None = None, role: str | None = None) -> list[int]:
    events = [
        Event("key.added", household or "s", f"key {n}", "anna", {"n": n}, household=household, role=role)
        for n in numbers
    ]
    with service.store.writing() as session:
        return [receipt.index for receipt in journal.append(session, events, AT)]


def walk(who: Caller, after: int = -1, limit: int = 3) -> list[dict[str, Any]]:
    found = []
    while True:
        got = who("GET", f"/v1/events?after={after}&limit={limit}")
        assert got.status_code == 200, got.text
        page = got.json()
        found += page["events"]
        after = page["after"]
        if not page["more"]:
            return found


def test_an_event_says_what_happened_and_where_it_is_in_the_log(service: Service, caller: Callers) -> None:
    trader = caller("tom", Role.TRADER)
    (index,) = happen(service, 7)
    (event,) = walk(trader, index - 1)
    with service.store.reading() as session:
        (leaf,) = journal.nodes(session, 0, index, index + 1)
    assert event == {
        "type": "key.added",
        "timestamp": AT,
        "data": {"n": 7},
        "event": f"evt_{leaf.hex()[:32]}",
        "index": index,
        "stream": "s",
        "seq": 0,
        "leaf": leaf.hex(),
    }


def test_it_is_whole_and_in_order_while_many_write(service: Service, caller: Callers) -> None:
    trader = caller("tom", Role.TRADER)
    start = happen(service, 0)[0]
    with ThreadPoolExecutor(5) as pool:
        written = [pool.submit(happen, service, n, n) for n in range(40)]
        found: list[int] = []
        while len(found) < 80:
            found += [event["index"] for event in walk(trader, found[-1] if found else start)]
    assert all(len(each.result()) == 2 for each in written)
    assert found == list(range(start + 1, start + 81))


def test_each_reads_what_is_his_and_no_trace_of_the_rest(
    service: Service, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers = {
        "smith": caller("a", Role.ADVISER, households=["hh_smith"]),
        "none": caller("b", Role.ADVISER, households=[]),
        "all": caller("c", Role.ADVISER),
        "room": caller("d", Role.CONTROL_ROOM, Role.TRADER),
    }
    start = happen(service, 0)[0]
    happen(service, 1, 2, household="hh_smith")
    happen(service, 3, household="hh_smithson")
    happen(service, 4, role="control room")
    happen(service, 5, household="hh_smith", role="control room")
    happen(service, 6)
    happen(service, *range(7, 20), household="hh_jones")
    seen = {"smith": [1, 2, 6], "none": [6], "all": [1, 2, 3, 6, *range(7, 20)], "room": list(range(1, 20))}
    for scan in (feed.SCAN, 2):
        monkeypatch.setattr(feed, "SCAN", scan)
        for name, who in readers.items():
            for limit in (1, 3, 100):
                assert [event["data"]["n"] for event in walk(who, start, limit)] == seen[name]
    page = readers["none"]("GET", f"/v1/events?after={start + 6}").json()
    assert page == {"events": [], "after": page["after"], "more": True}


@pytest.mark.parametrize(
    "asked",
    ["after=99999", "after=-2", "after=x", "limit=0", "limit=1001", "after=99999999999999999999", "limit=1,5"],
)
def test_what_cannot_be_asked_is_said(caller: Callers, asked: str) -> None:
    found = caller("tom", Role.TRADER)("GET", f"/v1/events?{asked}")
    assert found.status_code == 400
    assert found.json()["code"] in ("bad-cursor", "bad-parameter")


def test_it_is_for_those_who_may(nobody: Caller, caller: Callers) -> None:
    for path in ("/v1/events", "/v1/events/stream"):
        assert nobody("GET", path).status_code == 401


def test_an_administrator_reads_of_keys_and_of_nothing_else(service: Service, admin: Caller, caller: Callers) -> None:
    caller("rita", Role.COMPLIANCE)
    happen(service, 1)
    happen(service, 2, household="hh_smith")
    happen(service, 3, role="compliance,control room")
    seen = walk(admin)
    assert {event["type"] for event in seen} == {"key.added", "key.revoked"}
    assert [event["data"].get("principal") for event in seen][-1] == "rita"
    assert not [event for event in seen if "n" in event["data"]]
    trader, room = caller("tom", Role.TRADER), caller("roy", Role.CONTROL_ROOM)
    assert [event["data"]["n"] for event in walk(trader) if "n" in event["data"]] == [1, 2]
    assert [event["data"]["n"] for event in walk(room) if "n" in event["data"]] == [1, 2, 3]
    assert not [event for event in walk(trader) if "principal" in event["data"]]


def test_who_waits_is_told_when_it_happens(service: Service, caller: Callers) -> None:
    jones = caller("j", Role.ADVISER, households=["hh_jones"])
    start = happen(service, 0)[0]
    timers = [Timer(0.1, happen, (service, 1), {"household": "hh_smith"})]
    timers += [Timer(0.2, happen, (service, 2), {"household": "hh_jones"})]
    for timer in timers:
        timer.start()
    got = jones("GET", f"/v1/events?after={start}", headers={"Prefer": "respond-async, wait=20"})
    for timer in timers:
        timer.join()
    assert [event["data"]["n"] for event in got.json()["events"]] == [2]
    assert got.headers["preference-applied"] == "wait=20"
    got = jones("GET", f"/v1/events?after={start + 2}", headers={"Prefer": "wait=1"})
    assert got.json() == {"events": [], "after": start + 2, "more": False}


# --- as a stream ---------------------------------------------------------------------------------


@contextmanager
def served(service: Service) -> Iterator[tuple[str, Any]]:
    """The service behind a real socket, in a thread."""
    found = app(service)
    at = listen.listening("127.0.0.1", 0)
    server = listen.server(found)
    thread = Thread(target=server.run, args=([at],))
    thread.start()
    try:
        yield listen.address(at), server
    finally:
        server.handle_exit(15, None)
        thread.join()


def told(lines: Iterator[str], count: int) -> list[tuple[int, dict[str, Any]]]:
    """So many events of a stream, with their ids."""
    found, data = [], None
    for line in lines:
        if line.startswith("data: "):
            data = json.loads(line.removeprefix("data: "))
        elif line.startswith("id: "):
            at = int(line.removeprefix("id: "))
        elif not line and data is not None:
            found.append((at, data))
            data = None
            if len(found) == count:
                break
    return found


def test_a_stream_goes_on_where_it_was_left(service: Service, caller: Callers) -> None:
    jones = caller("j", Role.ADVISER, households=["hh_jones"])
    key = {"Authorization": f"Bearer {jones.key}"}
    start = happen(service, 0)[0]
    happen(service, 1, 2, household="hh_jones")
    happen(service, 3, household="hh_smith")
    with served(service) as (address, _):
        url = f"{address}/v1/events/stream"
        with httpx.stream("GET", f"{url}?after={start}", headers=key) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.iter_lines()
            before = told(lines, 2)
            happen(service, 4, household="hh_jones")
            before += told(lines, 1)
        happen(service, 5, 6, household="hh_jones")
        with httpx.stream("GET", url, headers={**key, "Last-Event-ID": str(before[-2][0])}) as answer:
            after = told(answer.iter_lines(), 3)
        assert httpx.get(url, headers={**key, "Last-Event-ID": "abc"}).json()["code"] == "bad-cursor"
        assert httpx.get(url, headers={**key, "Last-Event-ID": "99999"}).json()["code"] == "bad-cursor"
    assert [event["n"] for _, event in ((at, each["data"]) for at, each in before)] == [1, 2, 4]
    assert [each["data"]["n"] for _, each in after] == [4, 5, 6]
    pages = walk(jones, start)
    assert [each for _, each in before] == pages[:3]
    assert [at for at, _ in before] == [each["index"] for each in pages[:3]]


def test_silence_has_a_heartbeat_that_says_how_far(
    service: Service, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route, "HEARTBEAT", 0.1)
    jones = caller("j", Role.ADVISER, households=["hh_jones"])
    last = happen(service, 1, 2, household="hh_smith")[-1]
    with served(service) as (address, _):
        headers = {"Authorization": f"Bearer {jones.key}"}
        with httpx.stream("GET", f"{address}/v1/events/stream?after={last - 2}", headers=headers) as answer:
            lines = answer.iter_lines()
            assert next(line for line in lines if line.startswith(":")) == ": so far"
            assert next(lines) == f"id: {last}"


def test_what_was_told_is_not_told_again(service: Service, caller: Callers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "HEARTBEAT", 0.1)
    trader = caller("tom", Role.TRADER)
    start = happen(service, 1)[0] - 1
    with (
        served(service) as (address, _),
        httpx.stream("GET", f"{address}/v1/events/stream?after={start}", headers=_key(trader)) as answer,
    ):
        lines = answer.iter_lines()
        assert [each["data"]["n"] for _, each in told(lines, 1)] == [1]
        assert next(line for line in lines if line.startswith((":", "data"))) == ": so far"


def test_a_stream_ends_when_its_key_is_revoked(
    service: Service, admin: Caller, caller: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route, "LOOK", 0.1)
    trader = caller("tom", Role.TRADER)
    start = happen(service, 1)[0] - 1
    name = trader("GET", "/v1/me").json()["id"]
    with (
        served(service) as (address, _),
        httpx.stream("GET", f"{address}/v1/events/stream?after={start}", headers=_key(trader)) as answer,
    ):
        lines = answer.iter_lines()
        assert len(told(lines, 1)) == 1
        assert admin("DELETE", f"/v1/keys/{name}").status_code == 200
        assert not [line for line in lines if line.startswith("data")]


def test_who_waits_with_a_key_that_is_revoked_is_told_nothing(service: Service, admin: Caller, caller: Callers) -> None:
    trader = caller("tom", Role.TRADER)
    start = happen(service, 1)[0]
    name = trader("GET", "/v1/me").json()["id"]

    def revoked() -> None:
        admin("DELETE", f"/v1/keys/{name}")
        happen(service, 2)

    timer = Timer(0.2, revoked)
    timer.start()
    got = trader("GET", f"/v1/events?after={start}", headers={"Prefer": "wait=20"})
    timer.join()
    assert (got.status_code, got.json()["code"]) == (401, "credentials-missing")


def test_streams_end_when_the_service_stops(service: Service, caller: Callers) -> None:
    trader = caller("tom", Role.TRADER)
    start = happen(service, 1)[0] - 1
    with (
        served(service) as (address, server),
        httpx.stream("GET", f"{address}/v1/events/stream?after={start}", headers=_key(trader)) as answer,
    ):
        lines = answer.iter_lines()
        assert len(told(lines, 1)) == 1
        server.handle_exit(15, None)
        assert list(lines) == []  # the end, and no broken connection


def _key(who: Caller) -> dict[str, str]:
    return {"Authorization": f"Bearer {who.key}"}
