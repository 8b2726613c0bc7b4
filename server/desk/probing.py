"""Probing for a secret: how many different names rules stopped for somebody who may not see these rules.

Whoever may place orders learns one bit of a check, whether something that is not theirs to see stops it, and has to:
the orders cannot be placed. What can be kept from them is to ask it of name after name. So the names of orders that
were stopped so (issuers, where the book knows them) are counted by person, each once within a window, and past a limit
nothing of theirs is checked until the window has moved on, whatever it would have said. A check that nothing hidden
stops writes nothing. Compliance and the control room are told when somebody comes past the limit, and not what of.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, delete, func, select

from policy.book.facts import Book, Order
from policy.canonical import Json
from server import clock
from server.auth.credentials import Principal
from server.auth.roles import Role
from server.log.events import Event
from server.settings import Probing
from server.store.tables import Probe

STREAM = "probing"
TOLD = ",".join(sorted((Role.COMPLIANCE.value, Role.CONTROL_ROOM.value)))
"""Whose eyes the event is for."""


def names(book: Book, orders: Iterable[Order]) -> frozenset[str]:
    """What could be on a list, of these orders: issuers, and instruments without one."""
    found = ((order.instrument, book.instruments.get(order.instrument)) for order in orders)
    return frozenset(name if known is None or known.issuer is None else known.issuer for name, known in found)


def limited(session: Session, probing: Probing, who: Principal, now: datetime) -> int | None:
    """In how many seconds somebody may check again who is past the limit; None for everybody else."""
    within = (Probe.principal == who.name, col(Probe.time) > _since(probing, now))
    past = select(Probe.time).where(*within).order_by(col(Probe.time).desc()).offset(probing.names).limit(1)
    last = session.exec(past).first()  # the newest of those that have to go out of the window
    if last is None:
        return None
    left = datetime.fromisoformat(last) + timedelta(hours=probing.hours) - now
    return max(1, int(left.total_seconds()) + 1)


def stopped(session: Session, probing: Probing, who: Principal, names: frozenset[str], now: datetime) -> list[Event]:
    """Counts the names; the event for whom it concerns, where they are now too many and were not before."""
    since, time = _since(probing, now), clock.text(now)
    session.exec(delete(Probe).where(col(Probe.principal) == who.name, col(Probe.time) <= since))
    before = _count(session, who)
    for name in sorted(names):
        session.merge(Probe(principal=who.name, name=name, time=time))
    session.flush()
    after = _count(session, who)
    return [_told(probing, who, after)] if before <= probing.names < after else []


def _count(session: Session, who: Principal) -> int:
    return session.exec(select(func.count()).select_from(Probe).where(Probe.principal == who.name)).one()


def _since(probing: Probing, now: datetime) -> str:
    return clock.text(now.astimezone(UTC) - timedelta(hours=probing.hours))


def _told(probing: Probing, who: Principal, count: int) -> Event:
    data: dict[str, Json] = {"principal": who.name, "credential": who.credential}
    data |= {"names": count, "hours": probing.hours}
    return Event("probing.suspected", STREAM, "checks limited", who.name, data, role=TOLD)
