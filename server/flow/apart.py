"""Work that takes a core for minutes, in a process of its own.

Python runs one thread of a process at a time, and a thread that waited for a row of the database waits for its turn
again: beside one that computes, a thousand rows take a thousand turns. So nothing else computes for long in a process
that answers, or that judges what changed.

What such a process is to do comes over its standard input, which stays open: its end tells that whoever began it is
gone.
"""

import logging
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from server import lines, running
from server.children import FAREWELL, LOOK, PAUSE, asked_to_end, stays
from server.settings import Settings
from server.threads import beside

Work = Callable[..., None]
"""A function of a module, of a service, of an event after which it ends soon, and of words."""

Child = subprocess.Popen[bytes]

_log = logging.getLogger("proofolio")


def begun(known: Settings, work: Work, *words: str) -> Child:
    """A process that works on these settings, and ends with this one."""
    child = subprocess.Popen([sys.executable, "-m", "server.flow.apart"], stdin=subprocess.PIPE)
    assert child.stdin is not None, "it is a pipe"
    try:
        pickle.dump((known, work, words), child.stdin)
        child.stdin.flush()
    except BrokenPipeError:
        pass  # it is gone already, which is seen soon enough
    return child


def ended(child: Child) -> None:
    child.terminate()
    try:
        child.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdin is not None:
        child.stdin.close()


@contextmanager
def kept(known: Settings, work: Work) -> Iterator[None]:
    """A process works meanwhile; one that dies is followed by another."""
    with beside(lambda stop: _kept(known, work, stop)):
        yield


def _kept(known: Settings, work: Work, stop: Event) -> None:
    while not stop.is_set():
        child = begun(known, work)
        while child.poll() is None and not stop.wait(LOOK):
            pass
        ended(child)
        if not stop.wait(PAUSE):
            _log.error({"event": "process", "says": f"{work.__module__} ended with {child.returncode}"})


# --- in that process -----------------------------------------------------------------------------


def _main() -> int:
    stays()
    lines.begun()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # is for whoever began it
    stop = asked_to_end(signal.SIGTERM)
    known, work, words = pickle.load(sys.stdin.buffer)  # of the process that began this one, and of nobody else
    Thread(target=_outlived, args=(stop,), daemon=True).start()
    try:
        service = running.opened(known)
        work(service, stop, *words)
        service.instruments.ended()
    except Exception:
        _log.error({"event": "fault", "process": work.__module__}, exc_info=True)
        return 1
    return 0


def _outlived(stop: Event) -> None:
    os.read(sys.stdin.fileno(), 1)  # where there is nothing more to be read
    stop.set()


if __name__ == "__main__":
    sys.exit(_main())
