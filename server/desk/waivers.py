"""Waivers as the service keeps them: asked for by one, granted by another, read as rules like all others.

| state   | when                                                                     | may become     |
| ------- | ------------------------------------------------------------------------ | -------------- |
| asked   | somebody asked for it                                                    | granted, ended |
| granted | somebody else, of compliance, granted it: its file joins the rules       | ended          |
| expired | its last day (UTC) has passed                                            | ended          |
| ended   | who asked took it back, or compliance ended it: its file leaves the rules |               |

What a waiver does is said by its file in the mandate language (`server.desk.waiver_text`) and by nothing else.
"""

from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum

from sqlmodel import Session

from policy import canonical
from policy.canonical import Json
from server.auth.credentials import Principal
from server.desk.granting import Given
from server.log.events import Event
from server.store import blobs
from server.store.tables import Waiver


class State(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    EXPIRED = "expired"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is waived, where. `household`, `account`: by its id, both None for every account; `level`, `group`: such as
    `issuer` and `ACME Corp`, None for every group; `raises_to`, `lowers_to`: the other limit, in the language; with
    neither the rule is lifted."""

    household: str | None
    account: str | None
    level: str | None
    group: str | None
    raises_to: str | None
    lowers_to: str | None
    no_purchases: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """`first`, `last`: the days of it; `evidence`: SHA-256 of what was filed."""

    rule: str
    terms: Terms
    first: date
    last: date
    reason: str
    evidence: str | None


def state(row: Waiver, now: str) -> State:
    if row.ended is not None and row.ended <= now:
        return State.ENDED
    if row.last < now[:10]:
        return State.EXPIRED
    return State.ASKED if row.granted is None else State.GRANTED


def seen_by(row: Waiver, who: Principal) -> bool:
    """As the journal's entries of it."""
    mine = who.households is None or row.household is None or row.household in who.households
    return mine and (row.role is None or row.role in who.roles)


def name(waiver: str) -> str:
    """What it is called in the language and in verdicts."""
    return "W-" + waiver.removeprefix("wvr_")


# --- its row -----------------------------------------------------------------------------------


def asked(
    session: Session, waiver: str, wanted: Wanted, eyes: tuple[str | None, str | None], by: str, now: str
) -> tuple[Waiver, Event]:
    """`eyes`: the role and the household that it is for, as in the journal."""
    row = Waiver(
        id=waiver,
        rule=wanted.rule,
        terms=canonical.encode(asdict(wanted.terms)).decode(),
        first=str(wanted.first),
        last=str(wanted.last),
        reason=wanted.reason,
        evidence=wanted.evidence,
        role=eyes[0],
        household=eyes[1],
        asker=by,
        made=now,
    )
    session.add(row)
    return row, _told(row, "waiver.asked", by)


def wanted_by(row: Waiver) -> Wanted:
    terms = canonical.decode(row.terms.encode())
    assert isinstance(terms, dict), "it is written by `asked`"
    days = date.fromisoformat(row.first), date.fromisoformat(row.last)
    return Wanted(row.rule, Terms(**terms), *days, row.reason, row.evidence)  # type: ignore[arg-type]  # as written


def granted(session: Session, row: Waiver, text: str, signed: str, given: Given, by: str, now: str) -> Event:
    """`given`: by whom, over the SHA-256 of `text`. It begins today where it was asked for from an earlier day on,
    which the entry of that says still."""
    (row.file,) = blobs.put(session, [text.encode()])
    row.first = max(row.first, now[:10])
    row.granter, row.granted, row.signed, row.version = by, now, signed, row.version + 1
    row.kind, row.envelope = given.kind.value, given.envelope
    session.add(row)
    return replace(_told(row, "waiver.granted", by), subject=f"waiver, {given.words}")


def ended(session: Session, row: Waiver, at: str, by: str) -> Event:
    row.ended, row.ender, row.version = at, by, row.version + 1
    session.add(row)
    return _told(row, "waiver.ended", by)


def _told(row: Waiver, type: str, by: str) -> Event:
    """The entry commits to all that the row says, with the hashes of evidence and file."""
    body: dict[str, Json] = {"v": 1, **row.model_dump(exclude={"terms"}), "terms": canonical.decode(row.terms.encode())}
    data: dict[str, Json] = {"id": row.id, "rule": row.rule, "first": row.first, "last": row.last}
    data |= {} if row.ended is None else {"from": row.ended}
    said = canonical.encode(body)
    return Event(type, row.id, "waiver", by, data, said, household=row.household, role=row.role)
