"""Proposals as the service keeps them: asked for, worked out by whoever takes one in hand, decided by somebody else.

| state     | when                                              | allows              |
| --------- | ------------------------------------------------- | ------------------- |
| queued    | it was asked for                                  |                     |
| solving   | a worker has it in hand                           |                     |
| proposed  | there are orders                                  | approval, rejection, hold |
| held      | somebody holds it, for now: nobody approves it    | rejection, resumption |
| unchanged | doing nothing is best, and that is proven         |                     |
| refused   | no orders, for one of three reasons               |                     |
| failed    | a fault of ours                                   |                     |
| expired   | its instant came before anybody decided           |                     |
| approved  | somebody, or a policy, said yes                   | release, while its orders hold something |
| rejected  | somebody decided                                  |                     |
| superseded | its household has a newer one                    |                     |
| cancelled | its run was cancelled before a worker took it     |                     |

`solving`, `expired` and the end of `held` follow from the clock and are never written: a worker that is killed leaves
nothing to mend.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from sqlmodel import Session, and_, col, not_, or_, select

from policy.book.facts import Book
from policy.canonical import Json, encode
from server import clock
from server.desk import decision
from server.desk.decision import Run
from server.desk.loaded import Facts, Loaded
from server.log.events import Event
from server.log.feed import Which
from server.store import blobs
from server.store.among import among
from server.store.tables import Journal, Proposal


class State(StrEnum):
    QUEUED = "queued"
    SOLVING = "solving"
    PROPOSED = "proposed"
    HELD = "held"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


class Verb(StrEnum):
    APPROVAL = "approval"
    REJECTION = "rejection"
    HOLD = "hold"
    RESUMPTION = "resumption"
    RELEASE = "release"


ALLOWS: dict[State, tuple[Verb, ...]] = {
    State.QUEUED: (),
    State.SOLVING: (),
    State.PROPOSED: (Verb.APPROVAL, Verb.REJECTION, Verb.HOLD),
    State.HELD: (Verb.REJECTION, Verb.RESUMPTION),
    State.UNCHANGED: (),
    State.REFUSED: (),
    State.FAILED: (),
    State.EXPIRED: (),
    State.APPROVED: (Verb.RELEASE,),
    State.REJECTED: (),
    State.CANCELLED: (),
    State.SUPERSEDED: (),
}
ENDS_IN = {Verb.APPROVAL: State.APPROVED, Verb.REJECTION: State.REJECTED}
DRAWN = "data/"
"""What the streams of documents begin with; their SHA-256 follows."""
STATED = "firm/"
"""What the streams begin with of what the firm states for a proposal; its id follows."""
UNSETTLED = frozenset({State.QUEUED, State.SOLVING})
OF_EVENT = {
    "proposal.proposed": State.PROPOSED,
    "proposal.unchanged": State.UNCHANGED,
    "proposal.refused": State.REFUSED,
    "proposal.failed": State.FAILED,
}
"""The state that each result leads to."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be worked out, and from what. `intent`: JSON text; `expires`: UTC, as the clock writes it; `account`:
    the one that is traded, all others being left alone by the intent."""

    loaded: Loaded
    intent: str
    expires: str | None
    account: str | None = None


def state(row: Proposal, now: str) -> State:
    leased, past = row.lease is not None and now < row.lease, row.expires is not None and row.expires <= now
    held = row.held is not None and (row.held_until is None or now < row.held_until)
    return stands(State(row.state), leased=leased, past=past, held=held)


def stands(written: State, *, leased: bool, past: bool, held: bool) -> State:
    """`leased`: a worker's lease has not ended; `past`: its instant has come; `held`: somebody holds it."""
    if written is State.QUEUED and leased:
        return State.SOLVING
    if written is State.PROPOSED and past:
        return State.EXPIRED
    return State.HELD if written is State.PROPOSED and held else written


def is_held(now: str) -> Which:
    """`held` of `stands`, in the database."""
    until = col(Proposal.held_until)
    return and_(col(Proposal.held).is_not(None), or_(until.is_(None), until > now))


