"""Waiting for the journal to grow. However many wait in this process, its size is looked at once in a while."""

import asyncio
from dataclasses import dataclass
from time import monotonic

from litestar.concurrency import sync_to_thread

from server.log import journal
from server.store.store import Store

BETWEEN = 0.05  # seconds between two looks


@dataclass(slots=True)
class Follower:
    """The journal's size as it was seen last, at an instant of a monotonic clock. `ended`: the process wants to stop,
    and nobody is to wait any longer; a signal's handler may set it."""

    store: Store
    size: int = 0
    seen: float = 0.0
    ended: bool = False


async def grown(follower: Follower, after: int, seconds: float) -> bool:
    """Whether there is an entry after the number `after`, waiting for one so long."""
    until = monotonic() + seconds
    while not follower.ended:
        if monotonic() - follower.seen >= BETWEEN:
            follower.seen = monotonic()
            follower.size = await sync_to_thread(_size, follower.store)
        if follower.size > after + 1:
            return True
        if monotonic() >= until:
            break
        await asyncio.sleep(BETWEEN)
    return False


def _size(store: Store) -> int:
    with store.reading() as session:
        return journal.size(session)
