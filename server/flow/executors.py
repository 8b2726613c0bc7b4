"""Processes that drive flows, each with a row that says when it was last heard of.

Whoever is silent for longer than a lease is taken for dead, and one other process takes its flows up. It might only
have been slow: so a step of a flow does no harm where it is done twice.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select

from server import clock
from server.store.store import Store
from server.store.tables import Executor

LEASE = timedelta(seconds=8)
"""Short, since what one process does for all waits for its end; a beat each quarter of it comes through under load."""

GONE = ""
"""The beat of a process that ended in peace: longer ago than any instant."""


def beaten(store: Store, name: str, beat: str | None = None, lease: timedelta = LEASE) -> None:
    """That the process was heard of, now unless it says otherwise; a row that another took away is made again."""
    now = datetime.now(UTC)
    with store.writing() as session:
        row = session.get(Executor, name, with_for_update=True) or Executor(id=name, beat=GONE, since=GONE)
        if row.beat < clock.text(now - lease):
            row.since = clock.text(now)
        row.beat = clock.text(now) if beat is None else beat
        session.add(row)


def claimed(store: Store, lease: timedelta) -> list[str]:
    """Those that were silent too long, and are now ours to follow: nobody else gets them before another lease ends,
    nor at all once they are `forgotten`."""
    now = datetime.now(UTC)
    past = col(Executor.beat) < clock.text(now - lease)
    with store.reading() as session:
        silent = session.exec(select(Executor.id).where(past)).all()
    found = []
    for name in silent:
        with store.writing() as session:
            ours = update(Executor).where(col(Executor.id) == name, past)
            taken = ours.values(beat=clock.text(now), since=clock.text(now))
            if session.connection().execute(taken).rowcount:
                found.append(name)
    return found


def leads(store: Store, name: str, lease: timedelta) -> bool:
    """Whether it is the one that has been there longest of those that were heard of lately, without a silence: who was
    taken for dead and comes back is the last, and takes nothing back. For a moment two may be: so it is for what does
    no harm twice, and would be a waste in each process."""
    lately = clock.text(datetime.now(UTC) - lease)
    with store.reading() as session:
        heard = select(Executor.id).where(col(Executor.beat) >= lately)
        longest = heard.order_by(col(Executor.since), col(Executor.id)).limit(1)
        return session.exec(longest).first() == name


def forgotten(store: Store, name: str) -> None:
    with store.writing() as session:
        row = session.get(Executor, name)
        if row is not None:
            session.delete(row)
