"""Made from the OpenAPI document by `make docs`; do not edit."""

from __future__ import annotations

from server.client.answer import Answer
from server.client.types.shared import Receipt


class Terms(Answer):
    """What is waived, where. `household`, `account`: by its id, both None for every account; `level`, `group`: such as
    `issuer` and `ACME Corp`, None for every group; `raises_to`, `lowers_to`: the other limit, in the language; with
    neither the rule is lifted."""

    household: str | None
    account: str | None
    level: str | None
    group: str | None
    raises_to: str | None
    lowers_to: str | None
    no_purchases: bool


class WaiverAnswer(Answer):
    """`name`: what verdicts call it. `in_force`: whether its file is among the rules in force now; `text`: that file.
    `kind`: person-key where the granter signed its text, attested where the service says so; `envelope`: SHA-256 of
    what was signed."""

    id: str
    name: str
    state: str
    version: int
    rule: str
    terms: Terms
    first: str
    last: str
    reason: str
    evidence: str | None
    asker: str
    made: str
    granter: str | None
    granted: str | None
    kind: str | None
    envelope: str | None
    signed: str | None
    ended: str | None
    ender: str | None
    in_force: bool
    text: str | None = None
    log: Receipt | None = None


class WaiversAnswer(Answer):
    """Newest first; what is not the reader's to see is passed over. `next`: the cursor of the next page."""

    data: tuple[WaiverAnswer, ...]
    next: str | None
