"""Standing verdicts as they are kept: how far they were brought, what does not pass, and how it came to that.

How far is a row more, added in the transaction that writes what changed and adds the journal entries that say so. So
each entry of the journal that could change a verdict is looked at once, in order, whoever looks and however often a
process ends in between: what is to be done follows from the journal and the last of these rows alone. What no longer
stands is kept with its end, so that what stood when they were brought to any of these entries can be read.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlmodel import Session, bindparam, col, func, insert, or_, select, update

from policy.canonical import Json, decode, encode
from policy.ir.bound import Obligation, Outcome
from policy.judge.piece import Answer
from server.auth.credentials import Principal
from server.log import feed, journal
from server.log.events import Event, apart
from server.log.feed import Page, Which
from server.store.statement import each
from server.store.store import Gate, alone
from server.store.tables import Journal, Reached, Verdict

STREAM = "verdicts"
JUDGE = "the judge"  # who acted
AT_ONCE = 1_000  # changes that are written together, so that memory does not grow with the firm
FACTS = ("snapshot.sealed", "fact.changed")
RULES = ("rulebook.activated", "rulebook.in-force", "rulebook.amended")

Pair = tuple[Obligation, Answer]
"""An obligation, without its numbers, and what it says."""


_STANDS = col(Verdict.until).is_(None)
_NOW = select(Verdict).where(_STANDS)
_ENDED = (
    update(Verdict)
    .where(_STANDS, col(Verdict.part) == bindparam("of"), col(Verdict.obligation) == bindparam("which"))
    .values(until=bindparam("end"))
)
_BEGUN = insert(Verdict)
ERASED = "erased"  # instead of its outcome, of what stood until a change whose words were erased
_FORGOTTEN = (
    update(Verdict)
    .where(
        col(Verdict.household) == bindparam("whose"),
        col(Verdict.obligation) == bindparam("which"),
        col(Verdict.until) <= bindparam("end"),
    )
    .values(obligation=bindparam("leaf"), rule="", scope="", group=None, outcome=ERASED, reason="", reason_role=None)
)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far standing verdicts were brought (`server.store.tables.Reached`): to no entry yet, at -1."""

    position: int = -1
    time: str | None = None
    rulebook: str | None = None
    snapshot: str | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """A journal entry that may change verdicts. `snapshot`: the one that it sealed, None where it is about rules."""

    index: int
    time: str
    snapshot: str | None


class Stand(NamedTuple):
    """What an obligation says, as it is kept."""

    obligation: str
    rule: str
    scope: str
    group: str | None
    outcome: str
    reason: str
    role: str | None
    reason_role: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """Of one obligation of a part; None for what passes, or is not there."""

    part: str
    household: str
    was: Stand | None
    now: Stand | None


@dataclass(frozen=True, slots=True)
class Asked:
    """`at`: the position that was reached; `after`: the part and the obligation that came last."""

    at: int
    household: str | None
    rule: str | None
    after: tuple[str, str] | None
    limit: int


def reached(session: Session, by: str | None = None) -> Reach:
    """By an instant, or until now."""
    wanted = select(Reached).order_by(col(Reached.position).desc()).limit(1)
    return _reach(session.exec(wanted if by is None else wanted.where(Reached.time <= by)).first())


def reached_at(session: Session, position: int) -> Reach | None:
    """None where they were never brought to that very entry."""
    row = session.get(Reached, position)
    return None if row is None else _reach(row)


def _reach(row: Reached | None) -> Reach:
    return Reach() if row is None else Reach(row.position, row.time, row.rulebook, row.snapshot)


def next_cause(session: Session, after: int) -> Cause | None:
    """The first entry after that one which may change verdicts. Of facts, what is for some households only stands
    beside an entry for all of them and needs no look."""
    seals = col(Journal.type).in_(FACTS) & col(Journal.household).is_(None)
    wanted = select(Journal).where(col(Journal.index) > after, or_(seals, col(Journal.type).in_(RULES)))
    row = session.exec(wanted.order_by(col(Journal.index)).limit(1)).first()
    if row is None:
        return None
    said = decode(row.data.encode())
    sealed = said.get("id") if row.type in FACTS and isinstance(said, dict) else None
    return Cause(row.index, row.time, None if sealed is None else str(sealed))


# --- what changed --------------------------------------------------------------------------------


def stands(found: Iterable[Pair]) -> dict[str, Stand]:
    """What does not pass, by obligation."""
    return {told.id: _stand(told, answer) for told, answer in found if answer.outcome is not Outcome.PASS}


def _stand(told: Obligation, answer: Answer) -> Stand:
    rungs = (rung for rung in told.ladder if (rung.outcome, rung.reason) == (answer.outcome, answer.reason))
    hidden = next((rung.visible_to for rung in rungs if rung.visible_to is not None), None)
    rule, outcome = told.origin.rule, answer.outcome.value
    return Stand(told.id, rule, told.scope, told.group, outcome, answer.reason, told.visible_to, hidden)


def stood(session: Session, parts: Collection[str]) -> dict[str, dict[str, Stand]]:
    """What is kept of these parts, by part and obligation."""
    found: dict[str, dict[str, Stand]] = {part: {} for part in parts}
    for row in session.exec(_NOW.where(col(Verdict.part).in_(sorted(parts)))):
        found[row.part][row.obligation] = Stand(*(getattr(row, name) for name in Stand._fields))
    return found


def whose(session: Session) -> dict[str, str]:
    """The parts of which something is kept, and whose they are."""
    stands = select(Verdict.part, Verdict.household).where(_STANDS)
    return dict(session.exec(stands.distinct()).all())


