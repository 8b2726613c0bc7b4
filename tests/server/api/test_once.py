"""A POST is done once: repeated, raced, and cut off between its work and its answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from litestar import Litestar
from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from server import clock
from server.api import once
from server.api.once import Answer
from server.auth.roles import Role
from server.log import journal
from server.log.journal import Receipt
from server.running import Service
from server.store.store import Store
from server.store.tables import Reply
from server.threads import beside
from tests.server.api.conftest import Caller

pytestmark = pytest.mark.both

LEASE = timedelta(seconds=0.6)
EVE = {"principal": "eve", "roles": ["trader"]}


def made(admin: Caller) -> int:
    return sum(key["principal"] == "eve" for key in admin("GET", "/v1/keys").json()["data"])


def test_the_same_request_is_answered_alike(admin: Caller) -> None:
    found = [admin("POST", "/v1/keys", once='"1"', json=EVE) for _ in range(3)]
    assert [each.status_code for each in found] == [201] * 3
    assert len({each.headers["location"] for each in found}) == made(admin) == 1


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "ä", "a\tb"])
def test_a_key_is_needed(admin: Caller, key: str) -> None:
    headers = {"Idempotency-Key": key.encode()}
    found = admin.client.post("/v1/keys", json=EVE, headers={"Authorization": f"Bearer {admin.key}", **headers})
    assert found.json()["code"] == "idempotency-key-missing"


def test_a_key_is_for_one_body_one_route_and_one_caller(admin: Caller, caller: Callable[..., Caller]) -> None:
    admin("POST", "/v1/keys", once="1", json=EVE)
    other = admin("POST", "/v1/keys", once="1", json={**EVE, "days": 3})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    bob = caller("bob", Role.ADMIN)
    assert bob("POST", "/v1/keys", once="1", json=EVE).status_code == 201
    assert made(admin) == 2


def test_a_request_that_was_refused_may_be_mended_under_its_key(admin: Caller) -> None:
    assert admin("POST", "/v1/keys", once="1", json={"principal": "eve"}).status_code == 422
    assert admin("POST", "/v1/keys", once="1", json=EVE).status_code == 201


def test_of_many_at_once_one_is_done(admin: Caller) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: admin("POST", "/v1/keys", once="1", json=EVE), range(16)))
    assert {each.status_code for each in found} <= {201, 409}
    assert made(admin) == 1
    assert admin("POST", "/v1/keys", once="1", json=EVE).status_code == 201


def test_a_process_that_died_holds_a_request_up_for_its_lease_only(service: Service, admin: Caller) -> None:
    admin("POST", "/v1/keys", once="1", json=EVE)
    with service.store.writing() as session:  # as a process that was killed half-way leaves it
        row = session.exec(_reply()).one()
        row.status = row.body = row.headers = None
        row.holder, row.lease = "dead", clock.text(datetime.now(UTC) + once.LEASE)
        session.add(row)
    busy = admin("POST", "/v1/keys", once="1", json=EVE)
    assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (409, "idempotency-in-progress", "1")
    with service.store.writing() as session:
        row = session.exec(_reply()).one()
        row.lease = row.time
        session.add(row)
    assert admin("POST", "/v1/keys", once="1", json=EVE).status_code == 201


def test_who_was_slower_than_its_lease_writes_nothing(
    service: Service, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(store: Store, asked: Reply) -> None:
        found = claimed(store, asked)
        with store.writing() as session:
            row = session.exec(_reply()).one()
            row.lease = asked.time  # it ends, and another process takes the request up
            session.add(row)
        monkeypatch.undo()
        assert admin("POST", "/v1/keys", once="1", json=EVE).status_code == 201
        return found

    claimed = once._claimed
    monkeypatch.setattr(once, "_claimed", overtaken)
    late = admin("POST", "/v1/keys", once="1", json=EVE)
    assert (late.status_code, late.json()["code"]) == (409, "idempotency-in-progress")
    assert made(admin) == 1
    assert admin("POST", "/v1/keys", once="1", json=EVE).headers["idempotency-replayed"] == "true"


def test_a_request_is_in_hand_for_as_long_as_its_work_takes(
    service: Service, served: Litestar, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, writing = Event(), once.writing_for

    def slow(store: Store, *more: Any) -> AbstractContextManager[Session]:
        begun.set()
        time.sleep(3 * LEASE.total_seconds())
        return writing(store, *more)

    monkeypatch.setattr(once, "LEASE", LEASE)
    monkeypatch.setattr(once, "writing_for", slow)
    served.state.answering = once.answering(service.store)
    with beside(served.state.answering.renewing), ThreadPoolExecutor(1) as pool:
        first = pool.submit(admin, "POST", "/v1/keys", once="1", json=EVE)
        assert begun.wait(10)
        time.sleep(2 * LEASE.total_seconds())
        assert admin("POST", "/v1/keys", once="1", json=EVE).json()["code"] == "idempotency-in-progress"
        assert first.result(30).status_code == 201
        assert made(admin) == 1


def test_a_key_is_good_for_thirty_days(service: Service, admin: Caller) -> None:
    admin("POST", "/v1/keys", once="1", json=EVE)
    with service.store.writing() as session:
        row = session.exec(_reply()).one()
        row.time = clock.text(datetime.now(UTC) - timedelta(days=29))
        session.add(row)
    assert "idempotency-replayed" in admin("POST", "/v1/keys", once="1", json=EVE).headers
    with service.store.writing() as session:
        row = session.exec(_reply()).one()
        row.time = clock.text(datetime.now(UTC) - timedelta(days=31))
        session.add(row)
    again = admin("POST", "/v1/keys", once="1", json={**EVE, "days": 3})
    assert again.status_code == 201
    assert made(admin) == 2


def _reply() -> SelectOfScalar[Reply]:
    return select(Reply).where(Reply.key == "1")


def test_a_fault_in_the_write_leaves_nothing(service: Service, admin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = journal.append

    def torn(*arguments):
        whole(*arguments)
        raise OSError("the disk is full")

    with service.store.reading() as session:
        before = journal.size(session)
    monkeypatch.setattr(journal, "append", torn)
    assert admin("POST", "/v1/keys", once="1", json=EVE).json()["code"] == "fault"
    monkeypatch.undo()
    with service.store.reading() as session:
        assert journal.size(session) == before
    assert made(admin) == 0
    assert admin("POST", "/v1/keys", once="1", json=EVE).status_code == 201


@pytest.mark.parametrize("during", ["before the write", "within it"])
def test_a_key_that_is_revoked_while_it_asks_writes_nothing_afterwards(
    service: Service, admin: Caller, caller: Callable[..., Caller], monkeypatch: pytest.MonkeyPatch, during: str
) -> None:
    """Before the write it is refused; and once that has begun, whoever revokes the key waits until it is there."""
    bob, order = caller("bob", Role.ADMIN), list[str]()
    (key,) = [each["id"] for each in admin("GET", "/v1/keys").json()["data"] if each["principal"] == "bob"]
    claimed, append = once._claimed, journal.append
    pool = ThreadPoolExecutor(1)
    ends = list[Future[int]]()

    def revoked() -> int:
        status = admin("DELETE", f"/v1/keys/{key}").status_code
        order.append("revoked")
        return status

    def first(store: Store, asked: Reply) -> Answer | None:
        monkeypatch.undo()
        found = claimed(store, asked)
        assert revoked() == 200
        return found

    def then(*arguments: Any) -> list[Receipt]:
        monkeypatch.undo()
        ends.append(pool.submit(revoked))
        assert wait(ends, timeout=0.2).not_done
        found = append(*arguments)
        order.append("written")
        return found

    if during == "before the write":
        monkeypatch.setattr(once, "_claimed", first)
    else:
        monkeypatch.setattr(journal, "append", then)
    found = bob("POST", "/v1/keys", once="1", json=EVE)
    assert [each.result() for each in ends] == ([] if during == "before the write" else [200])
    told = (found.status_code, found.json().get("code"), order, made(admin))
    if during == "before the write":
        assert told == (401, "credentials-missing", ["revoked"], 0)
    else:
        assert told == (201, None, ["written", "revoked"], 1)
    assert bob("POST", "/v1/keys", once="1", json=EVE).status_code == 401
    pool.shutdown()
