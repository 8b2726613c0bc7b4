"""Policies of approval: written as drafts, agreed to by somebody else, and followed by the next one.

| state      | when                                                         |
| ---------- | ------------------------------------------------------------ |
| draft      | it was written                                               |
| scheduled  | somebody else agreed, and its instant has not come           |
| active     | it is the last one whose instant has come: the one in force  |
| ended      | it is, and its end has come: its leniencies are gone         |
| superseded | another one's instant came after its own                     |

Only instants are kept, and the one from which a policy is in force never lies before somebody agreed: which policy was
in force at an instant is never another one afterwards. An end takes away what the policy approves by itself and what it
leaves to the proposer, and nothing else, so that ending one makes no approval easier.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from policy.book.intake.fields import Currency, Id, NotNegative
from policy.canonical import Json
from server import clock
from server.auth.roles import ALLOWED, Act, Role
from server.desk.demand import DEFAULT, Clause, Demand, Kind, Level, Policy, When
from server.log.events import Event
from server.store import blobs
from server.store.tables import ApprovalPolicy

STREAM = "approval policies"
MOST_CLAUSES = 100
MOST_NAMES = 10_000
LONGEST_STEP_UP = 24 * 60  # minutes


class State(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    ENDED = "ended"
    SUPERSEDED = "superseded"


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, frozen=True)


Names = Annotated[list[Id], Field(min_length=1, max_length=MOST_NAMES)]


class WhenPart(Part):
    """All of them are to hold; money in the policy's currency."""

    discretion: bool | None = None
    """the firm decides for all accounts (their fact `discretionary`), or not for all"""
    value_at_most: NotNegative | None = None
    """bought and sold, together"""
    short_gain_at_most: NotNegative | None = None
    """net gain realised on lots held up to a year; a loss is below any limit"""
    long_gain_at_most: NotNegative | None = None
    """net gain realised on lots held longer"""
    orders_at_most: Annotated[int, Field(ge=0, le=10**6)] | None = None
    consent: bool | None = None
    """a rule asks for consent"""
    waiver: bool | None = None
    """a rule is kept by a waiver only"""
    accounts: Names | None = None
    """no other account is traded"""
    households: Names | None = None
    """no account of another household is traded, nor one that is nobody's"""


class ClausePart(Part):
    """Who says yes, and how, where `when` holds and no clause before it decided."""

    when: WhenPart = WhenPart()
    level: Level
    role: Role | None = None
    """of the level `role`: which"""
    kind: Kind | None = None
    """`attested` (the service saw a session say yes), or `person-key` (the person's own signature)"""
    step_up_minutes: Annotated[int, Field(ge=1, le=LONGEST_STEP_UP)] | None = None
    """who approves has signed in, or signs, within so many minutes"""
    until: Annotated[str, Field(max_length=40)] | None = None
    """the clause decides nothing from this instant on; a standing one needs it"""


class PolicyDocument(Part):
    """The clauses, read from the top. What they do not decide needs four eyes."""

    currency: Currency | None = None
    """of the clauses' amounts; wanted where there is one"""
    clauses: Annotated[list[ClausePart], Field(max_length=MOST_CLAUSES)]


def mistakes(document: PolicyDocument, now: str) -> Iterator[tuple[str, str, str]]:
    """What cannot be meant: pointer, what is wrong, what to do."""
    for number, clause in enumerate(document.clauses):
        place, when = f"/clauses/{number}", clause.when
        amounts = (when.value_at_most, when.short_gain_at_most, when.long_gain_at_most)
        if document.currency is None and any(amount is not None for amount in amounts):
            yield "/currency", "amounts need a currency", "write the book's base currency, such as USD"
        end = None if clause.until is None else clock.instant(clause.until)
        if clause.until is not None and (end is None or end <= now):
            yield f"{place}/until", f"`{clause.until}` is no instant to come", "write one such as 2026-12-31T00:00:00Z"
        if (clause.level is Level.ROLE) is (clause.role is None):
            yield (
                f"{place}/role",
                "the level `role`, and no other, says which role",
                "write `role` for this level alone",
            )
        if clause.role is not None and clause.role not in ALLOWED[Act.DECIDE]:
            yield f"{place}/role", f"{clause.role.value} may not approve anything", "name a role that may"
        yield from _of_kind(place, clause)


