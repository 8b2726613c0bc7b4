"""How much of many alike cases `make test` runs; `make deep` runs all."""

from collections.abc import Iterator
from typing import Any

import pytest


def chunks(count: int, quick: int) -> Iterator[Any]:
    """Numbers of chunks, the first of them quick."""
    for number in range(count):
        yield number if number < quick else pytest.param(number, marks=pytest.mark.deep)
