"""Writers that meet: one waits for a lock that the other has."""

from __future__ import annotations

from time import monotonic, sleep

from sqlmodel import text

from server.store.store import Store

PATIENCE = 30  # seconds


def waited_for(store: Store) -> None:
    """Somebody waits for what a transaction of ours has locked. On SQLite nobody else can have begun to write."""
    end = monotonic() + PATIENCE
    while not _waits(store):
        assert monotonic() < end, "nobody waits"
        sleep(0.02)


def _waits(store: Store) -> bool:
    with store.engine.connect().execution_options(writes=False) as connection:
        if connection.dialect.name == "sqlite":
            sleep(0.2)
            return True
        return bool(connection.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).first())
