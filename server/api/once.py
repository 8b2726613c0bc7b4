"""A POST is done once, however often it is sent (the IETF draft on the Idempotency-Key header).

The answer is kept in the transaction of the write that it tells of, so that a crash leaves both or none. A key belongs
to one credential and one route, and is good for 30 days. The same key with another body is refused; while the first
request is in hand, a second one is asked to wait.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from litestar import Request, Response
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from server import clock
from server.api.problem import ProblemError
from server.api.writing import writing_for
from server.store.hands import Hands
from server.store.store import Store
from server.store.sweep import REPLIES
from server.store.tables import Reply

LEASE = timedelta(seconds=8)
"""Well within the patience of a client that asks again because the process that it had asked was killed."""
LONGEST = 255  # characters of a key

SAFE = "safe"
"""The option of a POST that writes nothing, and so needs no key."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer whose body was encoded already, so that it can be kept. `again`: what a repetition is told where
    that is not the same, as with a secret that must not be kept."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    again: bytes | None = None


Write = Callable[[Session], Answer]
"""Writes what was worked out, and says what came of it."""


def once(
    store: Store, request: Request[Any, Any, Any], body: bytes, work: Callable[[], Write], *, ends: str | None = None
) -> Response[bytes]:
    """The answer of this or of an earlier request. `work` runs outside of any transaction, what it returns within.
    `ends`: the API key that it changes."""
    asked = _asked(request, body)
    kept = _claimed(store, asked)
    if kept is not None:
        return _response(kept, {"Idempotency-Replayed": "true"})
    hands: Hands = request.app.state.answering
    with hands.holding(str(asked.holder)):
        try:
            write = work()
            with writing_for(store, request.user, ends) as session:
                row = session.get(Reply, _place(asked), with_for_update=True)
                if row is None or not _ours(row, asked):  # our lease ended, and somebody took it up
                    raise _busy(asked)
                answer = write(session)
                row.holder, row.status, row.headers = None, answer.status, json.dumps(dict(answer.headers))
                row.body = answer.body if answer.again is None else answer.again
                session.add(row)
        except BaseException:
            _given_up(store, asked)
            raise
    return _response(answer, {})


def answering(store: Store) -> Hands:
    """The requests that this process answers."""
    return Hands(store, Reply, LEASE)


def _asked(request: Request[Any, Any, Any], body: bytes) -> Reply:
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not key or len(key) > LONGEST or not key.isascii() or not key.isprintable():
        raise ProblemError("idempotency-key-missing", f"send an Idempotency-Key of 1 to {LONGEST} ASCII characters")
    now = datetime.now(UTC)
    return Reply(
        principal=request.user.credential,
        route=f"{request.method} {request.url.path}",
        key=key,
        request=sha256(body).hexdigest(),
        time=clock.text(now),
        holder=clock.fresh("hold"),
        lease=clock.text(now + LEASE),
    )


def _claimed(store: Store, asked: Reply) -> Answer | None:
    """None where the request is ours to answer; else the answer that was given."""
    try:
        with store.writing() as session:
            row = session.get(Reply, _place(asked), with_for_update=True)
            if row is not None and row.time < clock.text(datetime.now(UTC) - REPLIES):
                session.delete(row)
                session.flush()
                row = None
            if row is None:
                session.add(Reply(**asked.model_dump()))
                return None
            if row.request != asked.request:
                raise ProblemError("idempotency-key-reused", f"`{asked.key}` was sent with another body at {row.time}")
            if row.status is not None:
                return Answer(row.status, row.body or b"", json.loads(row.headers or "{}"))
            if row.lease > asked.time:
                raise _busy(asked)
            row.holder, row.lease = asked.holder, asked.lease
            session.add(row)
            return None
    except IntegrityError:  # another process claimed it between our look and our claim
        raise _busy(asked) from None


def _busy(asked: Reply) -> ProblemError:
    detail = f"the request with the key `{asked.key}` is being answered; ask again"
    return ProblemError("idempotency-in-progress", detail, headers={"Retry-After": "1"})


def _given_up(store: Store, asked: Reply) -> None:
    with store.writing() as session:
        row = session.get(Reply, _place(asked), with_for_update=True)
        if row is not None and _ours(row, asked):
            session.delete(row)


def _place(asked: Reply) -> tuple[str, str, str]:
    return asked.principal, asked.route, asked.key


def _ours(row: Reply, asked: Reply) -> bool:
    """Whether the request is still ours to answer: nobody did, or took it up."""
    return row.holder == asked.holder


def _response(answer: Answer, more: Mapping[str, str]) -> Response[bytes]:
    headers = {**answer.headers, **more}
    media = headers.pop("Content-Type", "application/json")
    return Response(answer.body, status_code=answer.status, headers=headers, media_type=media)
