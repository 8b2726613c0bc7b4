"""Whether the data show what approved orders came to: until they do, the orders hold what they take.

Nobody says which fill is of which order. So a snapshot shows orders as filled where of each instrument that they trade
there is, in the same account, at least as much more, or less, as was ordered, than in the data known at the approval.
What was filled in part, or never, is not shown so: then a person says that nothing more will come, and it is released.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlmodel import Session, col, or_, select

from policy.canonical import Json, decode, encode
from policy.ir.bound import Point
from policy.proof.entry import entry
from server.desk import headroom, manifest, proposals
from server.desk.manifest import Manifest, Part
from server.desk.proposals import State
from server.log.events import Event
from server.store.tables import Approval, Journal, Proposal, Snapshot

Place = tuple[str, str]
"""Account and instrument."""
Units = defaultdict[Place, Fraction]
"""Below zero where they are owed."""
RELEASED = "headroom.released"
SIGNS = {"buy": 1, "cover": 1, "sell": -1, "short": -1}


def settled(session: Session, row: Snapshot, found: Manifest, stated: Collection[str] | None) -> None:
    """Which approved orders a snapshot that is sealed now shows as filled. `stated`: the households of which it says
    something new, None for all."""
    wanted = select(Proposal).where(Proposal.state == State.APPROVED.value, col(Proposal.seen).is_(None))
    wanted = wanted.where(col(Proposal.holds).is_not(None)).order_by(col(Proposal.id))
    if stated is not None:
        wanted = wanted.where(or_(col(Proposal.household).in_(sorted(stated)), col(Proposal.household).is_(None)))
    known: dict[str, Manifest] = {}
    for proposal in session.exec(wanted).all():
        name = session.get_one(Snapshot, session.get_one(Approval, proposal.id).snapshot).manifest
        before = known.setdefault(name, known.get(name) or manifest.read(session, name))
        homes = before.parts.keys() if proposal.household is None else {proposal.household}
        if _shows(session, before, found, homes, headroom.point_of(proposal)):
            proposal.seen = row.id
            session.add(proposal)


def _shows(session: Session, before: Manifest, after: Manifest, homes: Collection[str], point: Point) -> bool:
    own, now = ({home: each.parts[home] for home in homes if home in each.parts} for each in (before, after))
    if own == now:
        return False
    lots, held = list(_lots(session, own)), _units(_lots(session, now))
    of_lot = {lot: place for lot, place, _ in lots}
    moved = {place: held[place] - units for place, units in _units(lots).items()}
    ordered: Units = defaultdict(Fraction)
    for name, units in point.items():
        side, _, rest = name.partition("/")
        if side in SIGNS:
            account, _, instrument = rest.partition("/")
            ordered[of_lot.get(rest, (account, instrument))] += SIGNS[side] * units
    return all(_covers(moved.get(place, held[place]), units) for place, units in ordered.items())


def _covers(moved: Fraction, ordered: Fraction) -> bool:
    return moved >= ordered if ordered > 0 else moved <= ordered


def _lots(session: Session, parts: Mapping[str, Part]) -> Iterator[tuple[str, Place, Fraction]]:
    for _, rows in manifest.rows_of(session, parts):
        for lot in rows.get("lots", ()):
            yield lot["id"], (lot["account"], lot["instrument"]), Fraction(lot["quantity"])


def _units(lots: Iterable[tuple[str, Place, Fraction]]) -> Units:
    found: Units = defaultdict(Fraction)
    for _, place, units in lots:
        found[place] += units
    return found


def released(session: Session, row: Proposal, newest: str, who: str, said: str) -> Event:
    """That nothing more will come of its orders: from the newest snapshot on it holds nothing. It is `attested`."""
    row.seen, row.version = newest, row.version + 1
    session.add(row)
    body: dict[str, Json] = {"v": 1, "word": "attested", "proposal": row.id, "statement": row.statement}
    body |= {"person": who, "said": said, "snapshot": newest}
    subject = "headroom released, attested by the service"
    return proposals.told(row, Event(RELEASED, row.id, subject, who, None, encode(body), run=row.id))


@dataclass(frozen=True, slots=True)
class Release:
    """`reason`: null once it was erased."""

    time: str
    person: str
    reason: str | None


def release(session: Session, row: Proposal) -> Release | None:
    """As the journal tells of it."""
    wanted = select(Journal).where(Journal.stream == row.id, Journal.type == RELEASED)
    found = session.exec(wanted).first()
    if found is None:
        return None
    said = None if found.body is None else decode(found.body)
    reason = str(said["said"]) if isinstance(said, dict) else None
    return Release(found.time, entry(found.entry).actor, reason)
