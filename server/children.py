"""Processes that one process looks after: one that dies is followed by another, and none outlives it."""

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from threading import Event

LOOK = 0.5  # seconds between two looks at them
PAUSE = 2  # seconds before one that died is followed by another
FAREWELL = 15  # seconds until one that was asked to end is ended

RARELY = 50_000, 20, 100
"""New objects before the collector looks for cycles among them, and how often among older and the oldest: nearly all
that an answer makes goes without it, and each look at what is kept holds some answer up for tens of milliseconds."""


def stays() -> None:
    """The collector is on, which the command turns off for verbs that end soon."""
    gc.set_threshold(*RARELY)
    gc.enable()


def asked_to_end(*signals: signal.Signals) -> Event:
    """Set as soon as one of them comes; SIGTERM or SIGINT without any."""
    stop = Event()
    for each in signals or (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    return stop


def looked_after(words: Sequence[str], number: int, stop: Event) -> None:
    """So many processes of `proofolio WORDS`, until `stop`. Each is told who looks after it, by `--below`."""

    def begun() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "server.cli.main", *words, "--below", str(os.getpid())]
        return subprocess.Popen(command)

    children = [begun() for _ in range(number)]
    while not stop.wait(LOOK):
        for place, child in enumerate(children):
            if child.poll() is not None and not stop.wait(PAUSE):
                children[place] = begun()
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            child.kill()


def orphaned(parent: int) -> bool:
    """Whether whoever looked after this process is gone."""
    return os.getppid() != parent
