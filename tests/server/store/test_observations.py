"""Counts that wait are written once, and whoever reads them waits for who is writing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from sqlmodel import Session, select

from policy.ir.bound import Outcome
from server.store import observations
from server.store.observations import Tally, counted, written
from server.store.store import Store
from server.store.tables import Observation

DAY = "2026-01-30"


def judged(database: Store) -> int:
    with database.reading() as session:
        return sum(session.exec(select(Observation.judged)))


def test_whoever_reads_waits_for_who_is_writing(database: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    tally, writing, begun, goes_on = Tally(), Store.writing, Event(), Event()
    counted(tally, database, "rb", DAY, {"P-1": Outcome.BLOCK})

    @contextmanager
    def slow(known: Store) -> Iterator[Session]:
        begun.set()
        assert goes_on.wait(30)
        with writing(known) as session:
            yield session

    monkeypatch.setattr(Store, "writing", slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(written, tally, database)
        assert begun.wait(30)
        reader = pool.submit(lambda: (written(tally, database), judged(database))[1])
        assert judged(database) == 0
        goes_on.set()
        assert reader.result(30) == 1
        first.result(30)


def test_what_could_not_be_written_waits_on(database: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    tally = Tally()
    counted(tally, database, "rb", DAY, {"P-1": Outcome.BLOCK})

    def away(_: Store) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(Store, "writing", away)
    with pytest.raises(OSError, match="away"):
        written(tally, database)
    monkeypatch.undo()
    for _ in range(2):
        written(tally, database)
    assert judged(database) == 1


def test_many_count_and_write_at_once(database: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observations, "SECONDS", 0.0)  # each count has a writer of its own
    tally = Tally()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(200):
            pool.submit(counted, tally, database, "rb", DAY, {"P-1": Outcome.WARN, "P-2": Outcome.PASS})
    written(tally, database)
    assert judged(database) == 400
