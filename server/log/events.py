"""What happened, as the feed tells it and as an entry of the log."""

from dataclasses import dataclass

from policy.canonical import Json, digest
from policy.proof.entry import Entry, Payload
from server.log.types import TYPES

KINDS = {name: each.kind for name, each in TYPES.items()}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `data`: what the feed says of it; `body`: what the log's entry commits to, `data`
    itself where it is None. `subject`: for whoever reads the log, so without a client's data. `household`, `role`:
    whose eyes it is for, roles by commas; None for everybody's. `rules`, `snapshot`: SHA-256, hex, of what was used."""

    type: str
    stream: str
    subject: str
    actor: str
    data: Json
    body: bytes | None = None
    media: str = "application/json"
    run: str | None = None
    rules: str | None = None
    snapshot: str | None = None
    household: str | None = None
    role: str | None = None


def apart(stream: str, role: str | None) -> str:
    """The stream of what is for these roles only, beside the one of what everybody sees: so that no number in a stream
    is missing for those who see others of it. It names no role: bundles show it to others."""
    return stream if role is None else f"{stream} {digest(role.encode())[:16]}"


def entry_of(event: Event, time: str, payload: Payload | None = None, seq: int = 0, prev: str | None = None) -> Entry:
    """What the log says of it, at its place in its stream. `time`: UTC with microseconds."""
    return Entry(
        kind=KINDS[event.type],
        stream=event.stream,
        seq=seq,
        prev=prev,
        run=event.run,
        time=time,
        subject=event.subject,
        payload=payload,
        rules=event.rules,
        snapshot=event.snapshot,
        actor=event.actor,
    )
