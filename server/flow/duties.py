"""What comes due by the clock: each instant is told of in the journal once, whoever looks and however late.

Which instants came is asked of the tables, and what was told is kept in the transaction that tells it: so nothing is
lost while no process runs, and no two processes tell the same twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from policy.canonical import Json
from server import clock
from server.desk import proposals, publish
from server.desk.proposals import State
from server.flow import surveillance
from server.flow.durable import Duty
from server.log import journal, reads
from server.log.audit import audited
from server.log.events import Event, apart
from server.running import Service
from server.store.store import Store
from server.store.sweep import sweep
from server.store.tables import Journal, Proposal, Rulebook, Told, Waiver

MOST = 100  # told in one transaction
CLOCK = "the clock"  # who acted
AUDITED = timedelta(days=1)  # between two audits of the log
DAY, HOUR = len("2026-11-22"), len("2026-11-22T23")

Due = Callable[[Session, str], Sequence[tuple[str, Event]]]
"""What came until an instant and was not told of: each a subject and its event, at most MOST."""


def in_force(session: Session, now: str) -> list[tuple[str, Event]]:
    """Rule books whose instant came."""
    wanted = select(Rulebook).where(col(Rulebook.active) <= now, _untold("rulebook.in-force", col(Rulebook.id)))
    return [(row.id, _in_force(row)) for row in session.exec(wanted.order_by(col(Rulebook.active)).limit(MOST))]


def expired(session: Session, now: str) -> list[tuple[str, Event]]:
    """Proposals that nobody decided in time."""
    open_ = select(Proposal).where(Proposal.state == State.PROPOSED.value, col(Proposal.expires) <= now)
    wanted = open_.where(_untold("proposal.expired", col(Proposal.id)))
    return [(row.id, _expired(row)) for row in session.exec(wanted.order_by(col(Proposal.expires)).limit(MOST))]


def lapsed(session: Session, now: str) -> list[tuple[str, Event]]:
    """Waivers whose last day (UTC) has passed."""
    granted = select(Waiver).where(col(Waiver.granted).is_not(None), col(Waiver.ended).is_(None))
    wanted = granted.where(col(Waiver.last) < now[:DAY], _untold("waiver.expired", col(Waiver.id)))
    return [(row.id, _lapsed(row)) for row in session.exec(wanted.order_by(col(Waiver.last)).limit(MOST))]


DUE: tuple[Due, ...] = (in_force, expired, lapsed)


def of(service: Service) -> list[Duty]:
    told = [Duty(due.__name__, partial(tell, service.store, due)) for due in DUE]
    kept = [Duty("sweep", partial(_swept, service.store)), Duty("audit", partial(_audited, service))]
    kept.append(Duty("reads", lambda: reads.committed(service.store, service.settings.reads_days, datetime.now(UTC))))
    return [*told, *kept, Duty("surveillance", partial(surveillance.due, service))]


def tell(store: Store, due: Due) -> None:
    while _told(store, due) == MOST:
        pass


def _told(store: Store, due: Due) -> int:
    now = clock.now()
    with store.reading() as session:
        if not due(session, now):
            return 0
    try:
        with store.writing() as session:
            found = due(session, now)
            session.add_all(Told(what=event.type, subject=subject, time=now) for subject, event in found)
            journal.append(session, [event for _, event in found], now)
            return len(found)
    except IntegrityError:  # another process tells it at this moment
        return 0


def _untold(what: str, subject: Any) -> ColumnElement[bool]:
    known = select(Told.subject).where(Told.what == what, Told.subject == subject)
    return ~known.exists()


def _in_force(row: Rulebook) -> Event:
    data: dict[str, Json] = {"id": row.id, "from": row.active}
    event = Event("rulebook.in-force", apart(publish.STREAM, row.role), "its instant came", CLOCK, data)
    return replace(event, rules=row.manifest, role=row.role, household=row.household)


def _expired(row: Proposal) -> Event:
    """`told` speaks of the state as it is written; this one follows from the clock."""
    event = proposals.told(row, Event("proposal.expired", row.id, "its instant came", CLOCK, None, run=row.id))
    return replace(event, data={"id": row.id, "version": row.version, "state": State.EXPIRED.value})


def _lapsed(row: Waiver) -> Event:
    data: dict[str, Json] = {"id": row.id, "rule": row.rule, "last": row.last}
    subject = "its last day passed"
    return Event("waiver.expired", row.id, subject, CLOCK, data, role=row.role, household=row.household)


def _audited(service: Service) -> None:
    """The log reads itself again once a day. Whoever begins says so first, and is given an hour."""
    now = datetime.now(UTC)
    begun = select(Journal.time).where(Journal.stream == "log", col(Journal.type).in_(("log.begun", "log.audited")))
    with service.store.reading() as session:
        last = session.exec(begun.order_by(col(Journal.seq).desc()).limit(1)).first()
    if last is None or last > clock.text(now - AUDITED):
        return
    try:
        with service.store.writing() as session:
            session.add(Told(what="log.audited", subject=clock.text(now)[:HOUR], time=clock.text(now)))
    except IntegrityError:
        return
    audited(service.store, service.signer, CLOCK, clock.text(now))


def _swept(store: Store) -> None:
    sweep(store, datetime.now(UTC))
