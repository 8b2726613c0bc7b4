"""Of which day data may be: no day to come, and none before the newest snapshot's unless that is meant."""

from datetime import UTC, date, datetime, timedelta

from server.api.chosen import invalid
from server.api.problem import ProblemError
from server.store.tables import Snapshot

AHEAD = timedelta(days=1, hours=14)
"""To the end of tomorrow where days begin first: a feed may be of the next day already."""


def required(as_of: date, known_at: date, newest: Snapshot | None, *, older: bool) -> None:
    """ProblemError where data of this day are not to be the newest. `older`: whether they may be of an older one."""
    last = (datetime.now(UTC) + AHEAD).date()
    for name, day in (("as_of", as_of), ("known_at", known_at)):
        if day > last:
            raise invalid(f"/{name}", f"{day} is a day to come", f"send the day of the data; {last} is the last")
    if newest is not None and as_of.isoformat() < newest.as_of and not older:
        what = f"the newest snapshot is of {newest.as_of}, and this is of {as_of}"
        raise ProblemError("state-conflict", f"{what}: send it with `older=true` if that is meant")