def changes(part: str, household: str, was: Mapping[str, Stand], now: Mapping[str, Stand]) -> Iterator[Change]:
    for name in sorted(was.keys() | now.keys()):
        before, after = was.get(name), now.get(name)
        if before != after:
            yield Change(part, household, before, after)


def moved(session: Session, was: Reach, to: Reach, found: Sequence[Change], cause: Cause, now: str) -> bool:
    """Keeps what changed, tells of outcomes that did, and says how far that is; unless somebody was quicker."""
    alone(session.connection(), Gate.NEWEST)
    if reached(session).position != was.position:
        return False
    session.add(Reached(position=to.position, time=cause.time, rulebook=to.rulebook, snapshot=to.snapshot))
    for begin in range(0, len(found), AT_ONCE):
        _kept(session, found[begin : begin + AT_ONCE], cause)
    told = [change for change in found if _outcome(change.was) != _outcome(change.now)]
    for begin in range(0, len(told), AT_ONCE):
        events = [_event(change, cause, to) for change in told[begin : begin + AT_ONCE]]
        journal.append(session, events, max(now, cause.time))
    return True


def _kept(session: Session, found: Sequence[Change], cause: Cause) -> None:
    connection, begin = session.connection(), {"since": cause.index, "until": None, "time": cause.time}
    ended = ((change.part, change.was.obligation) for change in found if change.was is not None)
    each(connection, _ENDED, [{"of": part, "which": name, "end": cause.index} for part, name in ended])
    begun = ((change, change.now) for change in found if change.now is not None)
    rows = [{"part": it.part, "household": it.household, **stand._asdict(), **begin} for it, stand in begun]
    each(connection, _BEGUN, rows)


def _outcome(stand: Stand | None) -> str:
    return Outcome.PASS.value if stand is None else stand.outcome


def _event(change: Change, cause: Cause, to: Reach) -> Event:
    stand = change.now or change.was
    assert stand is not None, "a change is of something"
    data: dict[str, Json] = {
        "household": change.household or None,
        "rule": stand.rule,
        "scope": stand.scope,
        "group": stand.group,
        "obligation": stand.obligation,
        "from": _outcome(change.was),
        "to": _outcome(change.now),
        "cause": cause.index,
        "rulebook": to.rulebook,
        "snapshot": to.snapshot,
    }
    event = Event("verdict.changed", apart(STREAM, stand.role), "a standing verdict", JUDGE, data)
    return replace(event, household=change.household, role=stand.role)


# --- read ----------------------------------------------------------------------------------------


def kept(session: Session, who: Principal, asked: Asked) -> Sequence[Verdict]:
    """What is theirs to see of it, as it was there. What is of the whole firm is for who may see every household."""
    wanted = select(Verdict).where(*_theirs(who, asked.at, asked.household))
    if asked.rule is not None:
        wanted = wanted.where(Verdict.rule == asked.rule)
    if asked.after is not None:
        part, obligation = asked.after
        further = (col(Verdict.part) == part) & (col(Verdict.obligation) > obligation)
        wanted = wanted.where(or_(col(Verdict.part) > part, further))
    return session.exec(wanted.order_by(col(Verdict.part), col(Verdict.obligation)).limit(asked.limit)).all()


def history(session: Session, who: Principal, household: str | None, rule: str | None, after: int, limit: int) -> Page:
    """The events of the feed that are of these verdicts, and theirs to see."""
    return feed.page(session, who, after, limit, *_changes(who, household, rule))


def was_erased(session: Session, who: Principal, at: int, household: str | None) -> bool:
    """Whether some of what stood there, and was theirs to see, was erased since; under which rule nobody knows."""
    wanted = select(Verdict.part).where(Verdict.outcome == ERASED, *_theirs(who, at, household))
    return session.exec(wanted.limit(1)).first() is not None


def _theirs(who: Principal, at: int, household: str | None) -> Iterator[Which]:
    """What stood there, of all that they may see or of one household."""
    yield col(Verdict.since) <= at
    yield or_(_STANDS, col(Verdict.until) > at)
    yield or_(col(Verdict.role).is_(None), col(Verdict.role).in_(sorted(who.roles)))
    if who.households is not None:
        yield col(Verdict.household).in_(sorted(who.households))
    if household is not None:
        yield col(Verdict.household) == household


def forgotten(session: Session, entries: Iterable[Journal]) -> None:
    """With a change goes what stood until then, but for when that was: comes before its own words are erased."""
    said = ((entry, decode(entry.data.encode())) for entry in entries if entry.type == "verdict.changed")
    ends = [
        {"whose": entry.household, "which": words["obligation"], "end": words["cause"], "leaf": entry.leaf.hex()}
        for entry, words in said
        if isinstance(words, dict)
    ]
    if ends:
        session.connection().execute(_FORGOTTEN, ends)


def told(session: Session, who: Principal, household: str | None, rule: str | None) -> bool:
    """Whether the feed ever had such an event for them."""
    wanted = select(Journal.index).where(feed.seen_by(who), *_changes(who, household, rule))
    return session.exec(wanted.limit(1)).first() is not None


def _changes(who: Principal, household: str | None, rule: str | None) -> list[Which]:
    streams = [STREAM, *(apart(STREAM, role) for role in sorted(who.roles))]
    wanted: list[Which] = [col(Journal.stream).in_(streams)]
    if household is not None:
        wanted.append(col(Journal.household) == household)
    if rule is not None:
        said = encode({"rule": rule}).decode()[1:-1]
        wanted.append(func.replace(col(Journal.data), said, "") != col(Journal.data))  # LIKE has no case on SQLite
    return wanted
