"""Who holds how much of what households share: limits of the whole firm, and each account's own orders.

A proposal holds what its orders take from the moment that it is `proposed`. What it holds follows from its state and
the clock, so that nothing need release it: a rejection, an end, a newer proposal of the same household does. Once it
is approved it holds on, whatever is sealed, until a snapshot shows its orders as filled, or somebody says that nothing
more will come of them (`server.desk.filled`).

A household has one proposal at a time, and so has a whole snapshot. A newer one supersedes an older one that waits for
approval; what was approved and is not yet seen in the data stands in its way. Proposals about a whole snapshot and
those for a household of it stand in each other's way as long as they hold anything.
"""

from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache

from pydantic import TypeAdapter
from sqlmodel import Session, and_, col, or_, select

from policy.book.facts import Order
from policy.ir.beyond import Opened, Whole, opened_by, opening, reaches_beyond, whole
from policy.ir.bound import Bound, Point
from policy.ir.core import Library
from policy.ir.elsewhere import stated as firm_stated
from policy.ir.stated import Statement, merged
from policy.judge.fills import judge_orders
from server import clock
from server.desk import kept
from server.desk.loaded import Loaded, facts_in
from server.desk.prepare import Task
from server.desk.proposals import State
from server.desk.propose import Proposed
from server.running import Service
from server.store.tables import Head, Proposal, Snapshot

GRACE = timedelta(seconds=30)
"""How long a proposal holds on after its end: an approval that was in time may be written a little later."""

MANY = 16_384
"""Proposals whose orders are kept as they were read."""

_POINT = TypeAdapter(dict[str, str])
_HELD = select(Proposal.id, Proposal.household, Proposal.households, Proposal.state).add_columns(
    col(Proposal.expires), col(Proposal.holds)
)


@dataclass(frozen=True, slots=True)
class Held:
    """`until`: None where it is approved, or never ends. `household`: None for all."""

    proposal: str
    household: str | None
    households: str | None
    state: State
    until: str | None
    point: Point


def written(point: Point) -> str:
    return _POINT.dump_json({name: str(amount) for name, amount in sorted(point.items()) if amount}).decode()


def locked(session: Session, household: str | None) -> frozenset[str]:
    """Whoever wants to hold something waits here for whoever does, until the end of the transaction. Everything else
    that it writes and others might write too is written before, and what might be superseded is locked before: the
    proposals that wait of the household, or of whole snapshots, by id, which are returned. Who decides one has its row,
    and waits for the head."""
    session.flush()
    waiting = select(Proposal.id).where(Proposal.household == household, Proposal.state == State.PROPOSED.value)
    found = session.exec(waiting.order_by(col(Proposal.id)).with_for_update()).all()
    session.exec(select(Head).with_for_update()).one()
    return frozenset(found)


def also_locked(session: Session, names: Set[str]) -> bool:
    """Whether those are, too, that came to wait while the head was waited for: one that somebody decides is not, since
    who decides it waits for the head."""
    if not names:
        return True
    there = select(Proposal.id).where(col(Proposal.id).in_(sorted(names)), Proposal.state == State.PROPOSED.value)
    return set(session.exec(there.with_for_update(skip_locked=True)).all()) >= names


def held(session: Session, data: Snapshot, now: str, *, without: str = "", within: str | None = None) -> list[Held]:
    """By proposals other than `without`, of what is in the snapshot. `within`: only what can be in this household's own
    way, which is all that matters where no rule is about the firm."""
    ended = clock.text(datetime.fromisoformat(now) - GRACE)
    waiting = and_(
        col(Proposal.state) == State.PROPOSED.value, or_(col(Proposal.expires).is_(None), col(Proposal.expires) > ended)
    )
    unseen = or_(col(Proposal.seen).is_(None), col(Proposal.seen) > data.id)
    approved = and_(col(Proposal.state) == State.APPROVED.value, unseen)
    held_by = _HELD.where(col(Proposal.holds).is_not(None), col(Proposal.id) != without)
    wanted = held_by.where(or_(waiting, approved)).order_by(col(Proposal.id))
    if within is not None:
        wanted = wanted.where(or_(col(Proposal.household) == within, col(Proposal.household).is_(None)))
    session.flush()
    return [_held(*row) for row in session.connection().execute(wanted)]


