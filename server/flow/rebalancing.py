"""The flow of a run: it queues the proposals of some households, and goes on as workers get through them.

So the queue stays short however many households there are, and what somebody asked for by itself waits for no more
than what workers have in hand. A step is one transaction that looks at how far the run has come, so that a step done
twice, or by two processes at once, queues nothing twice.
"""

from sqlmodel import Session, col, select

from server import clock
from server.desk import choosing, holds, loaded, proposals, runs, selection
from server.desk.proposals import Wanted
from server.desk.runs import State
from server.desk.selection import Reason
from server.flow.durable import Flow
from server.log import journal
from server.log.events import Event
from server.running import Service
from server.store import blobs
from server.store.tables import Choice, Run

CHUNK = 32  # households at once
AHEAD = 2 * CHUNK  # proposals of a run that wait for workers at most
FAULT = "a fault of proofolio, which its log tells more about: it is ours to mend"


def flow(service: Service) -> Flow:
    return Flow(
        "rebalance",
        lambda: _asked(service),
        lambda name: step(service, name),
        lambda name: _failed(service, name),
    )


def step(service: Service, name: str) -> bool | None:
    """Whether there is another one; None where it is not the time for one yet."""
    with service.store.reading() as session:
        row = session.get_one(Run, name)
        unsettled = runs.open_(session, row)
    begin, state = row.asked, State(row.state)
    if state not in (State.PLANNED, State.RUNNING):
        return None if state is State.PAUSED else False
    if begin == row.total:
        return _finished(service, name) if unsettled == 0 else None
    if unsettled > AHEAD - CHUNK:
        return None
    with service.store.reading() as session:
        chunk = runs.households(session, row)[begin : begin + CHUNK]
        intent = blobs.get(session, [row.intent])[row.intent].decode()
    by = selection.read(row.chosen)
    wanted = (_wanted(service, row, intent, household) for household in chunk)
    return _queued(service, name, begin, [(each, choosing.reasons(each.loaded, by)) for each in wanted])


def _queued(service: Service, name: str, begin: int, chunk: list[tuple[Wanted, tuple[Reason, ...]]]) -> bool:
    """Those who do not meet what the run asks for are passed over, and who is held; why is kept beside it."""
    with service.store.writing() as session:
        row = session.get_one(Run, name, with_for_update=True)
        if row.asked != begin or State(row.state) not in (State.PLANNED, State.RUNNING):
            return True  # somebody was quicker
        now = clock.now()
        free = [(number, *_free(session, each, why, now)) for number, (each, why) in enumerate(chunk, begin)]
        session.add_all(Choice(run=name, number=n, why=selection.reasons_written(why)) for n, _, why in free if why)
        meant = [(number, each) for number, each, _ in free if each is not None]
        events = [event for number, each in meant for event in _put(session, row, number, each, now)]
        row.asked, row.state, row.begun = begin + len(chunk), State.RUNNING.value, row.begun or now
        row.passed += len(chunk) - len(meant)
        session.add(row)
        journal.append(session, events, now)
    return True


def _free(
    session: Session, wanted: Wanted, why: tuple[Reason, ...], now: str
) -> tuple[Wanted | None, tuple[Reason, ...]]:
    if not selection.meant(why):
        return None, why
    found = holds.kept_to(session, wanted, now)
    if isinstance(found, Wanted):
        return found, why
    return None, (*why, Reason("hold", False, holds.said(found), found.id, None))


def _put(session: Session, run: Run, number: int, wanted: Wanted, now: str) -> list[Event]:
    row, events = proposals.queued(session, wanted, run.proposer, now)
    row.run, row.number, row.roles = run.id, number, ",".join(selection.read(run.chosen).roles)
    return events


def _wanted(service: Service, row: Run, intent: str, household: str) -> Wanted:
    return Wanted(loaded.loaded(service, row.rulebook, row.snapshot, household), intent, row.expires)


def _finished(service: Service, name: str) -> bool:
    with service.store.writing() as session:
        row = session.get_one(Run, name, with_for_update=True)
        if State(row.state) is not State.RUNNING:
            return True
        now = clock.now()
        journal.append(session, [runs.ended(session, row, State.FINISHED, now)], now)
    return False


def _failed(service: Service, name: str) -> bool:
    with service.store.writing() as session:
        row = session.get_one(Run, name, with_for_update=True)
        if runs.ALLOWS[State(row.state)]:
            now = clock.now()
            journal.append(session, [runs.ended(session, row, State.FAILED, now, FAULT)], now)
    return True


def _asked(service: Service) -> list[str]:
    """One that was paused before anybody saw it, and resumed, is running and has not begun."""
    open_ = col(Run.state).in_((State.PLANNED.value, State.RUNNING.value))
    with service.store.reading() as session:
        return list(session.exec(select(Run.id).where(open_, col(Run.begun).is_(None)).order_by(col(Run.id))))
