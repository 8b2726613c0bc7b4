"""What is kept for a time only, taken away when that has passed: little by little, so that nobody waits for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select, tuple_
from sqlmodel import SQLModel, col

from server import clock
from server.store.store import Store
from server.store.tables import Challenge, Delivery, Reply

REPLIES = timedelta(days=30)
DELIVERIES = timedelta(days=30)  # longer than what is tried again
CHALLENGES = timedelta(days=1)  # after their end, so that who is late is told so
AT_ONCE = 500  # rows of one transaction


def sweep(store: Store, now: datetime) -> int:
    """How many rows went: the answers that no repetition of a request is given any more, tries to post events, and what
    somebody was to sign and no longer can. Whoever is killed in between has lost nothing, and two may do it at once."""
    gone = 0
    for table, over in _over(now):
        while swept := _gone(store, table, over):
            gone += swept
            if swept < AT_ONCE:
                break
    return gone


def _over(now: datetime) -> Iterator[tuple[type[SQLModel], ColumnElement[bool]]]:
    """A request that is still worked on keeps its row until its lease ends."""
    yield Reply, and_(col(Reply.time) < clock.text(now - REPLIES), col(Reply.lease) < clock.text(now))
    yield Delivery, col(Delivery.time) < clock.text(now - DELIVERIES)
    yield Challenge, col(Challenge.expires) < clock.text(now - CHALLENGES)


def _gone(store: Store, of: type[SQLModel], over: ColumnElement[bool]) -> int:
    table = SQLModel.metadata.tables[str(of.__tablename__)]
    key = tuple(table.primary_key.columns)
    old = select(*key).where(over).limit(AT_ONCE)
    with store.reading() as session:  # so that there is nothing to wait for where nothing is old
        if session.connection().execute(old.limit(1)).first() is None:
            return 0
    with store.writing() as session:
        return int(session.connection().execute(delete(table).where(tuple_(*key).in_(old))).rowcount)
