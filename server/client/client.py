"""The client: `Client(address, key)`, with a member for each resource."""

from types import TracebackType
from typing import Self

import httpx

from server.client.surface import Surface
from server.client.wire import Wire

PATIENCE = 60.0  # seconds, of one answer and of all tries of a request


class Client(Surface):
    """`address`: of the service, such as `https://proofolio.example`. `transport`: for tests, and for whoever needs a
    proxy or certificates of their own. It may be used by several threads."""

    def __init__(
        self,
        address: str,
        key: str | None = None,
        *,
        patience: float = PATIENCE,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.http = httpx.Client(base_url=address, timeout=PATIENCE + 5, transport=transport)
        super().__init__(Wire(self.http, key, patience))

    def close(self) -> None:
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
