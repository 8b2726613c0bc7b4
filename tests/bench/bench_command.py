"""How fast the command answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from tests.bench.bar import Bar

COMMAND = str(Path(sys.executable).with_name("proofolio"))


def bars() -> Iterator[Bar]:
    yield Bar("proofolio --help", _best(["--help"]), 0.3, "s", note="best of 5, process start included")


def _best(words: list[str], runs: int = 5) -> float:
    return min(_seconds(words) for _ in range(runs))


def _seconds(words: list[str]) -> float:
    start = perf_counter()
    subprocess.run([COMMAND, *words], check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - start
