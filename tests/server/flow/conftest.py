"""A service whose queue nobody works on but the test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
