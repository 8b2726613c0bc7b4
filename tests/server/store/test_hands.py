"""Work in hand is its holder's while that is renewed, and anybody's after one lease."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from server import clock
from server.store.hands import NOW, Hands, free, leased
from server.store.store import Store, store
from server.store.tables import Reply
from server.threads import beside
from tests.server.conftest import Made

LEASE = timedelta(seconds=0.6)
A_WHILE = 2 * LEASE.total_seconds()


@pytest.fixture
def taken(database: Store) -> Store:
    return _taken(database)


def _taken(database: Store) -> Store:
    end = clock.text(datetime.now(UTC) + LEASE)
    terms = {"principal": "eve", "route": "POST /", "request": "", "time": clock.now(), "lease": end}
    with database.writing() as session:
        session.add_all([Reply(**terms, key=name, holder=name) for name in ("mine", "another's")])
    return database


def freed(database: Store) -> set[str]:
    with database.reading() as session:
        return set(session.exec(select(Reply.holder).where(free(Reply, clock.now()))))


def test_it_is_renewed_and_nothing_else_is(taken: Store) -> None:
    hands = Hands(taken, Reply, LEASE)
    assert freed(taken) == set()
    with beside(hands.renewing):
        with hands.holding("mine"):
            time.sleep(A_WHILE)
            assert freed(taken) == {"another's"}
        time.sleep(A_WHILE)
        assert freed(taken) == {"mine", "another's"}


def test_it_is_not_renewed_for_ever(taken: Store) -> None:
    hands = Hands(taken, Reply, LEASE)
    with beside(hands.renewing), hands.holding("mine", LEASE.total_seconds() / 2):
        time.sleep(A_WHILE)
        assert freed(taken) == {"mine", "another's"}


def test_what_is_given_back_is_there_at_once(taken: Store) -> None:
    hands = Hands(taken, Reply, LEASE)
    with hands.holding("mine"):
        hands.released()
        assert freed(taken) == {"mine"}
    leased(taken, Reply, ["mine"], timedelta(hours=1))
    hands.released()
    assert freed(taken) == set(), "it is not in hand any more"
    leased(taken, Reply, ["mine"], NOW)
    assert freed(taken) == {"mine"}


def test_a_database_that_is_away_is_asked_again(taken: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    hands = Hands(taken, Reply, LEASE)

    def away(_: Store) -> None:
        raise OSError("the database is away")

    with beside(hands.renewing), hands.holding("mine"):
        monkeypatch.setattr(Store, "writing", away)
        time.sleep(A_WHILE)
        assert freed(taken) == {"mine", "another's"}
        monkeypatch.undo()
        time.sleep(A_WHILE)
        assert freed(taken) == {"another's"}


def test_a_row_that_is_being_written_holds_up_no_other(postgresql: Made, tabled: str) -> None:
    """With SQLite whoever writes has the whole file, and the next one its turn."""
    database = _taken(store(postgresql(tabled)))
    hands = Hands(database, Reply, LEASE)
    with hands.holding("mine"), hands.holding("another's"), database.writing() as session:
        session.get_one(Reply, ("eve", "POST /", "mine"), with_for_update=True)
        with beside(hands.renewing):
            time.sleep(A_WHILE)
            assert freed(database) == {"mine"}
    database.engine.dispose()
