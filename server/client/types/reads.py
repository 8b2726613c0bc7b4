"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer


class ReadAnswer(Answer):
    """One answer that somebody was given. `route`: verb and template; `object`: what stood in the path and after it,
    such as the id of a proposal, null where whoever asked sees rules that the reader does not; `households`: whose
    data the answer held, by commas, `*` for all of the firm's, null where the route does not know; `request`: its id,
    as in the header X-Request-Id and in the lines of the process. `number`: in the order of writing."""

    number: int
    time: str
    credential: str
    principal: str
    route: str
    object: str | None
    households: str | None
    request: str


class ReadsAnswer(Answer):
    """Oldest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[ReadAnswer, ...]
    next: str | None
