"""What every test shares: reproducible hypothesis, `--deep` for long runs, `--bless` for golden files."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("deep", parent=settings.get_profile("steady"), max_examples=2_000)


MEMORY = Path("/dev/shm")
ROOM = 8 << 30  # bytes, several times what there is at once of a run's files


def _in_memory() -> None:
    """Temporary files of this run and of its processes, where there is room and nobody said another place: hundreds of
    databases are begun and thousands of files are brought to the disk for certain, which no test is about."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deep", action="store_true", help="run the tests marked `deep`, and more examples of the others")
    parser.addoption("--bless", action="store_true", help="rewrite the expected text of golden files")


def pytest_configure(config: pytest.Config) -> None:
    _in_memory()
    settings.load_profile("deep" if config.getoption("--deep") else "steady")


@pytest.fixture(scope="session")
def deep(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--deep"))


@pytest.fixture(scope="session")
def bless(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--bless"))
