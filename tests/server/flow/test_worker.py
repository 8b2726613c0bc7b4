"""A queue that several workers share: each proposal has one result, whoever was killed while working on it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlmodel import Session, select

from policy.ir.bound import Outcome
from policy.proof.entry import Kind, entry
from policy.proof.merkle import leaf_hash, listed
from policy.proof.merkle import root as root_of
from server.desk import headroom
from server.flow import proposing, queue, worker
from server.log import journal
from server.running import Service
from server.store import observations
from server.store.hands import NOW, leased
from server.store.tables import Journal, Observation, Proposal
from tests.server.flow.conftest import Desk
from tests.shape.source import ROOT

KILLS = 3
PAST = timedelta(seconds=-1)


def rows(service: Service) -> list[Proposal]:
    with service.store.reading() as session:
        return list(session.exec(select(Proposal).order_by(Proposal.id)))


def whole(service: Service) -> None:
    """The journal counts without gaps, in all and in every stream, and every proposal has one result in it; of those
    about the one snapshot the newest waits."""
    with service.store.reading() as session:
        found = session.exec(select(Journal).order_by(Journal.index)).all()
        size = journal.size(session)
        top = journal.answered(session, size, root_of)
    assert [row.index for row in found] == list(range(size))
    assert top == root_of(listed([leaf_hash(row.entry) for row in found]))
    streams: dict[str, list[Journal]] = {}
    for row in found:
        streams.setdefault(row.stream, []).append(row)
    for mine in streams.values():
        assert [row.seq for row in mine] == list(range(len(mine)))
    for proposal in rows(service):
        types = [row.type for row in streams[proposal.id]]
        assert [entry(row.entry).kind for row in streams[proposal.id]][:2] == [Kind.RUN_START, Kind.PROPOSAL], proposal
        assert types[2:] == ["proposal.superseded"] * (proposal.state == "superseded"), types
        assert (proposal.state, proposal.version) in (("proposed", 2), ("superseded", 3))
        assert proposal.holder is None
    assert [each.state for each in rows(service)].count("proposed") == 1


def test_one_is_worked_out_and_the_next_has_to_be_asked_for(desk: Desk) -> None:
    desk.ask()
    assert worker.one(desk.service)
    assert not worker.one(desk.service)
    whole(desk.service)


def test_one_of_the_household_that_came_while_the_head_was_waited_for_is_superseded(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in nobody's way, so that nothing is worked out again for it, and nothing refused."""
    desk.ask()
    worker.one(desk.service)
    locked, worked_out, times = headroom.locked, proposing.worked_out, list[str]()

    def before_it_came(session: Session, household: str | None) -> frozenset[str]:
        locked(session, household)
        return frozenset()

    def counted(service: Service, row: Proposal) -> proposing.Result:
        times.append(row.id)
        return worked_out(service, row)

    monkeypatch.setattr(headroom, "locked", before_it_came)
    monkeypatch.setattr(proposing, "worked_out", counted)
    name = desk.ask()
    worker.one(desk.service)
    assert times == [name]
    whole(desk.service)


def test_two_workers_share_a_queue(desk: Desk) -> None:
    names = [desk.ask() for _ in range(8)]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: worker.one(desk.service), range(10)))
    while worker.one(desk.service):
        done.append(True)
    assert done.count(True) == len(names)
    whole(desk.service)


def test_what_is_in_hand_is_nobody_elses_until_its_lease_ends(desk: Desk) -> None:
    name = desk.ask()
    first = queue.taken(desk.service.store)
    assert first is not None
    assert first.id == name
    assert queue.taken(desk.service.store) is None
    leased(desk.service.store, Proposal, [str(first.holder)], PAST)
    second = queue.taken(desk.service.store)
    assert second is not None
    assert (second.id, second.tries) == (name, 2)
    result = proposing.worked_out(desk.service, first)
    assert not proposing.kept(desk.service, first, result), "its lease is somebody else's"
    assert proposing.kept(desk.service, second, result)
    assert not proposing.kept(desk.service, second, result), "it is done"
    whole(desk.service)


