"""How old the data may be that an answer rests on: a request says it, and what is older is refused by name."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Annotated

from pydantic import Field

from server.api.problem import ProblemError
from server.store.tables import Snapshot

N = "[0-9]{1,5}"
TIME = f"{N}H(?:{N}M)?(?:{N}S)?|{N}M(?:{N}S)?|{N}S"
DURATION = f"^P(?:{N}D|(?:{N}D)?T(?:{TIME}))$"
UNITS = {"D": 86_400, "H": 3_600, "M": 60, "S": 1}  # seconds
MaxAge = Annotated[str, Field(pattern=DURATION, max_length=30)]
"""Days, hours, minutes and seconds (ISO 8601), such as `PT30M`."""

LAST = timezone(timedelta(hours=-12))
"""Where a day ends last: a book says its days without a place."""


def required(row: Snapshot, max_age: str | None) -> None:
    """ProblemError where the snapshot is older than that: since it was sealed, or since the end of the last day that it
    knows anything of, whichever was first."""
    if max_age is None:
        return
    known = datetime.combine(date.fromisoformat(row.known_at), time.max, LAST)
    since = min(datetime.fromisoformat(row.made), known)
    if datetime.now(UTC) - since > _length(max_age):
        detail = f"the newest data of `{row.source}`, snapshot `{row.id}`, is of {since.astimezone(UTC).isoformat()}"
        raise ProblemError("data-too-old", detail)


def _length(said: str) -> timedelta:
    return timedelta(seconds=sum(int(number) * UNITS[unit] for number, unit in re.findall("([0-9]+)([DHMS])", said)))
