"""Proposals that wait for a worker. The queue is their table: whoever asks takes up what nobody has in hand."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from server import clock
from server.desk.proposals import State
from server.store.hands import free
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


def held(session: Session, name: str, holder: str) -> Proposal | None:
    """The row, locked, where it is still in the hand of the holder; None where somebody else took it up."""
    row = session.get(Proposal, name, with_for_update=True)
    return row if row is not None and row.holder == holder and row.state == State.QUEUED else None


def _oldest(session: Session, now: str, *, ours: bool = False) -> Proposal | None:
    queued = select(Proposal).where(Proposal.state == State.QUEUED.value, free(Proposal, now))
    wanted = queued.order_by(col(Proposal.run).is_not(None), col(Proposal.id)).limit(1)
    return session.exec(wanted.with_for_update(skip_locked=True) if ours else wanted).first()
