"""A run of many households while its workers and the API are killed and the database is restarted: each household has
exactly one result, and the log has neither a gap nor anything that its audit would find."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlmodel import select

from server import clock
from server.desk import runs
from server.log import audit, journal
from server.running import Service, opened
from server.settings import Settings
from server.store.tables import Journal, Proposal, Run
from tests.server import stocked
from tests.server.firm import firm
from tests.server.flow.conftest import Server
from tests.server.processes import Served, environment, serving

LEASE = 3  # seconds
PATIENT = (sys.executable, "-m", "server.cli.main", "worker", "--below", str(os.getpid()))
WORKER = (*PATIENT, "--lease", str(LEASE))
LONG = 300  # seconds


@dataclass(frozen=True)
class Storm:
    """`kills`: so many workers are killed at random times, and never come back. `restart`: of the database, when about
    so many results are there."""

    households: int
    workers: int
    kills: int
    restart: int | None = None
    seed: int = 1


SHORT = Storm(households=24, workers=2, kills=1, restart=14)
FIERCE = Storm(households=200, workers=4, kills=2, restart=90)
ON_ONE_MACHINE = Storm(households=16, workers=2, kills=1)


def test_a_run_outlives_its_workers_the_api_and_the_database(server: Server, tmp_path: Path) -> None:
    storm(SHORT, server.url, tmp_path, server.restart)


@pytest.mark.deep
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_run_of_a_firm_outlives_them_too(server: Server, tmp_path: Path, seed: int) -> None:
    storm(replace(FIERCE, seed=seed), server.url, tmp_path, server.restart)


def test_a_run_on_one_machine_outlives_a_worker(tmp_path: Path) -> None:
    storm(ON_ONE_MACHINE, f"sqlite:///{tmp_path / 'proofolio.sqlite'}", tmp_path)


def storm(which: Storm, url: str, folder: Path, restart: Callable[[], None] | None = None) -> None:
    rng, data = Random(which.seed), folder / "data"
    kills = sorted(rng.sample(range(1, which.households * 9 // 10), which.kills))
    service = opened(Settings(data, url, workers=0))
    stocked.ruled(service, {"rules.mandate": stocked.RULES})
    stocked.sealed(service, firm(which.households))
    variables = {"PROOFOLIO_DATABASE_URL": url, "PROOFOLIO_WORKERS": "0"}
    with ExitStack() as ends:
        workers = [ends.enter_context(working(data, url)) for _ in range(which.workers)]
        with serving(data, **variables) as served:
            name = asked(served, data)
            served.end(signal.SIGKILL)
        for at in kills:
            until(lambda at=at: settled(service, name) >= at)  # type: ignore[misc]  # a lambda has no types
            if which.restart is not None and restart is not None and at > which.restart:
                restart()
                restart = None
            time.sleep(rng.uniform(0, 0.3))
            workers.pop(rng.randrange(len(workers))).send_signal(signal.SIGKILL)
        if which.restart is not None and restart is not None:
            until(lambda: settled(service, name) >= which.restart)
            service.store.engine.dispose()
            restart()
        until(lambda: state(service, name) == runs.State.FINISHED)
    whole(service, name, which.households)
    service.store.engine.dispose()


@contextmanager
def working(data: Path, url: str, command: Sequence[str] = WORKER, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command, env=environment(data, PROOFOLIO_DATABASE_URL=url, **more), cwd=data.parent, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def asked(served: Served, data: Path) -> str:
    """The run of all households, asked for by somebody who may."""
    first = (data / "first-admin-key").read_text().strip()
    ada = served(first, "POST", "/v1/keys", json={"principal": "ada", "roles": ["admin"]}).json()["key"]
    anna = served(ada, "POST", "/v1/keys", json={"principal": "anna", "roles": ["adviser"]}).json()["key"]
    found = served(anna, "POST", "/v1/runs", json={})
    assert found.status_code == 202, found.text
    return str(found.json()["id"])


def until(what: Callable[[], Any]) -> None:
    end = time.monotonic() + LONG
    while not what():
        assert time.monotonic() < end
        time.sleep(0.1)


def settled(service: Service, name: str) -> int:
    with service.store.reading() as session:
        return runs.progress(session, session.get_one(Run, name), clock.now()).settled


def state(service: Service, name: str) -> str:
    with service.store.reading() as session:
        return session.get_one(Run, name).state


def whole(service: Service, name: str, households: int) -> None:
    with service.store.reading() as session:
        proposals = session.exec(select(Proposal).where(Proposal.run == name).order_by(Proposal.number)).all()
        rows = session.exec(select(Journal).order_by(Journal.index)).all()
        size = journal.size(session)
    assert [each.number for each in proposals] == list(range(households))
    assert {(each.state, each.version, each.holder) for each in proposals} == {("proposed", 2, None)}
    assert [row.index for row in rows] == list(range(size))
    streams: dict[str, list[str]] = {}
    for row in rows:
        assert row.seq == len(streams.setdefault(row.stream, []))
        streams[row.stream].append(row.type)
    assert streams[name] == ["run.planned", "run.finished"]
    for each in proposals:
        assert streams[each.id] == ["proposal.queued", "proposal.proposed"]
    found, _ = audit.audited(service.store, service.signer, "a test", clock.now())
    assert found.findings == ()