def _held(
    proposal: str, household: str | None, households: str | None, said: str, expires: str | None, holds: str | None
) -> Held:
    state = State(said)
    return Held(proposal, household, households, state, expires if state is State.PROPOSED else None, _read(holds))


def point_of(row: Proposal) -> Point:
    """What its orders take."""
    return _read(row.holds)


@lru_cache(MANY)
def _read(holds: str | None) -> Point:
    return {name: Fraction(amount) for name, amount in _POINT.validate_json(holds or "{}").items()}


def others(found: Iterable[Held], homes: Collection[str | None]) -> list[Held]:
    """By others than these households; None: a whole snapshot."""
    return [each for each in found if each.household not in homes]


def superseded(found: Iterable[Held], household: str | None, households: str | None) -> list[str]:
    """The proposals that a newer one of the household, or of all these households, takes the place of."""
    return [each.proposal for each in found if each.state is State.PROPOSED and _same(each, household, households)]


def in_the_way(found: Iterable[Held], household: str | None, households: str | None) -> list[Held]:
    """What has to be decided, or be seen in the data, before this household, or all of these, can have orders."""
    return [
        each
        for each in found
        if (each.state is State.APPROVED and _same(each, household, households))
        or (household is None and each.household is not None and _has(households, each.household))
        or (household is not None and each.household is None and _has(each.households, household))
    ]


def _same(found: Held, household: str | None, households: str | None) -> bool:
    """Whether it is about what one of this household, or of a whole snapshot with these, is about."""
    if household is not None or found.household is not None:
        return found.household == household
    return found.households is None or any(_has(households, name) for name in found.households.split(","))


def _has(households: str | None, household: str) -> bool:
    return households is None or household in households.split(",")


def within(library: Library, household: str | None) -> str | None:
    """See `held`."""
    return None if reaches_beyond(library) else household


# --- rules about the firm ----------------------------------------------------------------------


def stated(
    service: Service,
    known: Loaded,
    own: Bound,
    data: Snapshot,
    found: Sequence[Held],
    *,
    run: str = "",
    buys: Collection[Opened] = (),
) -> Statement | None:
    """What the firm states of all others for a household, given what these hold; None where no rule is about the firm,
    or where the book is all of it. `own`: the rules bound to its book. `run`: the proposal that it is for, which is
    told beside which others; `buys`: what its orders open."""
    if known.facts.homes is None or not reaches_beyond(known.rules.library):
        return None
    theirs = others(found, known.facts.homes)
    firm = firm_wide(service, known, data, {*buys, *opened(found)})
    reserved = {each.proposal: each.point for each in theirs}
    beside = reserved if run else ()
    return firm_stated(firm, known.rules.library, known.facts.index, own, reserved, run=run, beside=beside)


def firm_wide(service: Service, known: Loaded, data: Snapshot, opened: Collection[Opened]) -> Whole:
    """The rules about the firm, bound to all of the snapshot: once, and again for what somebody means to buy and nobody
    was known to."""
    facts = facts_in(service, data)
    library, index, key = known.rules.library, facts.index, ("firm", known.rules.manifest, data.manifest)
    bare: tuple[Order, ...] = ()
    first: Whole = kept.of(service.memory.ready, (*key, bare), lambda: whole(library, index, bare, data.manifest))
    named = opening(first, index.book, opened)
    if not named:
        return first
    again: Whole = kept.of(service.memory.ready, (*key, named), lambda: whole(library, index, named, data.manifest))
    return again


def opened(found: Iterable[Held]) -> set[Opened]:
    """What is to be bought or sold short."""
    return {each for held_ in found for each in opened_by(held_.point)}


def still(
    service: Service, known: Loaded, data: Snapshot, task: Task, found: Proposed, holding: Sequence[Held]
) -> bool:
    """Whether the orders of the task pass, at the end and on the way, with what others hold now."""
    said = stated(service, known, task.bound, data, holding)
    bound = merged(task.bound, task.library, task.index, said)
    verdict = judge_orders(bound, found.point, found.batches.quantities)
    return verdict.outcome in task.intent.allowed
