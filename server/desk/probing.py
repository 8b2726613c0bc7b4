"""Probing for a secret: how many different names rules stopped for somebody who may not see these rules.

Whoever may place orders learns one bit of a check, whether something that is not theirs to see stops it, and has to:
the orders cannot be placed. A proposal, or one of a run, says the same of the names that are pinned in it. What can be
kept from them is to ask it of name after name. So these names (issuers, where the book knows them) are counted by
person, each once within a window, and past a limit nothing of theirs is checked or searched until the window has moved
on, whatever it would have said. What nothing hidden stops writes nothing. Compliance and the control room are told when
somebody comes past the limit, and not what of.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, bindparam, col, delete, func, select

from policy.book.facts import Book
from policy.canonical import Json
from server import clock
from server.auth.roles import Role
from server.log.events import Event
from server.settings import Probing
from server.store import statement
from server.store.store import Gate, alone
from server.store.tables import Probe

STREAM = "probing"
TOLD = ",".join(sorted((Role.COMPLIANCE.value, Role.CONTROL_ROOM.value)))
"""Whose eyes the event is for."""


NO_NAMES = frozenset({"a proposal without pins"})
"""What is counted where nothing was named: nobody chooses what that says."""


def names(book: Book, instruments: Iterable[str]) -> frozenset[str]:
    """What could be on a list, of these instruments: issuers, and instruments without one."""
    found = ((instrument, book.instruments.get(instrument)) for instrument in instruments)
    return frozenset(name if known is None or known.issuer is None else known.issuer for name, known in found)


def limited(session: Session, probing: Probing, who: str, now: datetime) -> int | None:
    """In how many seconds somebody may check again who is past the limit; None for everybody else."""
    asked = {"who": who, "since": _since(probing, now), "names": probing.names}
    last = statement.one(statement.connected(session), _PAST, asked)
    if last is None:
        return None
    left = datetime.fromisoformat(last[0]) + timedelta(hours=probing.hours) - now
    return max(1, int(left.total_seconds()) + 1)


_PAST = (  # the newest of those that have to go out of the window
    select(Probe.time)
    .where(col(Probe.principal) == bindparam("who"), col(Probe.time) > bindparam("since"))
    .order_by(col(Probe.time).desc())
    .offset(bindparam("names"))
    .limit(1)
)


def stopped(
    session: Session, probing: Probing, who: str, names: frozenset[str], now: datetime, credential: str | None = None
) -> list[Event] | None:
    """Counts the names; the event for whom it concerns, where they are now too many and were not before. None for
    whoever came past the limit meanwhile, by another request at the same time."""
    alone(session.connection(), Gate.PROBES)
    since, time = _since(probing, now), clock.text(now)
    session.exec(delete(Probe).where(col(Probe.principal) == who, col(Probe.time) <= since))
    before = _count(session, who)
    if before > probing.names:
        return None
    for name in sorted(names):
        session.merge(Probe(principal=who, name=name, time=time))
    session.flush()
    after = _count(session, who)
    return [_told(probing, who, credential, after)] if after > probing.names else []


def _count(session: Session, who: str) -> int:
    return session.exec(select(func.count()).select_from(Probe).where(Probe.principal == who)).one()


def _since(probing: Probing, now: datetime) -> str:
    return clock.text(now.astimezone(UTC) - timedelta(hours=probing.hours))


def _told(probing: Probing, who: str, credential: str | None, count: int) -> Event:
    """`credential`: null where a worker found it, for a proposal that was asked for before."""
    data: dict[str, Json] = {"principal": who, "credential": credential}
    data |= {"names": count, "hours": probing.hours}
    return Event("probing.suspected", STREAM, "checks limited", who, data, role=TOLD)
