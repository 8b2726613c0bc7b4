"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer
from server.client.types.shared import Receipt


class DeliveriesAnswer(Answer):
    """Newest first. `next`: the instant from which the next page goes back, null after the last."""

    data: tuple[DeliverySaid, ...]
    next: str | None


class DeliverySaid(Answer):
    """One try. `index`: the event's number; `status`: the receiver's, null where there was none, for `error`."""

    index: int
    time: str
    status: int | None
    error: str | None
    milliseconds: int


class WebhookAnswer(Answer):
    """`reached`: the number of the last event that needs no other try; `tries`: of the next one, so far, `due` then.
    `secret`: shown when it is made, and never again."""

    id: str
    url: str
    state: str
    principal: str
    types: tuple[str, ...]
    households: tuple[str, ...] | None
    reached: int
    tries: int
    due: str
    made: str
    stopped: str | None
    ended: str | None
    secret: str | None = None
    log: Receipt | None = None


class WebhooksAnswer(Answer):
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[WebhookAnswer, ...]
    next: str | None
