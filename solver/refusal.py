"""Three reasons for "no trade", three types: only one of them says that no compliant trade exists."""

from __future__ import annotations

from dataclasses import dataclass

from solver.conflict import Conflict


@dataclass(frozen=True, slots=True)
class Impossible:
    """Proven: no compliant point exists. Says nothing against the book as it stands: what the market or a flow did to
    it is excused by its own rungs, and then doing nothing is compliant and this type cannot arise."""

    conflict: Conflict


@dataclass(frozen=True, slots=True)
class NotFound:
    """None was found within the limits; one may exist. `tried`: what was tried, in order, for people."""

    tried: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotSearched:
    """Rules that are judged but not searched (docs/rows.md, "Not encoded") refused every point that was offered."""

    obligations: tuple[str, ...]
    tried: tuple[str, ...]


Refusal = Impossible | NotFound | NotSearched
