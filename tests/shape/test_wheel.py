"""The wheel holds what runs: four packages, the grammar, the rule books and the demonstration's books."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.shape.source import PACKAGES, ROOT


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


TRAVELS = (*PACKAGES, "rules", "migrations")


@pytest.mark.parametrize("pattern", ["*.py", "*.lark", "*.csv", "*.mandate", "*.mako"])
def test_every_file_of_the_packages_travels(names: set[str], pattern: str) -> None:
    files = [file for package in TRAVELS for file in (ROOT / package).rglob(pattern)]
    missing = {str(Path(file).relative_to(ROOT)) for file in files} - names
    assert not missing


def test_nothing_else_does(names: set[str]) -> None:
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(TRAVELS)
