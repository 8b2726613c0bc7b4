"""Threads that work beside a block."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def beside(*works: Callable[[Event], None], ends: float | None = None) -> Iterator[None]:
    """Each works meanwhile, until its event is set. `ends`: seconds that the block then waits for each; None: for as
    long as it takes."""
    stop = Event()
    threads = [Thread(target=work, args=(stop,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(ends)
