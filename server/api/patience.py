"""How long a body may take: a client that sends a byte a second would hold a connection for ever."""

import asyncio
from time import monotonic

from litestar.types import Receive, ReceiveMessage

from server.api.problem import ProblemError

GRACE = 20  # seconds for any body
RATE = 16 * 1024  # bytes that buy one second more


def patient(receive: Receive) -> Receive:
    """`receive`, with a problem where the body comes too slowly. What follows a whole body, the client's leaving, may
    take as long as it likes."""
    begun, got, whole = monotonic(), 0, False

    async def received() -> ReceiveMessage:
        nonlocal got, whole
        if whole:
            return await receive()
        try:
            async with asyncio.timeout(begun + GRACE + got // RATE - monotonic()):
                message = await receive()
        except TimeoutError:
            raise ProblemError("too-slow", f"{got} bytes came in {int(monotonic() - begun)} seconds") from None
        if message["type"] == "http.request":
            got, whole = got + len(message.get("body", b"")), not message.get("more_body", False)
        return message

    return received
