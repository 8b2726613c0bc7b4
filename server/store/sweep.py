"""What is kept for a time only, taken away when that has passed: little by little, so that nobody waits for it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, tuple_
from sqlmodel import col, select

from server import clock
from server.store.store import Store
from server.store.tables import Reply

REPLIES = timedelta(days=30)
AT_ONCE = 500  # rows of one transaction


def sweep(store: Store, now: datetime) -> int:
    """How many rows went: the answers that no repetition of a request is given any more. Whoever is killed in between
    has lost nothing, and two may do it at once."""
    gone = 0
    while swept := _replies(store, now):
        gone += swept
        if swept < AT_ONCE:
            break
    return gone


def _replies(store: Store, now: datetime) -> int:
    """A request that is still worked on keeps its row until its lease ends."""
    key = (col(Reply.principal), col(Reply.route), col(Reply.key))
    over = select(*key).where(Reply.time < clock.text(now - REPLIES), Reply.lease < clock.text(now)).limit(AT_ONCE)
    with store.writing() as session:
        done = session.connection().execute(delete(Reply).where(tuple_(*key).in_(over)))
        return int(done.rowcount)
