"""How fast the command answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.bar import Bar, best

COMMAND = str(Path(sys.executable).with_name("proofolio"))


def bars() -> Iterator[Bar]:
    yield Bar("proofolio --help", best(_help, 5), 0.3, "s", note="best of 5, process start included")


def _help() -> None:
    subprocess.run([COMMAND, "--help"], check=True, stdout=subprocess.DEVNULL)
