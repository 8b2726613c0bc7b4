"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer
from server.client.types.shared import Receipt


class OverrideAnswer(Answer):
    """`state`: asked, granted or ended. `kind`: person-key where the granter signed it, attested where the service
    says so; `envelope`: SHA-256 of what was signed."""

    id: str
    proposal: str
    state: str
    version: int
    reason: str
    evidence: str | None
    asker: str
    made: str
    granter: str | None
    granted: str | None
    kind: str | None
    envelope: str | None
    ended: str | None
    log: Receipt | None = None


class OverridesAnswer(Answer):
    """Of one proposal, newest first."""

    data: tuple[OverrideAnswer, ...]
