"""The database behind transactions of two kinds: those that read one consistent state, and those that write.

SQLite and PostgreSQL answer alike. A reader sees the state at its first statement until its end; a writer's changes
are durable when the block ends, or undone as a whole where it raises. On SQLite writers wait for each other from their
first statement on; on PostgreSQL they meet at the journal's head (`server.log.journal`), which they lock last.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlmodel import Session

from server.store import statement

_AT_ONCE, _LATER = text("BEGIN IMMEDIATE"), text("BEGIN")  # when a transaction takes its locks, on SQLite
BUSY = 30  # seconds that a writer waits for another one, on SQLite
CONNECTED = 10  # seconds within which PostgreSQL answers, unless its URL says otherwise


@dataclass(frozen=True, slots=True)
class Store:
    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._session("REPEATABLE READ") as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self._session("READ COMMITTED", writes=True) as session:
            yield session
            session.commit()

    @contextmanager
    def _session(self, isolation: str, *, writes: bool = False) -> Iterator[Session]:
        options: dict[str, Any] = {"writes": writes}
        if self.engine.dialect.name == "postgresql":
            options["isolation_level"] = isolation
        with (
            self.engine.connect().execution_options(**options) as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session


def alone(session: Session, lock: int) -> None:
    """Until its transaction ends, nobody else holds this lock. On SQLite a writer is alone anyway."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({lock})")


def store(url: str) -> Store:
    """The store at a URL that `server.settings` let through; its tables are made by `server.store.migrate`."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        return Store(_sqlite(url, made.database or ""))
    patience = {} if "connect_timeout" in made.query else {"connect_timeout": CONNECTED}
    return Store(create_engine(url, pool_pre_ping=True, connect_args=patience))


def _sqlite(url: str, path: str) -> Engine:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, paramstyle="named", connect_args={"timeout": BUSY})

    @event.listens_for(engine, "connect")
    def settle(connection: sqlite3.Connection, _record: object) -> None:
        """The driver's own idea of when a transaction begins is switched off."""
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", True)
        statement.each(connection, _AT_ONCE if writes else _LATER, [{}])

    return engine
