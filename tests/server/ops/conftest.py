"""A service whose queue nobody works on but the test, and its callers, as the routes' tests have them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.running import Service, opened
from server.settings import Settings
from tests.server.api.conftest import admin, caller, client, first, nobody

__all__ = ["admin", "caller", "client", "first", "nobody"]


@pytest.fixture
def service(url: str, tmp_path: Path) -> Iterator[Service]:
    found = opened(Settings(tmp_path / "data", url, workers=0))
    yield found
    found.store.engine.dispose()
