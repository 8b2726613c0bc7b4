"""Who read which client's data, and when: one row for each answer that held some.

A row is noted before the answer leaves, and written within a second, many in one transaction: a read pays for no
transaction of its own. Rows that are waiting are written at the end and before anybody asks; while the database is
away they wait. So what a SIGKILL, or a machine that stops, can lose is the rows of its last second, and no others.
Rows are only ever added, and dropped when they are older than they have to be kept.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from server import clock
from server.store.store import Store
from server.store.tables import Read

EVERY = 1.0  # seconds between two writings
SWEEP = 3600.0  # seconds between two looks for what is too old
AT_ONCE = 10_000  # rows of one transaction

_log = logging.getLogger("proofolio")


class Reads:
    """Rows that are waiting; the only thing here that changes. `days`: how long rows are kept."""

    def __init__(self, store: Store, days: int) -> None:
        self.store, self.days = store, days
        self.waiting: list[dict[str, Any]] = []
        self.lock = Lock()


def noted(reads: Reads, row: dict[str, Any]) -> None:
    """`row`: a `Read` by its columns, without its number."""
    reads.waiting.append(row)


def written(reads: Reads) -> None:
    """All that was noted before is in the database now; where that fails it waits on, in its order."""
    with reads.lock:
        while reads.waiting:
            rows = reads.waiting[:AT_ONCE]
            with reads.store.writing() as session:
                session.connection().execute(insert(Read), rows)
            del reads.waiting[: len(rows)]


def swept(reads: Reads, now: datetime) -> None:
    oldest = clock.text(now - timedelta(days=reads.days))
    with reads.store.writing() as session:
        session.connection().execute(delete(Read).where(col(Read.time) < oldest))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows: None for all. `since`, `until`: from an instant on and before one, as the clock writes them."""

    credential: str | None
    principal: str | None
    since: str | None
    until: str | None


def found(session: Session, asked: Asked, after: int, limit: int) -> Sequence[Read]:
    """In the order in which they were written, beyond the number `after`."""
    wanted = select(Read).where(col(Read.id) > after)
    if asked.credential is not None:
        wanted = wanted.where(Read.credential == asked.credential)
    if asked.principal is not None:
        wanted = wanted.where(Read.principal == asked.principal)
    if asked.since is not None:
        wanted = wanted.where(col(Read.time) >= asked.since)
    if asked.until is not None:
        wanted = wanted.where(col(Read.time) < asked.until)
    return session.exec(wanted.order_by(col(Read.id)).limit(limit)).all()


@contextmanager
def writing(reads: Reads) -> Iterator[None]:
    """Rows are written while the block runs, and all of them at its end."""
    stop = Event()
    thread = Thread(target=_write, args=(reads, stop), name="reads", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _write(reads: Reads, stop: Event) -> None:
    left = 0.0
    while True:
        ended = stop.wait(EVERY)
        try:
            written(reads)
            left -= EVERY
            if left <= 0 and not ended:
                left = SWEEP
                swept(reads, datetime.now(UTC))
        except Exception:
            _log.error({"event": "reads", "waiting": len(reads.waiting)}, exc_info=True)
        if ended:
            return
