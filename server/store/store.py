"""The database behind transactions of two kinds: those that read one consistent state, and those that write.

SQLite and PostgreSQL answer alike. A reader sees the state at its first statement until its end; a writer's changes
are durable when the block ends, or undone as a whole where it raises. On SQLite writers wait for each other from their
beginning on, in the order in which they came; on PostgreSQL they meet at the journal's head (`server.log.journal`),
which they lock last.

A thread is in one transaction at a time, and so has one connection: threads that each hold one and wait for another
would wait for ever.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import IntEnum, unique
from pathlib import Path
from threading import local

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlmodel import Session

from server.store import statement

_AT_ONCE, _LATER = text("BEGIN IMMEDIATE"), text("BEGIN")  # when a transaction takes its locks, on SQLite
BUSY = 30  # seconds that a writer waits for another program that writes to the file, on SQLite
CONNECTED = 10  # seconds within which PostgreSQL answers, unless its URL says otherwise


@dataclass(frozen=True, slots=True)
class Store:
    """`engine`, and the same for transactions that read and that write. `queue`: the folder at whose door writers wait,
    where the database does not make them; `mine`: the transaction that a thread is in."""

    engine: Engine
    readers: Engine
    writers: Engine
    queue: Path | None = None
    mine: local = field(default_factory=local, compare=False, repr=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Within another transaction of the thread it is that one."""
        outer: Session | None = getattr(self.mine, "session", None)
        with nullcontext(outer) if outer is not None else self._session(self.readers) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        assert getattr(self.mine, "session", None) is None, "what writes begins within no other transaction"
        with self.turn(), self._session(self.writers) as session:
            yield session
            session.commit()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """On SQLite nobody else of any process has it. SQLite lets who waits look again now and then, and whoever is
        quicker goes before, so that under load some come never; the system's lock hands it on in order."""
        if self.queue is None:
            yield
            return
        door = os.open(self.queue, os.O_RDONLY)
        try:
            fcntl.flock(door, fcntl.LOCK_EX)
            yield
        finally:
            os.close(door)

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        with engine.connect() as connection, connection.begin(), _on(connection) as session:
            self.mine.session = session
            try:
                yield session
            finally:
                self.mine.session = None


def _on(connection: Connection) -> Session:
    """A session whose transaction is the connection's."""
    return Session(connection, expire_on_commit=False, join_transaction_mode="control_fully")


@unique
class Gate(IntEnum):
    """Where transactions that write wait for each other, beside rows, by its number on PostgreSQL: what tables there
    are, what is in force, contents kept by hash, the numbers of reads, the names that were asked for, and which
    snapshot is the newest and how far standing verdicts were brought."""

    TABLES = 7476634
    RULES = 7476635
    BLOBS = 7476636
    READS = 7476637
    PROBES = 7476638
    NEWEST = 7476639


def alone(connection: Connection, gate: Gate) -> None:
    """Until its transaction ends, nobody else is within this gate. On SQLite a writer is alone anyway."""
    _locked(connection, f"pg_advisory_xact_lock({gate.value})")


def together(connection: Connection, gate: Gate) -> None:
    """Until its transaction ends, nobody is within this gate `alone`."""
    _locked(connection, f"pg_advisory_xact_lock_shared({gate.value})")


def _locked(connection: Connection, how: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT {how}")


def store(url: str) -> Store:
    """The store at a URL that `server.settings` let through; its tables are made by `server.store.migrate`."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        path = Path(made.database or "")
        engine = _sqlite(url, path)
        return Store(engine, engine.execution_options(writes=False), engine, path.parent)
    patience = {} if "connect_timeout" in made.query else {"connect_timeout": CONNECTED}
    engine = create_engine(url, pool_pre_ping=True, connect_args=patience)
    readers = engine.execution_options(isolation_level="REPEATABLE READ")
    return Store(engine, readers, engine.execution_options(isolation_level="READ COMMITTED"))


def _sqlite(url: str, path: Path) -> Engine:
    path.parent.mkdir(parents=True, exist_ok=True)
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
