"""Events posted to a receiver on a real socket: in order, signed, tried again, never lost, and never to a dead one."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from server import clock
from server.auth.credentials import Principal
from server.auth.roles import Role
from server.desk import webhooks
from server.flow import posting
from server.log import journal
from server.log.events import Event
from server.running import Service, opened
from server.settings import Settings
from server.store.hands import Hands
from server.store.tables import Delivery, Webhook
from server.threads import beside

OLGA = Principal("key", "olga", frozenset({Role.OPERATIONS}), None)


@dataclass
class Receiver:
    """Answers with the statuses of `answers`, one after the other, and then with 204."""

    address: str = ""
    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], dict[str, Any], bytes]] = field(default_factory=list)

    @property
    def numbers(self) -> list[int]:
        return [event["index"] for _, event, _ in self.got]


@contextmanager
def receiving() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.got.append(({k.lower(): v for k, v in self.headers.items()}, json.loads(body), body))
            status = found.answers.pop(0) if found.answers else 204
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.address = f"http://127.0.0.1:{server.server_port}/hook?of=desk"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def service(url: str, tmp_path: Path) -> Iterator[Service]:
    found = opened(Settings(tmp_path / "data", url, workers=0))
    yield found
    found.store.engine.dispose()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def hooked(service: Service, url: str, who: Principal = OLGA, types: tuple[str, ...] = ()) -> str:
    with service.store.writing() as session:
        row, event = webhooks.added(session, url, who, types, None, clock.now())
        journal.append(session, [event], clock.now())
        return row.id


def happened(service: Service, count: int, **more: Any) -> list[int]:
    events = [Event("run.planned", "runs", "a run", "anna", {"number": number}, **more) for number in range(count)]
    with service.store.writing() as session:
        return [receipt.index for receipt in journal.append(session, events, clock.now())]


def posted(service: Service) -> int:
    """Until no endpoint is due."""
    times = 0
    with httpx.Client(timeout=5, trust_env=False) as client:
        while posting.one(service, client):
            times += 1
    return times


def row(service: Service, name: str) -> Webhook:
    with service.store.reading() as session:
        return session.get_one(Webhook, name)


def due(service: Service, name: str) -> None:
    with service.store.writing() as session:
        found = session.get_one(Webhook, name)
        found.due = clock.now()
        session.add(found)


def test_who_takes_one_in_two_is_slow_and_not_gone(service: Service, receiver: Receiver) -> None:
    """The end of patience is with one event, not with a receiver that takes each of them in the end."""
    name = hooked(service, receiver.address)
    count = 2 * len(webhooks.RETRIES)
    numbers = happened(service, count)
    receiver.answers = [204, 503] * 2 * count
    for _ in range(count + 1):
        due(service, name)
        posted(service)
    assert row(service, name).stopped is None
    assert list(dict.fromkeys(receiver.numbers)) == [numbers[0] - 1, *numbers]
    assert (row(service, name).reached, row(service, name).tries) == (numbers[-1], 0)


def test_events_come_in_order_signed_and_once(service: Service, receiver: Receiver) -> None:
    happened(service, 3)
    name = hooked(service, receiver.address)
    numbers = happened(service, posting.BATCH + 10)
    assert posted(service) >= 2
    assert receiver.numbers == [numbers[0] - 1, *numbers], "of itself, and of what came after; nothing of before"
    assert len({headers["webhook-id"] for headers, _, _ in receiver.got}) == len(receiver.got)
    for headers, event, body in receiver.got:
        assert headers["webhook-id"] == event["event"]
        seconds = int(headers["webhook-timestamp"])
        wanted = webhooks.signature(row(service, name).secret, event["event"], seconds, body)
        assert headers["webhook-signature"] == wanted
    assert posted(service) == 0


def test_what_is_not_taken_is_tried_again_and_nothing_passes_it(service: Service, receiver: Receiver) -> None:
    name = hooked(service, receiver.address)
    first, second = happened(service, 2)
    receiver.answers += [204, 500]
    assert posted(service) == 1
    assert receiver.numbers == [first - 1, first]
    found = row(service, name)
    assert (found.reached, found.tries) == (first - 1, 1)
    assert found.due > clock.now()
    assert posted(service) == 0, "not before its time"
    due(service, name)
    posted(service)
    assert receiver.numbers == [first - 1, first, first, second]
    assert receiver.got[1][0]["webhook-id"] == receiver.got[2][0]["webhook-id"]
    assert (row(service, name).reached, row(service, name).tries) == (second, 0)
    with service.store.reading() as session:
        tries = session.exec(select(Delivery).order_by(Delivery.time)).all()  # type: ignore[arg-type]  # a column
    assert [(each.index, each.status) for each in tries] == [
        (first - 1, 204), (first, 500), (first, 204), (second, 204)
    ]  # fmt: skip


def test_a_redirection_is_not_followed(service: Service, receiver: Receiver) -> None:
    name = hooked(service, receiver.address)
    receiver.answers += [307]
    posted(service)
    assert row(service, name).tries == 1


def test_one_that_is_gone_is_stopped_and_goes_on_where_it_was(service: Service, receiver: Receiver) -> None:
    name = hooked(service, receiver.address)
    receiver.answers += [410]
    posted(service)
    stopped = row(service, name)
    assert webhooks.state(stopped) is webhooks.State.STOPPED
    numbers = happened(service, 2)
    assert posted(service) == 0
    with service.store.writing() as session:
        mine = session.get_one(Webhook, name)
        journal.append(session, [webhooks.resumed(session, mine, "olga", clock.now())], clock.now())
    posted(service)
    assert receiver.numbers[1:] == [*range(stopped.reached + 1, numbers[-1] + 2)]


def test_after_three_days_it_is_stopped(service: Service) -> None:
    name = hooked(service, "http://127.0.0.1:1/nobody")
    for number in range(len(webhooks.RETRIES) + 1):
        assert row(service, name).tries == number
        due(service, name)
        assert posted(service) == 1
    assert webhooks.state(row(service, name)) is webhooks.State.STOPPED
    with service.store.reading() as session:
        tries = session.exec(select(Delivery)).all()
    assert len(tries) == len(webhooks.RETRIES) + 1
    assert all(each.status is None and each.error for each in tries)


def test_a_range_is_posted_again_before_what_is_new(service: Service, receiver: Receiver) -> None:
    name = hooked(service, receiver.address)
    numbers = happened(service, posting.BATCH + 20)
    posted(service)
    receiver.got.clear()
    first, last = numbers[2], numbers[-2]
    with service.store.writing() as session:
        mine = session.get_one(Webhook, name)
        event = webhooks.again(session, mine, first, last, "olga", clock.now())
        journal.append(session, [event], clock.now())
    posted(service)
    assert receiver.numbers == [*range(first, last + 1), numbers[-1] + 1]


def test_it_gets_what_its_owner_may_see_and_asked_for(service: Service, receiver: Receiver) -> None:
    who = Principal("key", "olga", frozenset({Role.OPERATIONS}), frozenset({"hh_1"}))
    hooked(service, receiver.address, who, ("run.planned",))
    happened(service, 1, household="hh_2")
    happened(service, 1, role="control room")
    (mine,) = happened(service, 1, household="hh_1")
    (all_of_us,) = happened(service, 1)
    posted(service)
    assert receiver.numbers == [mine, all_of_us]


def test_an_old_secret_signs_for_a_day(service: Service, receiver: Receiver) -> None:
    name = hooked(service, receiver.address)
    old = row(service, name).secret
    with service.store.writing() as session:
        mine = session.get_one(Webhook, name)
        journal.append(session, [webhooks.rotated(session, mine, "olga", clock.now())], clock.now())
    posted(service)
    headers, event, body = receiver.got[0]
    seconds, new = int(headers["webhook-timestamp"]), row(service, name).secret
    assert new != old
    assert headers["webhook-signature"].split(" ") == [
        webhooks.signature(secret, event["event"], seconds, body) for secret in (new, old)
    ]


def test_who_answers_a_letter_now_and_then_is_not_waited_for(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "PATIENCE", 1)
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        pool.submit(_dripped, server)
        name = hooked(service, f"http://127.0.0.1:{server.getsockname()[1]}/")
        happened(service, 1)
        with httpx.Client(timeout=1) as client:
            assert posting.one(service, client)
    with service.store.reading() as session:
        (tried,) = session.exec(select(Delivery)).all()
    assert (tried.status, tried.error) == (None, "no answer within 1 seconds")
    assert (row(service, name).tries, row(service, name).holder) == (1, None)


def _dripped(server: socket.socket) -> None:
    with server.accept()[0] as line:
        for letter in b"HTTP/1.1 200 OK":
            line.send(bytes([letter]))
            time.sleep(0.2)


def test_what_is_in_hand_is_renewed_and_is_anothers_soon_after_a_death(
    service: Service, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "LEASE", timedelta(seconds=0.4))
    name = hooked(service, receiver.address)
    happened(service, 1)
    first = posting._taken(service)
    assert first is not None
    hands = Hands(service.store, Webhook, posting.LEASE)
    with hands.holding(str(first.holder)), beside(hands.renewing):
        time.sleep(1)
        assert posting._taken(service) is None
    time.sleep(0.5)
    again = posting._taken(service)
    assert again is not None
    assert (again.id, again.holder == first.holder) == (name, False)


def test_two_processes_post_no_event_twice(service: Service, receiver: Receiver) -> None:
    hooked(service, receiver.address)
    numbers = happened(service, 40)
    threads = [threading.Thread(target=posted, args=(service,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    posted(service)
    assert receiver.numbers == [numbers[0] - 1, *numbers]


def test_a_signature_is_what_others_make_of_it() -> None:
    """A case from the test suite of the specification's authors (Svix)."""
    made = webhooks.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "url",
    ["http://desk.example/x", "ftp://desk.example", "https://", "desk.example", "https://u:p@desk.example/",
     "https://desk.example/ x", "https://desk.example/\r\nx: y", "https://[::1", "https://desk.example:x/",
     "https://desk.example/#part", "https://dësk.example/"],
)  # fmt: skip
def test_nothing_is_posted_to_what_is_no_endpoint(url: str) -> None:
    assert webhooks.wrong(url) is not None
    assert webhooks.wrong("https://desk.example:8443/hook?of=x") is None