def allows(row: Proposal, now: str) -> tuple[Verb, ...]:
    """What may be done with it now. Approved orders are released while they hold something."""
    found = ALLOWS[state(row, now)]
    holds = row.holds is not None and row.seen is None
    return found if holds else tuple(verb for verb in found if verb is not Verb.RELEASE)


# --- looked for --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sought:
    """Which proposals: None for all. `account`: those that may trade in it, which `home` has now, None where no
    household has it, NOBODY's being the empty text. `waiting`: whether somebody may decide."""

    state: State | None = None
    household: str | None = None
    account: str | None = None
    home: str | None = None
    run: str | None = None
    waiting: bool | None = None


def which(sought: Sought, mine: frozenset[str] | None, now: str) -> list[Which]:
    """Conditions of rows. `mine`: the households of who looks, None for all: of what is about several it remains to
    be seen whether all are theirs."""
    found: list[Which] = []
    if mine is not None:
        found.append(or_(col(Proposal.household).in_(sorted(mine)), _of_several()))
    if sought.state is not None:
        found.append(_in_state(sought.state, now))
    if sought.household is not None:
        found.append(_is_about(sought.household))
    if sought.account is not None:
        found.append(_trades_in(sought.account, sought.home))
    if sought.run is not None:
        found.append(col(Proposal.run) == sought.run)
    if sought.waiting is not None:
        waits = _in_state(State.PROPOSED, now)
        found.append(waits if sought.waiting else not_(waits))
    return found


def _in_state(wanted: State, now: str) -> Which:
    """As `stands` says."""
    of, lease, expires = col(Proposal.state), col(Proposal.lease), col(Proposal.expires)
    leased, held = and_(lease.is_not(None), lease > now), is_held(now)
    past = and_(expires.is_not(None), expires <= now)
    match wanted:
        case State.SOLVING:
            return and_(of == State.QUEUED, leased)
        case State.QUEUED:
            return and_(of == State.QUEUED, not_(leased))
        case State.EXPIRED:
            return and_(of == State.PROPOSED, past)
        case State.PROPOSED:
            return and_(of == State.PROPOSED, not_(past), not_(held))
        case State.HELD:
            return and_(of == State.PROPOSED, not_(past), held)
        case _:
            return of == wanted


def _trades_in(account: str, home: str | None) -> Which:
    alone = col(Proposal.account) == account
    return alone if home is None else or_(alone, and_(col(Proposal.account).is_(None), _is_about(home)))


def _is_about(household: str) -> Which:
    """Also what is about several, of which it is one; or about all, where an account is nobody's."""
    whose = col(Proposal.households)
    of_it = or_(whose.is_(None), among(whose, household))
    return or_(col(Proposal.household) == household, and_(_of_several(), of_it))


def _of_several() -> Which:
    return col(Proposal.household).is_(None)


# --- asked for ---------------------------------------------------------------------------------


def queued(session: Session, wanted: Wanted, proposer: str, now: str) -> tuple[Proposal, list[Event]]:
    """The row, and what is to be told: the data that it is about, where the log does not know them yet, and last that
    its run is going to begin."""
    (intent,) = blobs.put(session, [wanted.intent.encode()])
    row = Proposal(
        id=clock.fresh("prop"),
        state=State.QUEUED.value,
        rulebook=wanted.loaded.rules.id,
        snapshot=wanted.loaded.facts.id,
        household=wanted.loaded.facts.household,
        account=wanted.account,
        intent=intent,
        households=households(wanted.loaded.facts.index.book),
        proposer=proposer,
        made=now,
        expires=wanted.expires,
    )
    session.add(row)
    begun = told(row, decision.begun(run_of(row, wanted.loaded), row.id))
    return row, [*drawn(session, wanted.loaded.facts, proposer), begun]


