"""Who read which client's data, and when: one row for each answer that held some.

A row is noted before the answer leaves, and written within a second, many in one transaction: a read pays for no
transaction of its own. Rows that are waiting are written at the end and before anybody asks; while the database is
away they wait. So what a SIGKILL, or a machine that stops, can lose is the rows of its last second, and no others.
Rows are only ever added. What was added since is told to the journal once an hour: how many rows, and the Merkle root
over them, so that nobody changes one quietly; an audit of the log computes it again. What was told so is dropped as a
whole, when it is older than it has to be kept.
"""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event as Flag
from threading import Lock
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from policy.canonical import Json, encode
from policy.proof.frontier import Frontier, grown, root
from policy.proof.merkle import leaf_hash
from server import clock
from server.auth.roles import Role
from server.log import journal
from server.log.events import Event, apart
from server.store.among import among
from server.store.store import Gate, Store, alone
from server.store.tables import Journal, Read
from server.threads import beside

EVERY = 1.0  # seconds between two writings
SWEEP = 3600.0  # seconds between two looks for what is too old
ALL = "*"
"""Instead of the ids of households: all of the firm's."""
LAST = 2**31 - 1  # the largest number that a row can have, on PostgreSQL
AT_ONCE = 10_000  # rows of one transaction
TOLD = timedelta(hours=1)  # between two entries of the journal
STREAM = "reads"
EYES = ",".join(sorted((Role.COMPLIANCE.value, Role.REGULATOR.value)))

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


def together(*households: str | None) -> str | None:
    """Of each the ids of households by commas; None where there are none."""
    found = {name for each in households if each for name in each.split(",")}
    return ALL if ALL in found else ",".join(sorted(found)) or None


def written(reads: Reads) -> None:
    """All that was noted before is in the database now; where that fails it waits on, in its order."""
    with reads.lock:
        while reads.waiting:
            rows = reads.waiting[:AT_ONCE]
            with reads.store.writing() as session:
                alone(session.connection(), Gate.READS)  # so that whoever sees a number sees all below it
                session.connection().execute(insert(Read), rows)
            del reads.waiting[: len(rows)]


def swept(reads: Reads, now: datetime) -> None:
    """What was told to the journal, and need not be kept any more, is dropped."""
    oldest = clock.text(now - timedelta(days=reads.days))
    with reads.store.reading() as session:
        told = _told(session, Journal.time < oldest)
    if told is not None and told["kept"] <= clock.text(now):
        with reads.store.writing() as session:
            session.connection().execute(delete(Read).where(col(Read.id) <= told["last"]))


# --- told to the journal -----------------------------------------------------------------------


def committed(store: Store, days: int, now: datetime) -> None:
    """Where the journal was told nothing for an hour and something was read, it is told now."""
    with store.reading() as session:
        before = _told(session)
        if before is not None and before["until"] > clock.text(now - TOLD):
            return
        after = 0 if before is None else before["last"]
        rows, last, root_ = _rooted(session, after, LAST)
    if not rows:
        return
    until, kept = clock.text(now), clock.text(now + timedelta(days=days))
    data: dict[str, Json] = {"after": after, "last": last, "rows": rows, "root": root_, "until": until, "kept": kept}
    event = Event("reads.committed", apart(STREAM, EYES), "reads", "proofolio", data, household="", role=EYES)
    with store.writing() as session:
        journal.alone(session)
        if _told(session) == before:  # nobody was quicker
            journal.append(session, [event], until)


def checked(session: Session, begin: int, now: str) -> Iterator[str]:
    """Of what was told by entries from number `begin` on and has to be there still: what is not as it was told."""
    told = select(Journal.data).where(Journal.stream == apart(STREAM, EYES), col(Journal.index) >= begin)
    after = None
    for said in map(json.loads, session.exec(told.order_by(col(Journal.seq))).all()):
        if after not in (None, said["after"]):
            yield f"reads after number {after} were not told of"
        after = said["last"]
        if said["kept"] > now and _rooted(session, said["after"], said["last"])[::2] != (said["rows"], said["root"]):
            yield f"the reads {said['after'] + 1} to {said['last']} are not those of {said['until']}"


def _told(session: Session, *which: Any) -> dict[str, Any] | None:
    """What was told last, of what all of `which` holds."""
    wanted = select(Journal.data).where(Journal.stream == apart(STREAM, EYES), *which)
    found = session.exec(wanted.order_by(col(Journal.seq).desc()).limit(1)).first()
    return None if found is None else dict(json.loads(found))


def _rooted(session: Session, after: int, last: int) -> tuple[int, int, str]:
    """How many rows there are with numbers beyond `after`, up to `last`; the last one's number; their Merkle root."""
    frontier = Frontier()
    while rows := session.exec(_between(after, last).limit(AT_ONCE)).all():
        for row in rows:
            after = row.id or after
            frontier, _ = grown(frontier, leaf_hash(encode(row.model_dump())))
        session.expunge_all()
    return frontier.size, after, root(frontier).hex()


def _between(after: int, last: int) -> SelectOfScalar[Read]:
    return select(Read).where(col(Read.id) > after, col(Read.id) <= last).order_by(col(Read.id))


# --- asked -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows: None for all. `since`, `until`: from an instant on and before one, as the clock writes them."""

    credential: str | None
    principal: str | None
    household: str | None
    since: str | None
    until: str | None


def found(session: Session, asked: Asked, after: int, limit: int) -> Sequence[Read]:
    """In the order in which they were written, beyond the number `after`."""
    wanted = select(Read).where(col(Read.id) > after)
    if asked.credential is not None:
        wanted = wanted.where(Read.credential == asked.credential)
    if asked.principal is not None:
        wanted = wanted.where(Read.principal == asked.principal)
    if asked.household is not None:
        wanted = wanted.where(or_(Read.households == ALL, among(col(Read.households), asked.household)))
    if asked.since is not None:
        wanted = wanted.where(col(Read.time) >= asked.since)
    if asked.until is not None:
        wanted = wanted.where(col(Read.time) < asked.until)
    return session.exec(wanted.order_by(col(Read.id)).limit(limit)).all()


@contextmanager
def writing(reads: Reads) -> Iterator[None]:
    """Rows are written while the block runs, and all of them at its end."""
    with beside(lambda stop: _write(reads, stop)):
        yield


def _write(reads: Reads, stop: Flag) -> None:
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
