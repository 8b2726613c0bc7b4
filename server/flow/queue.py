"""Proposals that wait for a worker. The queue is their table: a worker has one in hand while its lease lasts, which it
renews, and whoever asks takes up what nobody renews. Processes and machines share a queue by sharing the database;
their clocks agree to a few seconds.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from server import clock
from server.desk.proposals import State
from server.store.store import Store
from server.store.tables import Proposal

LEASE = timedelta(seconds=30)


def taken(store: Store, lease: timedelta = LEASE) -> Proposal | None:
    """The oldest that nobody has in hand, now in the hand of `holder`; None where there is none. Somebody waits for one
    that was asked for by itself, so it goes before those of a run."""
    with store.reading() as session:
        if _oldest(session, clock.now()) is None:
            return None
    now = datetime.now(UTC)
    with store.writing() as session:
        row = _oldest(session, clock.text(now), ours=True)
        if row is not None:
            row.holder, row.lease, row.tries = clock.fresh("hold"), clock.text(now + lease), row.tries + 1
            session.add(row)
        return row


def renewed(store: Store, holders: Collection[str], lease: timedelta = LEASE) -> None:
    _until(store, holders, clock.text(datetime.now(UTC) + lease))


def released(store: Store, holders: Collection[str]) -> None:
    """Anybody may take them up at once."""
    _until(store, holders, clock.now())


def held(session: Session, name: str, holder: str) -> Proposal | None:
    """The row, locked, where it is still in the hand of the holder; None where somebody else took it up."""
    row = session.get(Proposal, name, with_for_update=True)
    return row if row is not None and row.holder == holder and row.state == State.QUEUED else None


def _oldest(session: Session, now: str, *, ours: bool = False) -> Proposal | None:
    free = or_(col(Proposal.lease).is_(None), col(Proposal.lease) <= now)
    queued = select(Proposal).where(Proposal.state == State.QUEUED.value, free)
    wanted = queued.order_by(col(Proposal.run).is_not(None), col(Proposal.id)).limit(1)
    return session.exec(wanted.with_for_update(skip_locked=True) if ours else wanted).first()


def _until(store: Store, holders: Collection[str], end: str) -> None:
    if holders:
        with store.writing() as session:
            session.connection().execute(
                update(Proposal).where(col(Proposal.holder).in_(sorted(holders))).values(lease=end)
            )
