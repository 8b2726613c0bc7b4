"""Runs: proposals for many households of a snapshot, asked for as one.

| state     | when                                                       | allows               |
| --------- | ---------------------------------------------------------- | -------------------- |
| planned   | it was asked for                                           | pause, cancellation  |
| running   | proposals of it were queued                                | pause, cancellation  |
| paused    | somebody paused it: nothing more is queued                 | resumption, cancellation |
| finished  | each household has its result                              |                      |
| cancelled | somebody cancelled it; what a worker had in hand ends      |                      |
| failed    | a fault of ours                                            |                      |

Its items are ordinary proposals, numbered from 0 in the order of the households. An item that no proposal was queued
for is `waiting`, and `cancelled` or `failed` where its run is; `passed over` where the run is for others alone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, case, col, func, select

from policy.canonical import Json, encode
from server import clock
from server.desk import proposals, selection
from server.desk.proposals import UNSETTLED
from server.desk.selection import EVERY, Reason, Selection
from server.log.events import Event
from server.store import blobs
from server.store.hands import free
from server.store.tables import Choice, Proposal, Run

WAITING, PASSED = "waiting", "passed over"


class State(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Verb(StrEnum):
    PAUSE = "pause"
    RESUMPTION = "resumption"
    CANCELLATION = "cancellation"


ALLOWS: dict[State, tuple[Verb, ...]] = {
    State.PLANNED: (Verb.PAUSE, Verb.CANCELLATION),
    State.RUNNING: (Verb.PAUSE, Verb.CANCELLATION),
    State.PAUSED: (Verb.RESUMPTION, Verb.CANCELLATION),
    State.FINISHED: (),
    State.CANCELLED: (),
    State.FAILED: (),
}
LEADS: dict[Verb, tuple[State, str]] = {
    Verb.PAUSE: (State.PAUSED, "run.paused"),
    Verb.RESUMPTION: (State.RUNNING, "run.resumed"),
    Verb.CANCELLATION: (State.CANCELLED, "run.cancelled"),
}
"""Where each verb leads, and what the journal calls it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Counted from the rows. `states`: items by state, those without any left out; `settled`: how many have a result,
    or never will have one; `per_minute`: since it began; `left`: in words, null while it cannot be said."""

    total: int
    settled: int
    states: Mapping[str, int]
    per_minute: int | None
    left: str | None


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be run. `intent`: the hash of a kept text; `expires`: as the clock writes it."""

    rulebook: str
    snapshot: str
    intent: str
    households: Sequence[str]
    expires: str | None
    chosen: Selection = EVERY


def planned(session: Session, wanted: Planned, proposer: str, now: str) -> tuple[Run, Event]:
    (intent, households) = blobs.put(session, [wanted.intent.encode(), encode(list(wanted.households))])
    row = Run(
        id=clock.fresh("run"),
        kind="rebalance",
        state=State.PLANNED.value,
        rulebook=wanted.rulebook,
        snapshot=wanted.snapshot,
        intent=intent,
        households=households,
        total=len(wanted.households),
        chosen=selection.written(wanted.chosen),
        proposer=proposer,
        made=now,
        expires=wanted.expires,
    )
    session.add(row)
    return row, told(row, "run.planned", proposer)


def households(session: Session, row: Run) -> list[str]:
    """In the order of the run."""
    found: list[str] = json.loads(blobs.get(session, [row.households])[row.households])
    return found


def seen_by(session: Session, row: Run, mine: frozenset[str] | None) -> bool:
    """Whether all of its households are for somebody to see who may see `mine`, None for all."""
    return mine is None or mine.issuperset(households(session, row))


def led(session: Session, row: Run, verb: Verb, who: str, said: str | None, now: str) -> list[Event]:
    """The locked row in the state that the verb leads to. Of a run that is cancelled, what no worker has in hand is
    cancelled with it."""
    state, type = LEADS[verb]
    row.state, row.version, row.reason = state.value, row.version + 1, said
    session.add(row)
    events = [told(row, type, who)]
    if verb is Verb.CANCELLATION:
        row.ended = now
        events = [*_taken_back(session, row, who, now), *events]
    return events


def ended(session: Session, row: Run, state: State, now: str, reason: str | None = None) -> Event:
    row.state, row.version, row.ended, row.reason = state.value, row.version + 1, now, reason
    session.add(row)
    return told(row, f"run.{state.value}", row.proposer)


