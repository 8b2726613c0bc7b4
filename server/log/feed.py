"""The journal as its readers see it: the entries that are theirs, in order.

What is not for the eyes of a reader (a role that they have not, a household that is not theirs) is left out, and
nothing stands for it: a line that said `withheld` would add its time to what the numbers say already, and an adviser
of ten households among ten thousand would read little else. A page says how far it was read (`after`), and whoever
goes on from there has missed nothing that was theirs: that, and not the numbers, is what a reader is to check.

An administrator reads what is for administrators (keys), and nothing of the business that others do.

A page looks at no more than SCAN entries, so that it costs no more for a reader who may see few of them.
"""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, literal, true
from sqlmodel import Session, col, or_, select

from server.auth.credentials import Principal
from server.auth.roles import Role
from server.log import journal
from server.store.tables import Journal

Which = ColumnElement[bool]
"""What holds of the rows that are meant."""
SCAN = 10_000
START = -1
"""What comes before the first event."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event. `index`: its number in the log and in the feed; `stream`, `seq`: its stream and its number there;
    `leaf`: the hash of its entry, hex; `timestamp`: UTC."""

    type: str
    timestamp: str
    data: dict[str, Any]
    event: str
    index: int
    stream: str
    seq: int
    leaf: str


@dataclass(frozen=True, slots=True)
class Page:
    """`after`: what to ask for next; `more`: whether there is more to look at already."""

    events: tuple[Happened, ...]
    after: int
    more: bool


def page(session: Session, who: Principal, after: int, limit: int, *which: Which) -> Page:
    """What happened after the event number `after`, at most `limit` events of it; of those of which all of `which`
    holds."""
    last = min(after + SCAN, journal.size(session) - 1)
    if last <= after:
        return Page((), after, more=False)
    found = select(Journal).where(col(Journal.index) > after, col(Journal.index) <= last, seen_by(who), *which)
    events = tuple(map(_happened, session.exec(found.order_by(col(Journal.index)).limit(limit))))
    reached = events[-1].index if len(events) == limit else last
    return Page(events, reached, more=reached < journal.size(session) - 1)


def entry(session: Session, who: Principal, leaf: bytes) -> bytes | None:
    """The entry of this hash; None where there is none, or none of theirs."""
    return session.exec(select(Journal.entry).where(Journal.leaf == leaf, seen_by(who))).first()


def seen_by(who: Principal) -> Which:
    """Which entries of the journal are for these eyes."""
    return and_(of_role(col(Journal.role), who), of_household(col(Journal.household), who))


def of_role(role: Any, who: Principal) -> Which:
    """Whether a row is for their roles. `role`: a column with none, for everybody's eyes, or several, by commas."""
    every = [role.is_(None)] if who.roles - {Role.ADMIN} else []
    return or_(false(), *every, *((literal(",") + role + ",").contains(f",{each},") for each in sorted(who.roles)))


def of_household(household: Any, who: Principal) -> Which:
    """Whether it is of a household of theirs. `household`: a column with none where it is everybody's."""
    return true() if who.households is None else or_(household.is_(None), household.in_(sorted(who.households)))


def _happened(row: Journal) -> Happened:
    leaf = row.leaf.hex()
    return Happened(
        type=row.type,
        timestamp=row.time,
        data=json.loads(row.data),
        event=f"evt_{leaf[:32]}",
        index=row.index,
        stream=row.stream,
        seq=row.seq,
        leaf=leaf,
    )
