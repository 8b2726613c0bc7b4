"""As of when a read is: which snapshot it is about, and how a walk through that goes on while others are sealed."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter

from server import clock
from server.api import chosen, freshness
from server.api.listing import LONGEST
from server.api.problem import ProblemError
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import loaded
from server.desk.manifest import Manifest
from server.running import Service
from server.store.tables import Snapshot

Day = Annotated[str | None, QueryParameter(description="the newest snapshot of this day or before, such as 2026-11-22")]
Instant = Annotated[str | None, QueryParameter(description="the newest snapshot that was sealed by this instant")]
_ID = re.compile("snap_[0-9a-v]{24}")
Limit = Annotated[int, QueryParameter(ge=1, le=LONGEST)]


@dataclass(frozen=True, slots=True)
class At:
    """The snapshot that a read is about. `as_of`, `known_at`: its days; `sealed`: when it was; `oldest_fact_age`: how
    old its data are, as `max_age` reckons."""

    snapshot: str
    as_of: str
    known_at: str
    sealed: str
    oldest_fact_age: str


class Place(NamedTuple):
    """A snapshot, what it consists of, how old its oldest data are, and after which id a page begins."""

    row: Snapshot
    known: Manifest
    age: str
    after: str

    @property
    def at(self) -> tuple[str, str, str, str, str]:
        """The members of `At`, in order."""
        row = self.row
        return row.id, row.as_of, row.known_at, row.made, self.age

    def next(self, last: str) -> str:
        """The cursor of the page after the id `last` of this same snapshot."""
        return f"{self.row.id}.{last}"


def _place(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    snapshot: FromQuery[str | None] = None,
    as_of: Day = None,
    known_at: Instant = None,
) -> Place:
    if snapshot is not None and (as_of, known_at) != (None, None):
        raise ProblemError("bad-parameter", "name a snapshot, or say of when it is")
    day, by = _read("as_of", as_of, clock.day), instant(known_at)
    with service.store.reading() as session:
        row = chosen.sealed(session, request.user, snapshot, None if day is None else day.isoformat(), by)
    return Place(row, loaded.manifest_in(service, row), freshness.age(service, row), "")


def _page(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    snapshot: FromQuery[str | None] = None,
    as_of: Day = None,
    known_at: Instant = None,
    cursor: FromQuery[str | None] = None,
) -> Place:
    """With a cursor in the snapshot that the walk began with, whatever was sealed since."""
    if cursor is None:
        return _place(request, service, snapshot, as_of, known_at)
    pinned, after = _pinned(cursor)
    if snapshot not in (None, pinned):
        raise ProblemError("bad-cursor", "this cursor goes on in another snapshot")
    return _place(request, service, pinned)._replace(after=after)


PLACES = {"place": Provide(_place, sync_to_thread=True), "page": Provide(_page, sync_to_thread=True)}
"""What routes take as `place`, or as `page` where they are lists, with these parameters."""


def reads(says: type, *problems: str) -> dict[str, Any]:
    """The options of such a route."""
    return {"act": Act.READ_SNAPSHOT, "says": says, "problems": ("not-found", "no-snapshot", *problems)}


def paged(place: Place, names: list[str], limit: int) -> tuple[list[str], str | None]:
    """Of names in order those after the place, and the cursor of what follows."""
    left = [name for name in names if name > place.after]
    return left[:limit], place.next(left[limit - 1]) if len(left) > limit else None


def _pinned(cursor: str) -> tuple[str, str]:
    snapshot, _, after = cursor.partition(".")
    if not (_ID.fullmatch(snapshot) and after):
        raise ProblemError("bad-cursor", "this cursor was never given")
    return snapshot, after


def instant(known_at: str | None) -> str | None:
    """What the parameter of this name says, as the store has instants."""
    found: str | None = _read("known_at", known_at, clock.instant)
    return found


def _read(name: str, said: str | None, read: Any) -> Any:
    found = None if said is None else read(said)
    if said is not None and found is None:
        raise ProblemError(
            "bad-parameter", f"`{name}` is `{said[:40]}`, which is none; write one such as {_SUCH[name]}"
        )
    return found


_SUCH = {"as_of": "2026-11-22", "known_at": "2026-12-01T14:30:00Z"}
