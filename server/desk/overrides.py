"""Overrides: that one proposal whose orders need consent may be approved, asked for by one and granted by another.

| state   | when                                           | may become     |
| ------- | ---------------------------------------------- | -------------- |
| asked   | somebody asked for it                          | granted, ended |
| granted | somebody else, of compliance, granted it       | ended          |
| ended   | it was taken back, or ended before an approval |                |

Only `needs consent` can be overridden (`policy.ir.bound.Outcome`): what is worse, unknown and block, has no orders that
anybody could approve, and what is better needs none.
"""

from dataclasses import replace

from sqlmodel import Session, col, select

from policy import canonical
from policy.canonical import Json
from server import clock
from server.desk.granting import Given
from server.desk.measures import KEPT
from server.log.events import Event
from server.store.tables import Override, Proposal


def needed(row: Proposal) -> bool:
    """Whether its orders pass with consent only."""
    return row.measures is not None and KEPT.validate_json(row.measures).consent


def granted(session: Session, proposal: str) -> Override | None:
    """The one by which it may be approved."""
    wanted = select(Override).where(Override.proposal == proposal, col(Override.granted).is_not(None))
    return session.exec(wanted.where(col(Override.ended).is_(None)).limit(1)).first()


def state(row: Override) -> str:
    return "ended" if row.ended is not None else "asked" if row.granted is None else "granted"


def asked(
    session: Session, about: Proposal, reason: str, evidence: str | None, by: str, now: str
) -> tuple[Override, Event]:  # fmt: skip
    name = clock.fresh("ovr")
    row = Override(id=name, proposal=about.id, reason=reason, evidence=evidence, asker=by, made=now)
    session.add(row)
    return row, _told(row, about, "override.asked", by)


def said(row: Override, about: Proposal) -> str:
    """SHA-256 of what is granted: of which orders, why and on what evidence."""
    what: dict[str, Json] = {"v": 1, "override": row.id, "proposal": about.id, "statement": about.statement}
    return canonical.digest(canonical.encode({**what, "reason": row.reason, "evidence": row.evidence}))


def agreed(session: Session, row: Override, about: Proposal, given: Given, by: str, now: str) -> Event:
    """`given`: by whom, over what it says."""
    row.granter, row.granted, row.version = by, now, row.version + 1
    row.kind, row.envelope = given.kind.value, given.envelope
    session.add(row)
    return replace(_told(row, about, "override.granted", by), subject=f"override, {given.words}")


def ended(session: Session, row: Override, about: Proposal, by: str, now: str) -> Event:
    row.ended, row.version = now, row.version + 1
    session.add(row)
    return _told(row, about, "override.ended", by)


def _told(row: Override, about: Proposal, type: str, by: str) -> Event:
    """In a stream of its own: that of the proposal holds its run and what came of it."""
    body: dict[str, Json] = {"v": 1, **row.model_dump()}
    data: dict[str, Json] = {"id": row.id, "proposal": row.proposal}
    return Event(
        type, row.id, "override", by, data, canonical.encode(body), household=about.households or ""
    )  # fmt: skip
