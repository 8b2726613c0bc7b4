"""The witness as a process of its own: C2SP tlog-witness over HTTP, and its key for whoever will trust it."""

import logging
from types import SimpleNamespace
from typing import Any

from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.params import RawBody

from policy.proof.witness import Refusal
from server import clock
from server.log import witness
from server.log.witness import Witness, WitnessError

LARGEST = 64 * 1024  # bytes of a request: 63 hashes and a checkpoint are a few thousand
SIZE = "text/x.tlog.size"
TEXT = "text/plain; charset=utf-8"

_log = logging.getLogger("proofolio")


def app(by: Witness) -> Litestar:
    @post("/add-checkpoint", sync_to_thread=True, status_code=200)
    def add_checkpoint(body: RawBody) -> Response[bytes]:
        try:
            found = witness.added(by, body, clock.seconds())
        except (WitnessError, OSError):
            return _text(503, "what this witness remembers cannot be read or written\n")
        if not isinstance(found, Refusal):
            return _text(200, found)
        return _text(found.status, found.reason, SIZE if found.status == 409 else TEXT)

    @get("/", sync_to_thread=True)
    def key() -> Response[bytes]:
        return _text(200, f"{by.verifier.text}\n")

    found = Litestar(
        [add_checkpoint, key],
        request_max_body_size=LARGEST,
        openapi_config=None,
        logging_config=None,
        exception_handlers={HTTPException: _refused, Exception: _fault},
    )
    found.state.follower = SimpleNamespace(ended=False)  # as `server.listen` ends it
    return found


def _text(status: int, said: str, media: str = TEXT) -> Response[bytes]:
    return Response(said.encode(), status_code=status, media_type=media)


def _refused(_request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    return _text(error.status_code, f"{error.detail}\n")


def _fault(_request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    _log.error({"event": "fault"}, exc_info=error)
    return _text(500, "this is ours to mend; nothing was cosigned\n")
