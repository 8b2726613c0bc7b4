"""Who leads: the process that has been there longest without a silence."""

from __future__ import annotations

from datetime import UTC, datetime

from server import clock
from server.flow import executors
from server.flow.executors import LEASE
from server.store.store import Store

FIRST, SECOND = "exec_1", "exec_2"


def leader(database: Store) -> list[str]:
    return [name for name in (FIRST, SECOND) if executors.leads(database, name, LEASE)]


def test_who_was_taken_for_dead_and_comes_back_does_not_lead_again(database: Store) -> None:
    """Whatever the other one has in memory by then would be made anew, twice."""
    for name in (FIRST, SECOND):
        executors.beaten(database, name)
    executors.beaten(database, FIRST)
    assert leader(database) == [FIRST]
    for followed in (False, True):
        first, second = leader(database)[0], next(name for name in (FIRST, SECOND) if name not in leader(database))
        executors.beaten(database, first, clock.text(datetime.now(UTC) - 2 * LEASE))  # when it was heard of last
        if followed:
            assert executors.claimed(database, LEASE) == [first]
        assert leader(database) == [second]
        executors.beaten(database, first)
        assert leader(database) == [second]


def test_who_ends_in_peace_makes_way_at_once(database: Store) -> None:
    for name in (FIRST, SECOND):
        executors.beaten(database, name)
    executors.beaten(database, FIRST, executors.GONE)
    assert leader(database) == [SECOND]
