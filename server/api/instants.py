"""Instants that a request names: to come, and as the clock writes them."""

from server import clock
from server.api.chosen import invalid
from server.api.problem import ProblemError


def begins(text: str, now: str) -> str:
    """From when on something is to hold."""
    if text == "now":
        return now
    found = clock.instant(text)
    if found is None:
        raise _wrong(f"`{text}` is no instant", "write `now`, or one such as 2026-12-01T14:30:00Z")
    if found < now:
        raise _wrong(f"{found} has passed", "write `now`, or an instant to come: no decision is changed afterwards")
    return found


def expiry(said: str | None, now: str, pointer: str = "/expires") -> str | None:
    """From when on nobody approves what comes of the request, or something else ends."""
    if said is None:
        return None
    found = clock.instant(said)
    if found is None or found <= now:
        what = f"`{said}` is no instant" if found is None else f"{found} has passed"
        raise invalid(pointer, what, "write an instant to come, such as 2026-12-01T14:30:00Z, or none")
    return found


def _wrong(detail: str, do: str) -> ProblemError:
    return invalid("/from", detail, do)
