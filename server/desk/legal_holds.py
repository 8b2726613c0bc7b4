"""Legal holds: as long as one is on a household, nothing about it is erased, whatever its retention says.

| state | when |
| --- | --- |
| `standing` | from when it was placed |
| `ended` | once somebody ended it |
"""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from server import clock
from server.auth.roles import Role
from server.log.events import Event
from server.store.tables import LegalHold

STREAM = "legal-holds"


def placed(session: Session, household: str, reason: str, who: str) -> tuple[LegalHold, Event]:
    row = LegalHold(id=clock.fresh("legal"), household=household, reason=reason, placer=who, made=clock.now())
    session.add(row)
    return row, _event("legal-hold.placed", row, who)


def ended(session: Session, row: LegalHold, who: str) -> Event:
    row.ended, row.ender = clock.now(), who
    session.add(row)
    return _event("legal-hold.ended", row, who)


def standing(session: Session, households: Iterable[str] | None = None) -> list[LegalHold]:
    """Those on one of the households, or on any."""
    found = select(LegalHold).where(col(LegalHold.ended).is_(None))
    if households is not None:
        found = found.where(col(LegalHold.household).in_(list(households)))
    return list(session.exec(found.order_by(col(LegalHold.id))))


def _event(type: str, row: LegalHold, who: str) -> Event:
    says = {"id": row.id, "household": row.household, "reason": row.reason}
    return Event(type, STREAM, row.id, who, dict(says), household=row.household, role=Role.COMPLIANCE.value)
