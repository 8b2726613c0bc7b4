"""Evidence as the service keeps it: a blob, who filed it, and who may read it."""

from dataclasses import replace

from sqlmodel import Session, col, or_, select

from policy.canonical import Json
from server.auth.credentials import Principal
from server.desk import proposals, waivers
from server.log.events import Event, apart
from server.store import blobs, unique
from server.store.tables import Approval, Evidence, Override, Proposal, Waiver

NOBODY = ""
"""The household of what is for the eyes of those who see all."""


def filed(
    session: Session, content: bytes, name: str, media: str, by: str, role: str | None, now: str
) -> tuple[Evidence, Event]:
    """The same content by the same person is filed once, and told of as often as they send it. `role`: whose eyes it is
    for that it was filed: nobody knows yet what for."""
    blobs.put(session, [content])
    unique.added(session, Evidence(hash=name, principal=by, size=len(content), media=media, made=now))
    row = session.get_one(Evidence, (name, by))
    data: dict[str, Json] = {"id": row.hash, "size": row.size, "media": row.media}
    event = Event("evidence.filed", apart("evidence", role), "evidence", by, data)
    return row, replace(event, household=NOBODY, role=role)


def known(session: Session, name: str, who: Principal) -> bool:
    """Whether they may lean on it: it was filed, and is theirs to see."""
    return session.exec(select(Evidence).where(Evidence.hash == name)).first() is not None and may_see(
        session, name, who
    )


def may_see(session: Session, name: str, who: Principal) -> bool:
    if session.get(Evidence, (name, who.name)) is not None:
        return True
    if any(waivers.seen_by(row, who) for row in session.exec(select(Waiver).where(Waiver.evidence == name))):
        return True
    named = (select(each.proposal).where(each.evidence == name) for each in (Override, Approval))
    about = select(Proposal).where(or_(*(col(Proposal.id).in_(each) for each in named)))
    return any(proposals.seen_by(row, who.households) for row in session.exec(about))
