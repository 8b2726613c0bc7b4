"""Who locks what before whom: those who write at the same time wait for each other, and never in a circle."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from server import clock
from server.desk import proposals
from server.desk.loaded import loaded
from server.desk.proposals import State, Wanted
from server.flow import worker
from server.log import journal
from server.running import Service
from server.store.tables import Proposal
from tests.server import stocked
from tests.server.firm import firm
from tests.server.flow.conftest import Desk
from tests.server.locks import waited_for

AGAIN = 6


def asked(desk: Desk, number: int) -> list[str]:
    """So many proposals for one household of a new snapshot."""
    wanted = Wanted(loaded(desk.service, desk.rulebook, stocked.sealed(desk.service, firm(2)), "h0"), "{}", None)
    with desk.service.store.writing() as session:
        now = clock.now()
        found = [proposals.queued(session, wanted, "anna", now) for _ in range(number)]
        journal.append(session, [event for _, events in found for event in events[-1:]], now)
        return [row.id for row, _ in found]


def state(service: Service, name: str) -> str:
    with service.store.reading() as session:
        return session.get_one(Proposal, name).state


def test_a_decision_and_a_newer_proposal_of_the_household_meet(desk: Desk) -> None:
    """Whoever decides has the proposal and waits for the head; whoever supersedes it takes them in the same order."""
    (old, new), service = asked(desk, 2), desk.service
    assert worker.one(service)
    with ThreadPoolExecutor(1) as pool:
        with service.store.writing() as session:
            row = session.get_one(Proposal, old, with_for_update=True)
            assert row.state == State.PROPOSED
            done = pool.submit(worker.one, service)
            waited_for(service.store)
            now = clock.now()
            journal.append(session, [proposals.rejected(session, row, "berta", "no")], now)
        assert done.result(30)
    assert (state(service, old), state(service, new)) == (State.REJECTED, State.PROPOSED)


def test_many_of_one_household_and_who_decides_them(desk: Desk) -> None:
    """No deadlock is found and no work is done twice for it, however they meet."""
    service, names = desk.service, asked(desk, AGAIN)

    def reject() -> None:
        while any(state(service, name) in ("queued", "proposed") for name in names):
            for name in names:
                with service.store.writing() as session:
                    row = session.get_one(Proposal, name, with_for_update=True)
                    if row.state == State.PROPOSED:
                        journal.append(session, [proposals.rejected(session, row, "berta", "no")], clock.now())

    def work() -> None:
        while worker.one(service):
            pass

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(act) for act in (work, work, reject, reject)]:
            done.result(60)
    with service.store.reading() as session:
        found = [session.get_one(Proposal, name) for name in names]
    assert {row.state for row in found} <= {State.REJECTED, State.SUPERSEDED}
    assert [row.tries for row in found] == [1] * AGAIN
