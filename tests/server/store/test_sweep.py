"""Old answers go, a few at a time; young ones, and those that are being worked out, stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from server import clock
from server.store import sweep
from server.store.store import Store
from server.store.tables import Challenge, Delivery, Reply

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def reply(key: str, age: timedelta, lease: timedelta = timedelta(minutes=5)) -> Reply:
    made = NOW - age
    times = {"time": clock.text(made), "lease": clock.text(made + lease)}
    return Reply(principal="p", route="r", key=key, request="", holder="h", **times)


@pytest.mark.parametrize("at_once", [1, 3, 7, 500])
def test_what_is_over_goes(database: Store, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "AT_ONCE", at_once)
    with database.writing() as session:
        session.add_all([reply(f"old {n}", sweep.REPLIES + timedelta(seconds=1 + n)) for n in range(7)])
        session.add(reply("young", sweep.REPLIES))
        session.add(reply("in hand", sweep.REPLIES + timedelta(days=1), timedelta(days=60)))
    assert (sweep.sweep(database, NOW), sweep.sweep(database, NOW)) == (7, 0)
    with database.reading() as session:
        assert sorted(session.exec(select(Reply.key))) == ["in hand", "young"]


def test_tries_and_challenges_go_too(database: Store) -> None:
    old, young = (clock.text(NOW - age) for age in (timedelta(days=40), timedelta(hours=1)))
    with database.writing() as session:
        for time in (old, young):
            session.add(Delivery(webhook="w", time=time, index=1, milliseconds=1))
            session.add(Challenge(nonce=time, person="p", key="k", expires=time))
    assert (sweep.sweep(database, NOW), sweep.sweep(database, NOW)) == (2, 0)
    with database.reading() as session:
        assert list(session.exec(select(Delivery.time))) == [young]
        assert list(session.exec(select(Challenge.expires))) == [young]
