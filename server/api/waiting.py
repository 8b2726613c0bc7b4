"""How long a request wants to wait for what is not there yet: `Prefer: wait=N` (RFC 7240)."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from litestar import Request
from litestar.concurrency import sync_to_thread

LONGEST = 60  # seconds
LOOKS = (0.05, 0.5)  # seconds between two looks at what is waited for: at first, and at most
_WAIT = re.compile(r"(?:^|[,;\s])wait=(\d{1,4})(?=$|[,;\s])", re.ASCII)


def wanted(request: Request[Any, Any, Any]) -> int | None:
    """Seconds; None where it does not say."""
    found = _WAIT.search(request.headers.get("prefer", ""))
    return None if found is None else min(int(found[1]), LONGEST)


def applied(seconds: int) -> dict[str, str]:
    return {"Preference-Applied": f"wait={seconds}"}


async def until(there: Callable[[], bool], seconds: float) -> bool:
    """Whether it is there, looking for so long. Whoever waits holds no thread: sixty seconds of one would be a way to
    stop the service."""
    end, pause = asyncio.get_running_loop().time() + seconds, LOOKS[0]
    while not await sync_to_thread(there):
        left = end - asyncio.get_running_loop().time()
        if left <= 0:
            return False
        await asyncio.sleep(min(pause, left))
        pause = min(2 * pause, LOOKS[1])
    return True
