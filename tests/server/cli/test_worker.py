"""`proofolio worker` as it is run: processes that work, end when they are asked to, and are followed when they die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from server.cli.exits import Exit
from server.cli.main import main
from server.flow import executors
from server.running import Service, opened
from server.settings import Settings
from server.store.tables import Executor, Proposal
from tests.server import stocked
from tests.server.processes import environment
from tests.server.test_processes import alive, children

SOON = 90  # seconds


@pytest.fixture
def service(url: str, tmp_path: Path) -> Iterator[Service]:
    found = opened(Settings(tmp_path / "data", url, workers=0))
    yield found
    found.store.engine.dispose()


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)


def test_workers_work_are_followed_and_end_in_peace(service: Service, url: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    name = stocked.asked(service, stocked.ruled(service, {"r.mandate": stocked.RULES}), stocked.sealed(service))

    def heard() -> set[str]:
        with service.store.reading() as session:
            return set(session.exec(select(Executor.id).where(Executor.beat != executors.GONE)))

    def done() -> bool:
        with service.store.reading() as session:
            return session.get_one(Proposal, name).state == "proposed"

    words = [sys.executable, "-m", "server.cli.main", "worker", "--number", "2", "--lease", "2"]
    log = tmp_path / "log"
    with log.open("w") as lines:
        variables = environment(data, PROOFOLIO_DATABASE_URL=url)
        process = subprocess.Popen(words, env=variables, cwd=tmp_path, stderr=lines, stdout=subprocess.DEVNULL)
    try:
        until(lambda: len(heard()) == 2)
        until(done)
        before = heard()
        first, second = children(process.pid)
        os.kill(first, signal.SIGKILL)
        until(lambda: len(children(process.pid)) == 2 and first not in children(process.pid))
        assert second in children(process.pid)
        until(lambda: len(heard()) == 2 and heard() != before)  # its work was taken up by another
        process.send_signal(signal.SIGTERM)
        assert process.wait(SOON) == Exit.PASS
        assert not alive(second)
    finally:
        process.kill()
    assert "Traceback" not in log.read_text()
    assert not heard(), "who ended in peace says so"


@pytest.mark.parametrize(("words", "said"), [(["--number", "0"], "1 to 99"), (["--lease", "0"], "1 to 3600")])
def test_numbers_that_cannot_be(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["worker", *words]) == Exit.BAD_INPUT
    assert said in capsys.readouterr().err
