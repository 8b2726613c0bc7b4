"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer
from server.client.types.shared import Receipt


class EvidenceAnswer(Answer):
    """`id`: SHA-256 of the bytes. `media`: what whoever filed it calls it; nobody looked."""

    id: str
    size: int
    media: str
    principal: str
    made: str
    log: Receipt | None = None