def drawn(session: Session, facts: Facts, actor: str) -> list[Event]:
    """That this document was drawn from a snapshot: that of the whole book, or of a household's. The log says it once,
    or as often as several asked at the same moment."""
    stream = DRAWN + facts.document
    if is_logged(session, stream):
        return []
    data: dict[str, Json] = {"snapshot": facts.id, "manifest": facts.manifest, "household": facts.household}
    subject = f"drawn from a book as of {facts.index.book.as_of}"
    event = Event("snapshot.drawn", stream, subject, actor, data, snapshot=facts.document)
    return [replace(event, household=facts.household or "")]


def is_logged(session: Session, stream: str) -> bool:
    """Whether the log has an entry of the stream."""
    return session.exec(select(Journal.index).where(Journal.stream == stream).limit(1)).first() is not None


def superseded(session: Session, name: str) -> Event:
    """That a newer proposal of its household took its place."""
    row = session.get_one(Proposal, name, with_for_update=True)
    row.state, row.version = State.SUPERSEDED.value, row.version + 1
    session.add(row)
    return told(row, Event("proposal.superseded", row.id, "a newer one took its place", "proofolio", None, run=row.id))


def run_of(row: Proposal, known: Loaded) -> Run:
    return Run(row.id, row.proposer, known.rules.manifest, known.facts.document)


def rejected(session: Session, row: Proposal, who: str, said: str) -> Event:
    """The row, rejected. It is `attested`: the service says that this session said so, and no person signed."""
    row.state, row.version, row.reason = ENDS_IN[Verb.REJECTION].value, row.version + 1, said
    session.add(row)
    body: dict[str, Json] = {"v": 1, "word": "attested", "decision": Verb.REJECTION.value, "proposal": row.id}
    body |= {"statement": row.statement, "person": who, "said": said}
    subject = "rejection, attested by the service"
    return told(row, Event("proposal.rejected", row.id, subject, who, None, encode(body), run=row.id))


def held(session: Session, row: Proposal, who: str, why: str, until: str | None, now: str) -> Event:
    """The row, held: it keeps its headroom, and may expire, be rejected, or be superseded meanwhile."""
    row.held, row.held_until, row.held_by, row.held_why, row.version = now, until, who, why, row.version + 1
    session.add(row)
    body: dict[str, Json] = {"v": 1, "word": "attested", "proposal": row.id, "statement": row.statement}
    body |= {"person": who, "said": why, "until": until}
    event = Event("proposal.held", row.id, "hold, attested by the service", who, None, encode(body), run=row.id)
    return told(row, event, State.HELD)


def resumed(session: Session, row: Proposal, who: str) -> Event:
    """The row, to be decided again. The log has who held it, and why."""
    row.held = row.held_until = row.held_by = row.held_why = None
    row.version += 1
    session.add(row)
    return told(row, Event("proposal.resumed", row.id, "hold ended", who, None, run=row.id))


def told(row: Proposal, event: Event, state: State | None = None) -> Event:
    """The event as the feed tells it, to whoever may see the proposal; where that is about several households, or an
    account is nobody's, to those who see all. `state`: where it is not the one that was written."""
    data: dict[str, Json] = {"id": row.id, "version": row.version, "state": row.state if state is None else state.value}
    return replace(event, data=data, household=row.households or "")


def askers(session: Session, row: Proposal) -> frozenset[str]:
    """Who asked for it, and for those that it revises, whose wishes are among its own: none of them are other eyes."""
    found, revised = {row.proposer}, row.revises
    while revised is not None:
        earlier = session.get_one(Proposal, revised)
        found.add(earlier.proposer)
        revised = earlier.revises
    return frozenset(found)


def seen_by(row: Proposal, mine: frozenset[str] | None) -> bool:
    return may_see(row.households, mine)


def may_see(households: str | None, mine: frozenset[str] | None) -> bool:
    """Whether all that is about these households is for somebody to see who may see `mine`, None for all."""
    return mine is None or (households is not None and mine.issuperset(households.split(",")))


def households(book: Book) -> str | None:
    """By commas; None where an account is nobody's, so that only who sees all may see it."""
    found = {*book.households, *(account.household for account in book.accounts.values())}
    return None if None in found or not found else ",".join(sorted(filter(None, found)))