def told(row: Run, type: str, who: str) -> Event:
    """For whoever sees every household."""
    data: dict[str, Json] = {"id": row.id, "version": row.version, "state": row.state, "total": row.total}
    return Event(type, row.id, f"{row.total} households", who, data, run=row.id, household="")


def open_(session: Session, row: Run) -> int:
    """How many of its proposals have no result yet."""
    unsettled = select(func.count()).where(
        col(Proposal.run) == row.id, col(Proposal.state).in_([state.value for state in UNSETTLED])
    )
    return session.exec(unsettled).one()


def progress(session: Session, row: Run, now: str) -> Progress:
    busy, over = func.coalesce(col(Proposal.lease), "") > now, func.coalesce(col(Proposal.expires), "~") <= now
    queued = col(Proposal.state) == proposals.State.QUEUED.value
    kept = case((queued, busy), else_=proposals.is_held(now))  # by a worker, or by somebody who may decide
    wanted = select(Proposal.state, kept, over, func.count()).where(Proposal.run == row.id)
    states: dict[str, int] = {}
    for written, is_kept, past, number in session.exec(wanted.group_by("state", kept, over)):
        held = bool(is_kept)
        state = proposals.stands(proposals.State(written), leased=held, past=bool(past), held=held).value
        states[state] = states.get(state, 0) + number
    left = row.total - sum(states.values()) - row.passed
    if left:
        without = _without(State(row.state))
        states[without] = states.get(without, 0) + left
    if row.passed:
        states[PASSED] = row.passed
    open_ = sum(states.get(state, 0) for state in (WAITING, *UNSETTLED))
    settled = row.total - open_
    speed = _per_minute(row, settled, now)
    return Progress(row.total, settled, states, speed, _left(State(row.state), open_, speed))


@dataclass(frozen=True, slots=True)
class Item:
    """`statement`: SHA-256 of what the log's entry commits to, null where there are no orders; `why`: by what it was
    chosen or is passed over, where the run asks for something."""

    number: int
    household: str
    state: str
    proposal: str | None
    statement: str | None
    why: tuple[Reason, ...]


def items(session: Session, row: Run, begin: int, end: int, now: str) -> list[Item]:
    """Those with the numbers from `begin` up to `end`, that one excluded."""
    within = col(Proposal.number).between(begin, end - 1)
    found = {each.number: each for each in session.exec(select(Proposal).where(Proposal.run == row.id, within))}
    chosen = select(Choice).where(Choice.run == row.id, col(Choice.number).between(begin, end - 1))
    why = {each.number: selection.reasons_read(each.why) for each in session.exec(chosen)}
    return [
        _item(row, number, household, found.get(number), why.get(number, ()), now)
        for number, household in enumerate(households(session, row)[begin:end], begin)
    ]


def _item(row: Run, number: int, household: str, known: Proposal | None, why: tuple[Reason, ...], now: str) -> Item:
    if known is None:
        state = PASSED if number < row.asked else _without(State(row.state))
        return Item(number, household, state, None, None, why)
    state = proposals.state(known, now)
    statement = None if state is proposals.State.REFUSED else known.statement  # or it would tell what is proven
    return Item(number, household, state.value, known.id, statement, why)


def _without(state: State) -> str:
    """What an item is that no proposal was queued for."""
    return state.value if state in (State.CANCELLED, State.FAILED) else WAITING


def _taken_back(session: Session, row: Run, who: str, now: str) -> list[Event]:
    of_it = Proposal.run == row.id, Proposal.state == proposals.State.QUEUED.value
    queued = select(Proposal).where(*of_it, free(Proposal, now))
    events = []
    for each in session.exec(queued.order_by(col(Proposal.number)).with_for_update()):
        each.state, each.version = proposals.State.CANCELLED.value, each.version + 1
        session.add(each)
        event = Event("proposal.cancelled", each.id, "its run was cancelled", who, None, run=each.id)
        events.append(proposals.told(each, event))
    return events


def _per_minute(row: Run, settled: int, now: str) -> int | None:
    if row.begun is None or not settled:
        return None
    end = now if row.ended is None else row.ended
    seconds = (datetime.fromisoformat(end) - datetime.fromisoformat(row.begun)).total_seconds()
    return round((settled - row.passed) * 60 / seconds) if seconds > 0 else None


def _left(state: State, open_: int, per_minute: int | None) -> str | None:
    if state not in (State.PLANNED, State.RUNNING) or not per_minute:
        return None
    minutes = open_ / per_minute
    if minutes < 1:
        return "less than a minute"
    hours, rest = divmod(round(minutes), 60)
    said = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest)
    return "about " + " ".join(said)
