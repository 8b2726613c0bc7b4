"""What the client does when the network and the service do not do as they should."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from typing import Any

import httpx
import pytest

from server.client.answer import Answer
from server.client.client import Client
from server.client.problem import ProblemError
from server.client.wire import Wire

KEY = {
    "id": "key_1",
    "principal": "p",
    "roles": ["x"],
    "households": None,
    "made": "m",
    "expires": "e",
    "ended": None,
    "rotated": None,
}
Handler = Callable[[httpx.Request], httpx.Response]


def client(handler: Handler) -> tuple[Client, list[float]]:
    """And for how long it paused."""
    paused: list[float] = []
    found = Client("http://x", "KEY", transport=httpx.MockTransport(handler))
    wire = Wire(found.http, "KEY", 60.0, paused.append)
    super(Client, found).__init__(wire)
    return found, paused


def test_a_post_is_sent_again_with_the_same_key() -> None:
    keys = []

    def answered(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        match len(keys):
            case 1:
                raise httpx.ReadError("torn")
            case 2:
                return httpx.Response(409, json={"code": "idempotency-in-progress"}, headers={"Retry-After": "2"})
            case 3:
                return httpx.Response(503, json={"code": "database-down"}, headers={"Retry-After": "5"})
        return httpx.Response(201, json={**KEY, "what is new": [1]})

    found, paused = client(answered)
    assert found.keys.create(principal="p", roles=["x"]).id == "key_1"
    assert len(set(keys)) == 1
    assert paused == [0.25, 2.0, 5.0]
    found.keys.create(principal="p", roles=["x"])
    assert len(set(keys)) == 2


@pytest.mark.parametrize(("status", "slug"), [(409, "state-conflict"), (422, "invalid"), (500, "fault"), (404, "x")])
def test_what_will_not_change_is_told_at_once(status: int, slug: str) -> None:
    flaw = {"pointer": "/a", "detail": "b", "help": "c"}
    said = {"code": slug, "detail": "so", "request_id": "req_1", "errors": [flaw]}
    found, paused = client(lambda request: httpx.Response(status, json=said))
    with pytest.raises(ProblemError) as caught:
        found.proposals.create()
    problem = caught.value
    assert (problem.status, problem.slug, problem.detail, problem.request_id) == (status, slug, "so", "req_1")
    assert problem.errors[0].pointer == "/a"
    assert paused == []


def test_a_long_wait_and_words_of_others_are_told() -> None:
    found, paused = client(lambda request: httpx.Response(429, text="<html>", headers={"Retry-After": "86400"}))
    with pytest.raises(ProblemError, match="429"):
        found.checks.create()
    assert paused == []


def test_the_version_that_was_read_is_sent() -> None:
    sent = []

    def answered(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers.get("if-match"))
        return httpx.Response(200, json=MODE, headers={"ETag": '"r7"'})

    found, _ = client(answered)
    mode = found.modes.get("mode_1")
    found.modes.agree(mode)
    found.modes.agree("mode_1", version="r3")
    assert sent == [None, '"r7"', '"r3"']
    with pytest.raises(ValueError, match="mode_1"):
        found.modes.agree("mode_1")


MODE = dict.fromkeys(("id", "state", "rulebook", "rule", "mode", "reason", "asker", "made"), "x") | {
    "version": 2, "since": None, "granter": None, "granted": None, "active": None,
}  # fmt: skip


def test_exact_numbers_go_out_as_text() -> None:
    bodies = []

    def answered(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(500, json={})

    found, _ = client(answered)
    with pytest.raises(ProblemError):
        found.checks.create(orders=[{"quantity": Fraction(1, 3)}])
    with pytest.raises(TypeError, match="set has no form"):
        found.checks.create(orders=[{"quantity": {1}}])
    assert bodies == [{"orders": [{"quantity": "1/3"}]}]


class Torn(httpx.SyncByteStream):
    def __init__(self, *parts: str) -> None:
        self.parts = parts

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            yield part.encode()
        raise httpx.ReadError("torn")


def told(number: int) -> str:
    said = {
        "type": "t",
        "timestamp": "x",
        "data": {},
        "event": "e",
        "index": number,
        "stream": "s",
        "seq": 0,
        "leaf": "l",
    }
    return f"id: {number}\r\ndata: {json.dumps(said)}\r\n\r\n"


def test_events_come_once_and_in_order_over_torn_connections() -> None:
    asked: list[str | None] = []
    answers: list[Any] = [
        Torn("retry: 500\r\n\r\n", told(0), told(3), told(4)[:30]),
        Torn(told(3), told(4), ": so far\r\nid: 9\r\n\r\n"),
        503,
        Torn(told(10)),
    ]

    def answered(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("last-event-id"))
        said = answers.pop(0)
        return httpx.Response(said, json={}) if isinstance(said, int) else httpx.Response(200, stream=said)

    found, _ = client(answered)
    assert [each.index for each in islice(found.events.follow(), 4)] == [0, 3, 4, 10]
    assert asked == [None, "3", "9", "9"]


def test_a_feed_that_is_refused_ends() -> None:
    found, _ = client(lambda request: httpx.Response(400, json={"code": "bad-parameter"}))
    with pytest.raises(ProblemError, match="bad-parameter"):
        next(found.events.follow(99))


def test_a_batch_that_breaks_goes_on_where_it_broke() -> None:
    bodies = []

    def answered(request: httpx.Request) -> httpx.Response:
        lines = request.content.splitlines()
        bodies.append(len(lines))
        said = [
            json.dumps({"line": 1, "status": 422, "problem": {"code": json.loads(each)["n"]}}) + "\n" for each in lines
        ]
        return (
            httpx.Response(200, stream=Torn(said[0], said[1][:9]))
            if len(bodies) == 1
            else httpx.Response(200, text="".join(said))
        )

    found, _ = client(answered)
    checked = list(found.checks.batch({"n": f"n{n}"} for n in range(4)))
    assert [(each.number, each.problem.slug) for each in checked if each.problem] == [(n, f"n{n}") for n in range(4)]
    assert bodies == [4, 3]


def test_answers_are_values() -> None:
    assert Answer.model_config["frozen"]
