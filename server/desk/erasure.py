"""Bodies taken out of the journal for good: what an entry commits to, its words in the feed, and the files of a
decision that no other one names; and the parts of snapshots that are a household's (`server.desk.outlived`). The entry
itself stays, and every proof of it, since it holds a salted hash alone; of a part its hash stays. The log says of each
that it was erased, so that an audit tells that from what somebody tampered with.

| state | when | allows |
| --- | --- | --- |
| `asked` | somebody named an entry or a household, with a reason | agreeing, by somebody else |
| `erased` | somebody else agreed, and nothing spoke against it then | |
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, delete, or_, select, update

from policy.canonical import Json
from policy.proof.archive import ArchiveError, listed
from policy.proof.layout import LOG
from server import clock
from server.auth.roles import Role
from server.desk import legal_holds, outlived, standing
from server.desk.outlived import Named, Outlived
from server.desk.proposals import State
from server.log import retention
from server.log.events import KINDS, Event
from server.store.tables import Blob, Erasure, Journal, Proposal, Run

STREAM = "erasures"
ERASED = '{"erased":true}'
OWN = ("charts/", "data/", "decision/", LOG)
"""Which of a decision's files are taken away with it, among them the salt of what is kept from somebody; its rules are
others' too."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """`slug`: of `server.api.problem`."""

    slug: str
    detail: str


@dataclass(frozen=True, slots=True)
class Meant:
    """What is to be erased. `named`: the snapshots of the household's parts."""

    entries: tuple[Journal, ...]
    named: Named
    parts: Outlived


def asked(session: Session, household: str | None, leaf: str | None, reason: str, who: str) -> tuple[Erasure, Event]:
    """Of all that the journal has of a household, or of one entry: exactly one of them is given."""
    row = Erasure(
        id=clock.fresh("erase"), household=household, leaf=leaf, reason=reason, asker=who, made=clock.now()
    )  # fmt: skip
    session.add(row)
    says = {"id": row.id, "household": household, "leaf": leaf, "reason": reason}
    event = Event("erasure.asked", STREAM, row.id, who, dict(says), household=household, role=Role.COMPLIANCE.value)
    return row, event


def meant(session: Session, row: Erasure, named: Named, now: str) -> Meant:
    """`named`: of the household, as far as they were looked for."""
    entries = tuple(_entries(session, row))
    if row.household is None:
        return Meant(entries, named, Outlived((), None))
    found = outlived.named(session, row.household, named)
    gone = {entry.stream for entry in entries}
    return Meant(entries, found, outlived.outlived(session, row.household, found, gone, now))


def _entries(session: Session, row: Erasure) -> list[Journal]:
    """Those that have a body still: of a household those alone that are kept for a time."""
    found = select(Journal).where(col(Journal.salt).is_not(None))
    if row.leaf is not None:
        return list(session.exec(found.where(Journal.leaf == bytes.fromhex(row.leaf))))
    timed = [type for type, kind in KINDS.items() if kind in retention.PERIODS]
    of_it = found.where(Journal.household == row.household, col(Journal.type).in_(timed))
    return list(session.exec(of_it.order_by(col(Journal.index))))


def against(session: Session, found: Meant, row: Erasure, now: str) -> Refusal | None:
    """What speaks against it: a legal hold, also one on anybody where nobody can tell whom an entry is about; or that
    an entry must be kept for longer, or all that is left."""
    whose = {row.household} if row.leaf is None else {entry.household for entry in found.entries}
    holds = legal_holds.standing(session, None if None in whose else {it for it in whose if it is not None})
    if holds:
        return Refusal("legal-hold", f"the legal hold `{holds[0].id}` stands since {holds[0].made}")
    for entry in found.entries:
        end = retention.kept_until(KINDS[entry.type], entry.time)
        if end is None:
            return Refusal("retention", f"entry {entry.index} ({entry.type}) is kept for as long as the log")
        if end[0] > now:
            return Refusal("retention", f"entry {entry.index} ({entry.type}) is kept until {end[0]} ({end[1].source})")
    return None if found.entries or found.parts.parts else Refusal("retention", found.parts.kept or "")