def _of_kind(place: str, clause: ClausePart) -> Iterator[tuple[str, str, str]]:
    if clause.level is Level.STANDING:
        if clause.kind not in (None, Kind.STANDING) or clause.step_up_minutes is not None:
            yield f"{place}/kind", "nobody says yes to what a policy approves by itself", "leave it and step-up out"
        if clause.when.value_at_most is None or clause.until is None:
            yield place, "a standing approval without bounds", "write `value_at_most` and `until`"
    elif clause.kind is Kind.STANDING:
        yield f"{place}/kind", "only the level `standing` is of this kind", "write attested or person-key"
    elif clause.kind is Kind.PERSON_KEY and clause.level is Level.SELF:
        yield f"{place}/kind", "a proposer's own signature approves nothing", "write attested, or `four eyes`"


def policy(row: ApprovalPolicy, text: bytes) -> Policy:
    """`text`: the row's document."""
    document = PolicyDocument.model_validate_json(text)
    return Policy(row.id, tuple(map(_clause, document.clauses)), document.currency, row.ends)


def _clause(part: ClausePart) -> Clause:
    when = part.when
    known = When(
        discretion=when.discretion,
        value_at_most=when.value_at_most,
        short_gain_at_most=when.short_gain_at_most,
        long_gain_at_most=when.long_gain_at_most,
        orders_at_most=when.orders_at_most,
        consent=when.consent,
        waiver=when.waiver,
        accounts=None if when.accounts is None else frozenset(when.accounts),
        households=None if when.households is None else frozenset(when.households),
    )
    return Clause(known, _demand(part), None if part.until is None else clock.instant(part.until))


def _demand(part: ClausePart) -> Demand:
    kind = Kind.STANDING if part.level is Level.STANDING else part.kind or Kind.ATTESTED
    return Demand(
        level=part.level,
        kind=kind,
        others=part.level in (Level.FOUR_EYES, Level.ROLE) or kind is Kind.PERSON_KEY,
        roles=frozenset() if part.role is None else frozenset({part.role.value}),
        evidence=part.level is Level.CLIENT,
        step_up=part.step_up_minutes,
    )


# --- kept --------------------------------------------------------------------------------------


def published(
    session: Session, document: bytes, title: str, since: str | None, ends: str | None, author: str, now: str
) -> tuple[ApprovalPolicy, Event]:
    (kept,) = blobs.put(session, [document])
    row = ApprovalPolicy(
        id=clock.fresh("ap"), document=kept, title=title, author=author, made=now, since=since, ends=ends
    )
    session.add(row)
    return row, _event("published", row, author, {"document": kept, "from": since, "until": ends})


def agreed(session: Session, row: ApprovalPolicy, by: str, now: str) -> Event:
    """`row` is a draft, and locked."""
    row.approver, row.active, row.version = by, max(row.since or now, now), row.version + 1
    session.add(row)
    return _event("approved", row, by, {"document": row.document, "from": row.active, "until": row.ends})


def ended(session: Session, row: ApprovalPolicy, by: str, now: str) -> Event:
    """`row` was agreed to, has not ended, and is locked."""
    row.ends, row.version = now, row.version + 1
    session.add(row)
    return _event("ended", row, by, {"until": now})


def in_force(session: Session, at: str) -> Policy:
    """The last one whose instant has come; the default where there is none."""
    row = ruling(session, at)
    return DEFAULT if row is None else policy(row, blobs.get(session, [row.document])[row.document])


def ruling(session: Session, at: str) -> ApprovalPolicy | None:
    begun = select(ApprovalPolicy).where(col(ApprovalPolicy.active) <= at)
    latest = begun.order_by(col(ApprovalPolicy.active).desc(), col(ApprovalPolicy.id).desc())
    return session.exec(latest.limit(1)).first()


def state(row: ApprovalPolicy, at: str, ruling: ApprovalPolicy | None) -> State:
    """`ruling`: the one in force at the instant."""
    if row.active is None:
        return State.DRAFT
    if row.active > at:
        return State.SCHEDULED
    if ruling is None or ruling.id != row.id:
        return State.SUPERSEDED
    return State.ENDED if row.ends is not None and row.ends <= at else State.ACTIVE


def _event(what: str, row: ApprovalPolicy, actor: str, more: dict[str, Json]) -> Event:
    data: dict[str, Json] = {"id": row.id, "title": row.title, **more}
    return Event(f"approval-policy.{what}", STREAM, row.id, actor, data)
