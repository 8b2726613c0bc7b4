"""How much of many alike cases `make test` runs; `make deep` runs all."""

from typing import Any

import pytest


def chunks(count: int, quick: int) -> list[Any]:
    """Numbers of chunks, the first of them quick."""
    return [*range(quick), *(pytest.param(number, marks=pytest.mark.deep) for number in range(quick, count))]
