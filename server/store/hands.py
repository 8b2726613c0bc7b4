"""Work in hand: a row says by whom (`holder`, a fresh name each time that it is taken) and until when (`lease`).

Who works on it renews the lease, and what nobody renews is anybody's: what a process had in hand when it was killed
waits for the rest of one lease, however long the work may take. Who ends the work writes only where the row still
names its holder. Processes and machines share work by sharing the database; their clocks agree to a few seconds.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from math import inf
from threading import Event
from time import monotonic

from sqlalchemy import ColumnElement, update
from sqlmodel import col, or_, select

from server import clock
from server.store.store import Store
from server.store.tables import Proposal, Reply, Webhook

NOW = timedelta()  # left of a lease that anybody may end
BEATS = 4  # in a lease, so that one of them comes through under load
Table = type[Proposal] | type[Reply] | type[Webhook]

_log = logging.getLogger("proofolio")


class Hands:
    """What this process has in hand of one table."""

    def __init__(self, store: Store, table: Table, lease: timedelta) -> None:
        self._store, self._table, self._lease = store, table, lease
        self._ends: dict[str, float] = {}

    @contextmanager
    def holding(self, holder: str, longest: float = inf) -> Iterator[None]:
        """Renewed while the block runs, by `renewing`, for so many seconds at the longest."""
        self._ends[holder] = monotonic() + longest
        try:
            yield
        finally:
            del self._ends[holder]

    def renewing(self, stop: Event) -> None:
        """Until then."""
        while not stop.wait(self._lease.total_seconds() / BEATS):
            try:
                now = monotonic()
                mine = [holder for holder, end in list(self._ends.items()) if now < end]
                leased(self._store, self._table, mine, self._lease, skip_locked=True)
            except Exception:
                _log.error({"event": "hands", "of": self._table.__tablename__}, exc_info=True)

    def released(self) -> None:
        """Anybody may take up at once what is in hand."""
        leased(self._store, self._table, list(self._ends), NOW)


def leased(store: Store, table: Table, holders: Collection[str], left: timedelta, *, skip_locked: bool = False) -> None:
    """The leases of these end so much later than now. `skip_locked`: a row that is being written is not waited for."""
    if holders:
        with store.writing() as session:
            mine = select(table.holder).where(col(table.holder).in_(sorted(holders)))
            idle = col(table.holder).in_(mine.with_for_update(skip_locked=skip_locked))
            session.connection().execute(update(table).where(idle).values(lease=clock.text(datetime.now(UTC) + left)))


def free(table: Table, now: str) -> ColumnElement[bool]:
    """Of a row: nobody has it in hand."""
    return or_(col(table.lease).is_(None), col(table.lease) <= now)
