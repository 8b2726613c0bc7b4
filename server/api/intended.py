"""Requests that say what orders are for."""

from collections.abc import Sequence

from pydantic import SkipValidation

from server.api.problem import LOOKED_FOR, Flaw
from server.api.wire import Asked, flaws
from server.desk.intent import IntentDocument, misread


class Intended(Asked):
    intent: SkipValidation[IntentDocument | None] = None
    """what is wanted (docs/intent.schema.json); it is read with the book at hand"""

    @classmethod
    def within(cls, said: object) -> Sequence[Flaw]:
        found = said.get("intent") if isinstance(said, dict) else None
        return () if found is None else flaws(misread(found, "intent", LOOKED_FOR), "/intent")