def erased(session: Session, row: Erasure, found: Meant, who: str, now: str) -> list[Event]:
    """An event for each entry, and one for all parts, to be entered in the same transaction, in which nobody else puts
    anything (`server.store.blobs.alone`) or appends (`server.log.journal.alone`)."""
    _emptied(session, found.entries)
    if row.household is not None:
        outlived.erased(session, row.household, found.named, found.parts.parts)
    row.granter, row.granted, row.version = who, now, row.version + 1
    row.entries, row.parts = len(found.entries), len(found.parts.parts)
    session.add(row)
    return [*(_event(row, entry, who) for entry in found.entries), *_parts(row, found.parts.parts, who)]


def _emptied(session: Session, entries: Sequence[Journal]) -> None:
    """With the files of the decisions that they are of, and what these hold of limits."""
    standing.forgotten(session, entries)
    gone = {entry.stream for entry in entries if entry.body is not None}
    names = {name for entry in entries for name in _own(entry.body)}
    about = session.exec(select(Proposal).where(col(Proposal.id).in_({entry.stream for entry in entries}))).all()
    proposals = [proposal for proposal in about if proposal.id in gone]
    names |= {proposal.answer for proposal in proposals if proposal.answer is not None}
    names |= {name for proposal in proposals for name in _own((proposal.whole or "").encode())}
    session.connection().execute(
        update(Journal)
        .where(col(Journal.index).in_([entry.index for entry in entries]))
        .values(salt=None, body=None, data=ERASED)
    )
    for proposal in about:
        proposal.holds, proposal.version = None, proposal.version + 1
        if proposal.id in gone:
            proposal.answer, proposal.whole = None, None
        session.add(proposal)
    session.flush()
    session.connection().execute(delete(Blob).where(col(Blob.hash).in_(names - _wanted(session, names))))


def is_erased(session: Session, stream: str) -> bool:
    """Whether an entry of this stream has no body any more."""
    found = select(Journal.index).where(Journal.stream == stream, col(Journal.salt).is_(None))
    return session.exec(found.limit(1)).first() is not None


def _own(body: bytes | None) -> list[str]:
    """The hashes of a decision's own files; none of what lists no files."""
    try:
        paths = listed(body or b"")
    except ArchiveError:
        return []
    return [name for path, name in paths.items() if path.startswith(OWN)]


def _wanted(session: Session, names: set[str]) -> set[str]:
    """Those that another decision, a run, or what still waits for one, names."""
    wanted: set[str | None] = set(session.exec(select(Proposal.answer).where(col(Proposal.answer).in_(names))))
    alive = or_(col(Proposal.answer).is_not(None), col(Proposal.state) == State.QUEUED.value)
    intents = select(Proposal.intent).where(col(Proposal.intent).in_(names), alive)
    runs = select(Run.intent).where(col(Run.intent).in_(names))
    wanted |= {name for asked in (intents, runs) for name in session.exec(asked)}
    for body in session.exec(select(Journal.body).where(col(Journal.body).is_not(None))):
        wanted |= names.intersection(_own(body))
    for whole in session.exec(select(Proposal.whole).where(col(Proposal.whole).is_not(None))):
        wanted |= names.intersection(_own((whole or "").encode()))
    return {name for name in wanted if name is not None}


def _event(row: Erasure, entry: Journal, who: str) -> Event:
    leaf = entry.leaf.hex()
    says: Json = {"erasure": row.id, "index": entry.index, "leaf": leaf}
    return Event("entry.erased", STREAM, leaf, who, says, household=entry.household, role=Role.COMPLIANCE.value)


def _parts(row: Erasure, parts: Sequence[str], who: str) -> list[Event]:
    says: Json = {"erasure": row.id, "parts": [*parts]}
    event = Event("parts.erased", STREAM, row.id, who, says, household=row.household, role=Role.COMPLIANCE.value)
    return [event] if parts else []
