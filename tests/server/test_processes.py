"""Several processes behind one socket: who answers, who follows one that died, and who ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.server.processes import serving

PATIENCE = 30  # seconds
PROC = Path("/proc")

pytestmark = pytest.mark.skipif(not PROC.is_dir(), reason="whose child a process is, is read from /proc")


def children(parent: int) -> set[int]:
    found = {int(path.name): stat(int(path.name)) for path in PROC.iterdir() if path.name.isdigit()}
    return {pid for pid, (state, above) in found.items() if above == str(parent) and state != "Z"}


def stat(pid: int) -> tuple[str, str]:
    """State and parent, as in proc(5); those of a zombie where there is no such process."""
    try:
        state, parent, *_ = (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return "Z", ""
    return state, parent


def until(what: Callable[[], bool]) -> None:
    end = monotonic() + PATIENCE
    while not what():
        assert monotonic() < end, "it never came"
        sleep(0.1)


def alive(pid: int) -> bool:
    return stat(pid)[0] != "Z"


def listening() -> set[str]:
    """The sockets that are there for who connects, from the table in proc(5)."""
    rows = [line.split() for line in (PROC / "net/tcp").read_text().splitlines()[1:]]
    return {f"socket:[{row[9]}]" for row in rows if row[3] == "0A"}


def ears(pid: int) -> set[str]:
    """Those of a process."""
    return listening() & {opened(each) for each in (PROC / str(pid) / "fd").iterdir()}


def opened(descriptor: Path) -> str:
    """What is behind it; nothing where it was closed meanwhile."""
    try:
        return os.readlink(descriptor)
    except OSError:
        return ""


def test_one_that_dies_is_followed_and_none_outlives_who_looks_after_it(tmp_path: Path) -> None:
    with serving(tmp_path / "data", words=("--processes", "2")) as served:

        def answers() -> bool:
            return served(None, "GET", "/v1/health/live").status_code == 200

        assert answers()
        first = children(served.process.pid)
        assert len(first) == 2
        until(lambda: all(map(ears, first)))
        killed = min(first)
        deaf = ears(killed)
        os.kill(killed, signal.SIGKILL)
        until(lambda: not deaf & listening())  # whoever was just let in goes with it
        assert answers(), "the other one answers meanwhile"
        until(lambda: len(children(served.process.pid) - {killed}) == 2)
        assert answers()
        now = children(served.process.pid) | first
        served.process.kill()
        until(lambda: not any(map(alive, now)))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_what_works_beside_is_followed_when_it_dies_and_ends_with_the_service(
    tmp_path: Path, how: signal.Signals
) -> None:
    """A worker, and whoever judges what changed."""
    with serving(tmp_path / "data", PROOFOLIO_WORKERS="1") as served:
        until(lambda: len(children(served.process.pid)) == 2)
        first = children(served.process.pid)
        for each in first:
            os.kill(each, signal.SIGKILL)
        until(lambda: len(children(served.process.pid) - first) == 2)
        assert served(None, "GET", "/v1/health/live").status_code == 200
        now = children(served.process.pid)
        served.end(how)
        until(lambda: not any(map(alive, now)))
        assert served.log.read_text().count("ended with -9") == 2


def test_sigterm_ends_them_all(tmp_path: Path) -> None:
    with serving(tmp_path / "data", words=("--processes", "2")) as served:
        assert served(None, "GET", "/v1/health/live").status_code == 200
        found = children(served.process.pid)
        assert served.end() == 0
        assert not any(map(alive, found))
