"""The clock and the names of things: the only two sources of what nobody can compute again."""

import os
import re
from base64 import b32hexdecode, b32hexencode
from datetime import UTC, date, datetime, timedelta
from time import time_ns

INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def now() -> str:
    """UTC with microseconds, as log entries say it; such texts compare as the instants do."""
    return text(datetime.now(UTC))


def text(instant: datetime) -> str:
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def before(instant: str, span: timedelta) -> str:
    """The instant that lies so long before another one, both as the clock writes them."""
    return text(datetime.fromisoformat(instant) - span)


def seconds() -> int:
    """Since 1970, as cosignatures say it."""
    return time_ns() // 1_000_000_000


def instant(said: str) -> str | None:
    """An instant that somebody wrote with its offset (RFC 3339), as the clock writes it; None where it is none."""
    try:
        return text(datetime.fromisoformat(said)) if INSTANT.fullmatch(said) else None
    except (ValueError, OverflowError):
        return None


def day(said: str) -> date | None:
    """A day that somebody wrote, such as 2026-01-31; None where it is none."""
    try:
        return date.fromisoformat(said) if DAY.fullmatch(said) else None
    except ValueError:
        return None


def fresh(kind: str, after: str | None = None) -> str:
    """A new id such as `prop_06f3…`: milliseconds, then 72 random bits, so that ids sort by their time; after that one,
    whatever the clock says, which may be another machine's than the one before."""
    milliseconds = time_ns() // 1_000_000
    if after is not None:
        milliseconds = max(milliseconds, int.from_bytes(b32hexdecode(after.partition("_")[2].upper())[:6]) + 1)
    return f"{kind}_{b32hexencode(milliseconds.to_bytes(6) + os.urandom(9)).decode().lower()}"
