"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer


class Health(Answer):
    answer: str
    says: tuple[str, ...] = ()
