"""Vectors written by others, read where they are; a test of them is skipped, with the reason, where they are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parents[4] / "shared" / "vectors"


@pytest.fixture
def vectors() -> Callable[[str], Any]:
    """The JSON of a vector file, or of all JSON files below a folder."""

    def read(name: str) -> Any:
        place = VECTORS / name
        if not place.exists():
            pytest.skip(f"third-party vectors `{name}` are not beside this repository")
        if place.is_dir():
            return {path.relative_to(place).as_posix(): json.loads(path.read_bytes()) for path in place.rglob("*.json")}
        return json.loads(place.read_bytes())

    return read