def test_what_is_given_back_is_there_at_once(desk: Desk) -> None:
    desk.ask()
    first = queue.taken(desk.service.store)
    assert first is not None
    leased(desk.service.store, Proposal, [str(first.holder)], NOW)
    assert worker.one(desk.service)
    whole(desk.service)


def test_a_fault_is_owned_up_to(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ask()
    monkeypatch.setattr(proposing, "answered", lambda _task: 1 // 0)
    assert worker.one(desk.service)
    (row,) = rows(desk.service)
    assert (row.state, row.version) == ("failed", 2)
    assert "ours to mend" in str(row.reason)
    with desk.service.store.reading() as session:
        last = session.exec(select(Journal).order_by(Journal.index.desc()).limit(1)).one()
    assert entry(last.entry).kind is Kind.RUN_END


def test_what_kills_its_workers_is_given_up(desk: Desk) -> None:
    desk.ask()
    for _ in range(worker.MOST):
        assert queue.taken(desk.service.store, PAST) is not None
    assert worker.one(desk.service)
    (row,) = rows(desk.service)
    assert row.state == "failed"
    assert not worker.one(desk.service)


def test_a_result_that_cannot_be_written_is_worked_out_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ask()
    append = journal.append

    def torn(*arguments: object) -> None:
        append(*arguments)
        raise OSError("the disk is full")

    monkeypatch.setattr(journal, "append", torn)
    with pytest.raises(OSError, match="full"):
        worker.one(desk.service)
    monkeypatch.undo()
    assert [row.state for row in rows(desk.service)] == ["queued"]
    assert worker.one(desk.service)
    whole(desk.service)


WORKER = """
import sys, time
from datetime import timedelta
from pathlib import Path
from server.flow.worker import working
from server.running import opened
from server.settings import Settings
with working(opened(Settings(Path(sys.argv[1]), sys.argv[2])), 2, timedelta(seconds=1)):
    time.sleep(60)
"""


@pytest.fixture
def killed(desk: Desk, url: str) -> list[str]:
    return [sys.executable, "-c", WORKER, str(desk.service.settings.data), url]


def test_a_worker_that_is_killed_loses_nothing_and_doubles_nothing(
    desk: Desk, killed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while it has something in hand, at a point of the work that nobody chose."""
    monkeypatch.setattr(worker, "MOST", 99)
    rng = Random(7)
    for _ in range(KILLS):
        for _ in range(4):
            desk.ask()
        before = tries(desk)
        with subprocess.Popen(killed, cwd=ROOT) as process:
            while tries(desk) == before:
                time.sleep(0.01)
            time.sleep(rng.uniform(0, 0.1))
            process.send_signal(signal.SIGKILL)
    end = time.monotonic() + 30
    while any(row.state == "queued" for row in rows(desk.service)):
        assert time.monotonic() < end
        if not worker.one(desk.service):
            time.sleep(0.1)
    assert len(rows(desk.service)) == 4 * KILLS
    assert tries(desk) > 4 * KILLS, "something was begun again"
    whole(desk.service)


def tries(desk: Desk) -> int:
    return sum(row.tries for row in rows(desk.service))


def test_workers_end_in_peace(desk: Desk) -> None:
    desk.ask()
    with worker.working(desk.service, 2):
        end = time.monotonic() + 20
        while rows(desk.service)[0].state == "queued":
            assert time.monotonic() < end
            time.sleep(0.05)
    whole(desk.service)


@pytest.mark.parametrize("idle", [True, False])
def test_what_observed_rules_came_to_is_written_by_who_is_idle_or_ends(desk: Desk, idle: bool) -> None:
    service = desk.service

    def written() -> list[int]:
        with service.store.reading() as session:
            return [row.judged for row in session.exec(select(Observation))]

    with worker.working(service, int(idle)):
        observations.counted(service.memory.tally, service.store, "rb_1", "2026-01-30", {"P-1": Outcome.PASS})
        end = time.monotonic() + 20
        while idle and not written():
            assert time.monotonic() < end
            time.sleep(0.05)
    assert written() == [1]


def test_nobody_works_where_none_is_wanted(desk: Desk, tmp_path: Path) -> None:
    desk.ask()
    with worker.working(desk.service, 0):
        time.sleep(0.3)
    assert [row.state for row in rows(desk.service)] == ["queued"]
