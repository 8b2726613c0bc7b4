"""Who writes comes in turn, and no thread that holds a connection waits for another one."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import text

from server.log import journal
from server.store.migrate import migrated
from server.store.store import Store, store
from tests.server.processes import environment

MANY = 24  # threads: more than there are connections
LOCKS = Path("/proc/locks")


GREEDY = """
import sys, threading, time
from sqlalchemy import text
from server.store.store import store

base = store(sys.argv[1])

def write():
    for _ in range(100):
        with base.writing() as session:
            session.connection().execute(text("UPDATE head SET size = size + 1"))
            time.sleep(0.02)

for _ in range(6):
    threading.Thread(target=write, daemon=True).start()
time.sleep(60)
"""


def test_who_waits_to_write_is_let_in_before_those_who_came_later(tmp_path: Path) -> None:
    """Beside a process that always wants to write again."""
    base = store(f"sqlite:///{tmp_path / 'x.sqlite'}")
    migrated(base)

    def size() -> int:
        with base.reading() as session:
            return journal.size(session)

    def before_us() -> int:
        came = size()
        with base.writing() as session:
            return journal.size(session) - came

    greedy = subprocess.Popen([sys.executable, "-c", GREEDY, str(base.engine.url)], env=environment(tmp_path))
    try:
        while size() == 0:
            sleep(0.05)
        assert sorted(before_us() for _ in range(5))[2] < MANY  # not all, for a process may sleep before it waits
    finally:
        greedy.kill()
        greedy.wait()


def waiting(folder: Path) -> int:
    """How many wait for the lock on a folder."""
    inode = f":{folder.stat().st_ino} "
    return sum("->" in line and inode in line for line in LOCKS.read_text().splitlines())


@pytest.mark.skipif(not LOCKS.is_file(), reason="who waits for a lock is read from /proc/locks")
def test_turns_come_in_the_order_in_which_they_are_waited_for(tmp_path: Path) -> None:
    base, came = store(f"sqlite:///{tmp_path / 'x.sqlite'}"), list[int]()

    def wait(number: int) -> None:
        with base.turn():
            came.append(number)

    with ThreadPoolExecutor(MANY) as pool, base.turn():
        for number in range(MANY):
            pool.submit(wait, number)
            while waiting(tmp_path) <= number:
                assert came == []
                sleep(0.001)
    assert came == list(range(MANY))


def test_who_reads_within_a_write_needs_no_other_connection(database: Store) -> None:
    def write(_: int) -> int:
        with database.writing() as session:
            journal.alone(session)
            session.connection().execute(text("UPDATE head SET size = size + 1"))
            with database.reading() as again:
                return journal.size(again)

    with ThreadPoolExecutor(MANY) as pool:
        assert sorted(pool.map(write, range(MANY))) == [number + 1 for number in range(MANY)]


def test_no_write_begins_within_another_transaction(database: Store) -> None:
    for outer in (database.reading, database.writing):
        with outer(), pytest.raises(AssertionError, match="within no other"), database.writing():
            pass
    with database.writing() as session:
        session.connection().execute(text("UPDATE head SET size = 7"))
    with database.reading() as session:
        assert journal.size(session) == 7
