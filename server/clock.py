"""The clock and the names of things: the only two sources of what nobody can compute again."""

import os
from base64 import b32hexencode
from datetime import UTC, datetime
from time import time_ns


def now() -> str:
    """UTC with microseconds, as log entries say it; such texts compare as the instants do."""
    return text(datetime.now(UTC))


def text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def fresh(kind: str) -> str:
    """A new id such as `prop_06f3…`: milliseconds, then 80 random bits, so that ids sort by their time."""
    milliseconds = time_ns() // 1_000_000
    return f"{kind}_{b32hexencode(milliseconds.to_bytes(6) + os.urandom(9)).decode().lower()}"
