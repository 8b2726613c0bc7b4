"""The parts of snapshots that are a household's, and which of them have outlived their retention.

A snapshot leads to decisions for as long as it is the newest; so it is kept as what they rest on is
(`server.log.retention`), from when the next one took its place. A part lies in every snapshot in which nothing of it
changed, and goes when all of these may, and no decision that is still there rests on one of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, exists, or_, select, update

from policy.proof.entry import Kind
from server.desk import manifest, salts
from server.log import retention
from server.store import blobs
from server.store.tables import Approval, Journal, Proposal, Snapshot

AT_ONCE = 20  # manifests in memory together
MOST = 500  # ids in one statement


@dataclass(frozen=True, slots=True)
class Named:
    """The snapshots that name each part of a household, by its hash. `last`: the id of the last snapshot of all that
    was looked at. What a snapshot names never changes, so that only later ones need be looked at again."""

    by_part: Mapping[str, frozenset[str]]
    last: str


@dataclass(frozen=True, slots=True)
class Outlived:
    """`parts`: the hashes of those that may be erased. `kept`: why one of the others, that goes first, is not, None
    where there are no others."""

    parts: tuple[str, ...]
    kept: str | None


NOTHING = Named({}, "")


def named(session: Session, household: str, before: Named = NOTHING) -> Named:
    """In all snapshots, of which those that `before` looked at are not read."""
    wanted = select(Snapshot.id, Snapshot.manifest).where(col(Snapshot.id) > before.last).order_by(col(Snapshot.id))
    rows, found = list(session.exec(wanted)), defaultdict(set, {part: {*its} for part, its in before.by_part.items()})
    for begin in range(0, len(rows), AT_ONCE):
        some = rows[begin : begin + AT_ONCE]
        contents = blobs.get(session, {hash for _, hash in some})
        for name, hash in some:
            part = manifest.named(contents[hash], household)
            if part is not None:
                found[part].add(name)
    last = rows[-1][0] if rows else before.last
    return Named({part: frozenset(its) for part, its in found.items()}, last)


def outlived(session: Session, household: str, found: Named, gone: Collection[str], now: str) -> Outlived:
    """`gone`: the streams of the decisions that are erased with it."""
    there = set(blobs.kept(session, list(found.by_part)))
    ends, decided = _ends(session), _decided(session, household, gone)
    until = {part: _until(ends, found.by_part[part]) for part in there}
    free = tuple(
        sorted(part for part in there if until[part] <= now and decided.isdisjoint(found.by_part[part]))
    )  # fmt: skip
    return Outlived(free, _why(min((until[part] for part in there.difference(free)), default=None), now))


def erased(session: Session, household: str, found: Named, parts: Collection[str]) -> None:
    """Of those that `outlived` says, with what they were salted by. The snapshots say that something of them was, so
    that none is answered from the memory of a process."""
    blobs.erased(session, sorted(parts))
    salts.forgotten(session, household)
    names = sorted({name for part in parts for name in found.by_part[part]})
    for begin in range(0, len(names), MOST):
        some = col(Snapshot.id).in_(names[begin : begin + MOST])
        session.connection().execute(update(Snapshot).where(some).values(erased=Snapshot.erased + 1))


NEVER = "9"
"""An instant after all others."""


def _ends(session: Session) -> dict[str, str]:
    """Until when each snapshot must be kept; none ends while no other one is in its place."""
    rows = session.exec(select(Snapshot.id, Snapshot.made, Snapshot.more).order_by(col(Snapshot.id).desc()))
    found, end = dict[str, str](), NEVER
    for name, made, more in rows:
        found[name] = end
        if not more:
            period = retention.kept_until(Kind.SNAPSHOT, made)
            assert period is not None, "there is a period for snapshots"
            end = period[0]
    return found


def _until(ends: Mapping[str, str], names: Iterable[str]) -> str:
    return max(ends[name] for name in names)


def _decided(session: Session, household: str, gone: Collection[str]) -> set[str]:
    """The snapshots on which decisions rest that are not erased: of the household, or of all that there are."""
    about = or_(col(Proposal.household) == household, col(Proposal.household).is_(None))
    bare = exists().where(col(Journal.stream) == Proposal.id, col(Journal.salt).is_(None))
    rows = select(Proposal.id, Proposal.snapshot, Approval.snapshot).where(about, ~bare)
    found = session.exec(rows.outerjoin(Approval, col(Approval.proposal) == Proposal.id))
    return {name for stream, *both in found if stream not in gone for name in both if name is not None}


def _why(until: str | None, now: str) -> str | None:
    if until is None:
        return None
    if until == NEVER:
        return "the newest snapshot has the household"
    source = retention.ADVISER.source
    return f"its data are kept until {until} ({source})" if until > now else "a decision rests on its data"
