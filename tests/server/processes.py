"""`proofolio serve` as a process of its own, on a port that the system chose."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any

import httpx

COMMAND = (sys.executable, "-m", "server.cli.main", "serve", "--port", "0")
ROOT = Path(__file__).parents[2]
ENDS = 20  # seconds within which a process that was asked to end is gone
PLAIN = httpx.create_ssl_context()
"""For who asks without TLS and with a connection for each request: httpx makes one for each else, in 30 ms or so."""
_NUMBER = count()


@dataclass(frozen=True)
class Served:
    process: subprocess.Popen[str]
    address: str
    log: Path

    def __call__(self, key: str | None, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if method == "POST":
            headers["Idempotency-Key"] = f'"{next(_NUMBER)}"'
        headers |= more.pop("headers", {})
        return httpx.request(method, self.address + path, headers=headers, verify=PLAIN, **more)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(ENDS)


def environment(data: Path, **more: str) -> dict[str, str]:
    """Without workers, unless `more` says how many."""
    ours = {"PYTHONPATH": str(ROOT), "PROOFOLIO_DATA_DIR": str(data), "PROOFOLIO_WORKERS": "0"}
    return {"PATH": "/usr/bin:/bin", **ours, **more}


@contextmanager
def serving(data: Path, words: tuple[str, ...] = (), **more: str) -> Iterator[Served]:
    log = data.parent / f"log-{next(_NUMBER)}"
    with log.open("w") as lines:
        process = subprocess.Popen(
            (*COMMAND, *words),
            env=environment(data, **more),
            cwd=data.parent,
            stderr=lines,
            stdin=subprocess.DEVNULL,
            text=True,
        )
    try:
        yield Served(process, _address(process, log), log)
    finally:
        process.kill()
        process.wait(ENDS)


def _address(process: subprocess.Popen[str], log: Path) -> str:
    while process.poll() is None:
        if found := re.search(r"serving (\S+);", log.read_text()):
            return found[1]
        sleep(0.05)
    raise AssertionError(log.read_text())
