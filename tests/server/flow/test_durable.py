"""Flows that several processes drive: what a dead one began another one ends; what came due is told of once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from dbos import DBOS
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from server import clock
from server.desk import runs
from server.desk.runs import State
from server.flow import duties, executors, rebalancing, worker
from server.flow.alone import alone
from server.flow.driving import driving
from server.log import journal
from server.running import Service
from server.store.hands import NOW, leased
from server.store.tables import Executor, Journal, Proposal, Reply, Rulebook, Run, Waiver
from tests.server import stocked
from tests.server.flow.conftest import Desk
from tests.server.flow.test_runs import planned, row, until
from tests.shape.source import ROOT

SOON = timedelta(seconds=1)
CHUNK = 2
DRIVER = f"""
import sys, time
from datetime import timedelta
from pathlib import Path
from server.flow import rebalancing
from server.flow.alone import alone
from server.flow.driving import driving
from server.running import opened
from server.settings import Settings
rebalancing.CHUNK, rebalancing.AHEAD = {CHUNK}, {2 * CHUNK}
with driving(opened(Settings(Path(sys.argv[1]), sys.argv[2])), timedelta(seconds=1)):
    time.sleep(60)
"""


def types(service: Service, *wanted: str) -> list[str]:
    with service.store.reading() as session:
        found = session.exec(select(Journal).order_by(Journal.index)).all()
    return [row.type for row in found if row.type in wanted]


def silent(service: Service) -> list[Executor]:
    with service.store.reading() as session:
        return list(session.exec(select(Executor)))


def test_what_a_dead_process_drove_is_driven_on(desk: Desk, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebalancing, "CHUNK", CHUNK)
    monkeypatch.setattr(rebalancing, "AHEAD", 2 * CHUNK)
    name = planned(desk, 7)
    words = [sys.executable, "-c", DRIVER, str(desk.service.settings.data), url]
    with subprocess.Popen(words, cwd=ROOT) as process:
        until(lambda: row(desk.service, name).asked == 2 * CHUNK)
        process.send_signal(signal.SIGKILL)
    assert row(desk.service, name).state == State.RUNNING
    with driving(desk.service, SOON), worker.working(desk.service, 1):
        until(lambda: row(desk.service, name).state == State.FINISHED)
    with desk.service.store.reading() as session:
        found = session.exec(select(Proposal).where(Proposal.run == name).order_by(Proposal.number)).all()
    assert [each.number for each in found] == list(range(7))
    assert types(desk.service, "run.planned", "run.finished") == ["run.planned", "run.finished"]
    assert [each.beat for each in silent(desk.service)] == [executors.GONE], "the dead one is forgotten, ours ended"


def test_one_claims_the_silent_and_each_for_itself(desk: Desk) -> None:
    store = desk.service.store
    for name, beat in (("a", executors.GONE), ("b", clock.now()), ("c", "2020-01-01T00:00:00.000000Z")):
        executors.beaten(store, name, beat)
    with ThreadPoolExecutor(4) as pool:
        found = [name for names in pool.map(lambda _: executors.claimed(store, SOON * 60), range(4)) for name in names]
    assert sorted(found) == ["a", "c"]
    executors.forgotten(store, "a")
    executors.forgotten(store, "a")
    assert {each.id for each in silent(desk.service)} == {"b", "c"}


def test_one_process_works_alone_until_it_is_gone(desk: Desk) -> None:
    store, minute, busy = desk.service.store, timedelta(minutes=1), []

    @contextmanager
    def work() -> Iterator[None]:
        busy.append("begun")
        yield
        busy.append("ended")

    executors.beaten(store, "a")
    executors.beaten(store, "b")
    assert [executors.leads(store, name, minute) for name in "ab"] == [True, False]
    with alone(lambda: executors.leads(store, "b", minute), work):
        time.sleep(0.2)
        assert busy == []
        executors.beaten(store, "a", executors.GONE)
        until(lambda: busy == ["begun"])
    assert busy == ["begun", "ended"]


def test_it_goes_on_while_nobody_can_tell_who_is_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.flow.alone.PAUSE", 0.01)
    looks, seen = count(), list[str]()

    def leads() -> bool:
        """The first, then nobody knows for a while, then not."""
        look = next(looks)
        if look in range(3, 8):
            raise OperationalError("", {}, Exception())
        return look < 20

    @contextmanager
    def work() -> Iterator[None]:
        seen.append("begun")
        yield
        seen.append("ended")

    with alone(leads, work):
        until(lambda: "ended" in seen)
    assert seen == ["begun", "ended"]


def test_who_ends_in_peace_leads_no_longer_while_its_last_steps_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats, ends = list[list[str]](), DBOS.destroy

    def destroyed(**words: Any) -> None:
        beats.append([each.beat for each in silent(desk.service)])
        ends(**words)

    monkeypatch.setattr(DBOS, "destroy", destroyed)
    with driving(desk.service):
        assert timedelta(seconds=10) > executors.LEASE, "what one does for all waits no longer"
    assert beats == [[executors.GONE]]


def test_a_fault_ends_the_run_and_is_owned_up_to(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    name = planned(desk, 3)
    monkeypatch.setattr(rebalancing, "_wanted", lambda *_: 1 // 0)
    with driving(desk.service):
        until(lambda: row(desk.service, name).state == State.FAILED)
    found = row(desk.service, name)
    assert "ours to mend" in str(found.reason)
    with desk.service.store.reading() as session:
        assert runs.progress(session, found, clock.now()).states == {"failed": 3}


def test_one_that_was_paused_before_it_began_is_begun_once_it_is_resumed(desk: Desk) -> None:
    name = planned(desk, 1)
    for verb in (runs.Verb.PAUSE, runs.Verb.RESUMPTION):
        with desk.service.store.writing() as session:
            now = clock.now()
            journal.append(session, runs.led(session, session.get_one(Run, name), verb, "anna", None, now), now)
    with driving(desk.service), worker.working(desk.service, 1):
        until(lambda: row(desk.service, name).state == State.FINISHED)


def test_single_proposals_go_before_those_of_a_run(desk: Desk) -> None:
    name = planned(desk, 3)
    assert rebalancing.step(desk.service, name)
    alone = desk.ask()
    assert worker.one(desk.service)
    with desk.service.store.reading() as session:
        assert session.get_one(Proposal, alone).state == "proposed"


def test_a_cancelled_run_queues_nothing_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebalancing, "CHUNK", CHUNK)
    name = planned(desk, 5)
    assert rebalancing.step(desk.service, name)
    taken = worker.queue.taken(desk.service.store)
    assert taken is not None
    with desk.service.store.writing() as session:
        known, now = session.get_one(Run, name), clock.now()
        journal.append(session, runs.led(session, known, runs.Verb.CANCELLATION, "anna", None, now), now)
    assert rebalancing.step(desk.service, name) is False
    with desk.service.store.reading() as session:
        found = runs.progress(session, session.get_one(Run, name), clock.now())
    assert (found.states, found.settled) == ({"solving": 1, "cancelled": 4}, 4)
    leased(desk.service.store, Proposal, [str(taken.holder)], NOW)
    assert worker.one(desk.service)
    assert not worker.one(desk.service)


def together(act: Callable[[], Any]) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: act(), range(4)))


def test_what_came_due_is_told_of_once(desk: Desk) -> None:
    """However many look at the same moment, and however late."""
    store = desk.service.store
    later = desk.ask()
    assert worker.one(desk.service)
    with store.writing() as session:
        known = session.get_one(Proposal, later)
        known.expires = known.made
        session.add(known)
    waiting = stocked.ruled(desk.service, {"rules.mandate": stocked.RULES})
    with store.writing() as session:
        book = session.get_one(Rulebook, waiting)
        book.active = clock.text(datetime.now(UTC) + timedelta(hours=1))
        session.add(book)
        day = {"first": "2020-01-01", "last": "2020-01-31", "reason": "x", "asker": "a", "made": clock.now()}
        session.add(Waiver(id="wv_1", rule="P-1", terms="{}", granted=clock.now(), **day))
        session.add(Waiver(id="wv_2", rule="P-1", terms="{}", **day))
    for _ in range(2):
        for due in duties.DUE:
            together(lambda due=due: duties.tell(store, due))  # type: ignore[misc]  # a lambda has no types
    told = ["rulebook.in-force", "proposal.expired", "waiver.expired"]
    assert types(desk.service, *told) == told


def test_the_log_reads_itself_once_a_day(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (audit,) = [duty for duty in duties.of(desk.service) if duty.name == "audit"]
    audit.done()
    assert types(desk.service, "log.audited") == [], "it was begun today"
    monkeypatch.setattr(duties, "AUDITED", -SOON)
    together(audit.done)
    assert types(desk.service, "log.audited") == ["log.audited"]


def test_old_answers_are_swept(desk: Desk) -> None:
    old, new = clock.text(datetime.now(UTC) - timedelta(days=32)), clock.now()
    with desk.service.store.writing() as session:
        for key, time_ in (("old", old), ("new", new)):
            session.add(Reply(principal="p", route="r", key=key, request="", time=time_, holder="h", lease=time_))
    for duty in duties.of(desk.service):
        duty.done()
    with desk.service.store.reading() as session:
        assert [each.key for each in session.exec(select(Reply))] == ["new"]


def test_a_driver_looks_after_what_is_due(desk: Desk) -> None:
    begun = time.monotonic()
    with driving(desk.service):
        until(lambda: types(desk.service, "rulebook.in-force") != [])
    assert time.monotonic() - begun < 60
