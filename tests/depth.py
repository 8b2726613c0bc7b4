"""How much of many alike cases `make test` runs; `make deep` runs all."""

from collections.abc import Sequence
from typing import Any, TypeVar

import pytest

Case = TypeVar("Case")


def chunks(count: int, quick: int) -> list[Any]:
    """Numbers of chunks, the first of them quick."""
    return [*range(quick), *(pytest.param(number, marks=pytest.mark.deep) for number in range(quick, count))]


def turn(cases: Sequence[Case], number: int, deep: bool) -> Sequence[Case]:
    """All of them where `deep`, and otherwise a third: another one for the next number."""
    return cases if deep else cases[number % 3 :: 3]
