"""Runs: each household has one result, worked out by whoever is there."""

from __future__ import annotations

import time
from collections.abc import Callable

from server import clock
from server.desk import runs
from server.desk.runs import Planned, State
from server.flow import worker
from server.flow.driving import driving
from server.log import journal
from server.running import Service
from server.store.tables import Run
from tests.server import stocked
from tests.server.firm import firm
from tests.server.flow.conftest import Desk

SOON = 60  # seconds


def planned(desk: Desk, number: int) -> str:
    """A run of so many households."""
    snapshot = stocked.sealed(desk.service, firm(number))
    with desk.service.store.writing() as session:
        now = clock.now()
        wanted = Planned(desk.rulebook, snapshot, "{}", [f"h{n}" for n in range(number)], None)
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
    name = planned(desk, 5)
    with driving(desk.service), worker.working(desk.service, 1):
        until(lambda: row(desk.service, name).state == State.FINISHED)
    with desk.service.store.reading() as session:
        found = runs.progress(session, row(desk.service, name), clock.now())
    assert (found.total, found.settled, found.states) == (5, 5, {"proposed": 5})
