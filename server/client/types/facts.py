"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer
from server.client.types.shared import Receipt


class FactsAnswer(Answer):
    """The next snapshot, and the one that it was made of."""

    id: str
    base: str
    manifest: str
    as_of: str
    known_at: str
    made: str
    log: Receipt
