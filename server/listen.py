"""A socket and the HTTP server on it, which waits for nobody for ever: a request's head has its time, and so has its
body (`server.api.patience`); who is being answered when the end comes has a few seconds more."""

import asyncio
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD = 10  # seconds for the head of a request
IDLE = 20  # seconds that a connection may stay open between two requests
FAREWELL = 5  # seconds for what is being answered when the process is to end
WAITING = 2048  # connections that may wait to be accepted


def listening(host: str, port: int) -> socket.socket:
    """OSError where the address is no good or taken; port 0 is any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return _prompt(socket.create_server((host, port), family=family, backlog=WAITING))


def shared(host: str, port: int) -> socket.socket:
    """One of several sockets at one address, among which the kernel shares connections out. Of one socket that several
    processes accept from, the first to wake takes whatever waits."""
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    found.bind((host, port))
    return _prompt(found)


def _prompt(listening: socket.socket) -> socket.socket:
    """Whoever is accepted from it gets the body of an answer at once, too, and not when they have acknowledged its
    head, which the kernel of one who keeps a connection puts off by 40 milliseconds (Nagle's algorithm; asyncio turns
    it off only for sockets that name their protocol)."""
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def address(at: socket.socket) -> str:
    host, port = at.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server(app: Callable[..., Any]) -> uvicorn.Server:
    """Run it with `run([socket])`; SIGTERM ends it in peace."""
    config = uvicorn.Config(
        app,
        http=_Patient,
        ws="none",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=FAREWELL,
    )
    return _Server(config)


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Who only waits for news is let go at once: the server would wait for them before it ends."""
        app: Any = self.config.app
        app.state.follower.ended = True
        super().handle_exit(sig, frame)


class _Patient(H11Protocol):
    """Closes a connection whose request does not begin, or begins and has no end to its head."""

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def _look(self) -> None:
        waiting = self.conn.their_state is h11.IDLE
        if waiting and self._end is None:
            self._end = self.loop.call_later(HEAD, self.transport.close)
        elif not waiting and self._end is not None:
            self._end.cancel()
            self._end = None
