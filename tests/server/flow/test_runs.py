"""Runs: each household has one result, whoever was killed, cancelled or slow meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from sqlmodel import select

from server import clock
from server.desk import runs
from server.desk.runs import Planned, State, Verb
from server.flow import rebalancing, worker
from server.flow.driving import driving
from server.log import journal
from server.running import Service
from server.store.tables import Proposal, Run
from tests.server.flow.conftest import Desk

SOON = 60  # seconds
HOUSES = [f"h{n}" for n in range(80)]


def planned(desk: Desk, households: list[str]) -> str:
    with desk.service.store.writing() as session:
        now = clock.now()
        wanted = Planned(desk.rulebook, desk.snapshot, "{}", households, None)
        row, event = runs.planned(session, wanted, "anna", now)
        journal.append(session, [event], now)
        return row.id


def row(service: Service, name: str) -> Run:
    with service.store.reading() as session:
        return session.get_one(Run, name)


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_run_is_driven_to_its_end(desk: Desk) -> None:
    name = planned(desk, HOUSES[:5])
    with driving(desk.service), worker.working(desk.service, 1):
        until(lambda: row(desk.service, name).state == State.FINISHED)
    with desk.service.store.reading() as session:
        found = runs.progress(session, row(desk.service, name), clock.now())
    assert (found.total, found.settled, found.states) == (5, 5, {"proposed": 5})
