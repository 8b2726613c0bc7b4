"""Limits of the whole firm, hammered by worker processes on PostgreSQL of which some are killed, while people decide:
at any instant all that is reserved may be accepted and filled, wholly, partly or not at all, and breaks nothing; and
nothing stays reserved once it is decided or over."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import chain, combinations
from pathlib import Path
from random import Random

import pytest
from sqlmodel import col, select

from policy.ir.bound import Outcome, Point
from policy.judge.eval import judge
from server import clock
from server.desk import headroom, proposals
from server.desk.headroom import Held
from server.desk.loaded import loaded
from server.desk.proposals import UNSETTLED, State
from server.log import journal
from server.running import Service, opened
from server.settings import Settings
from server.store.tables import Journal, Proposal, Snapshot
from tests.server import stocked
from tests.server.api.test_parts import SHARED, household, together
from tests.server.flow.test_headroom import FIRM, LATER, Firm
from tests.server.flow.test_kills import until, working

PARTS = 12  # states of partly filled orders that are looked at, each time


@dataclass(frozen=True)
class Hammer:
    """`kills`: workers that are killed when so many proposals were asked for, and never come back."""

    households: int
    workers: int
    asks: int
    kills: tuple[int, ...]


QUICK = Hammer(households=4, workers=2, asks=16, kills=(6,))
FIERCE = Hammer(households=7, workers=5, asks=300, kills=(60, 150, 220))


def test_reservations_hold_while_workers_are_killed(postgresql: Callable[[], str], tmp_path: Path) -> None:
    hammered(QUICK, postgresql(), tmp_path)


@pytest.mark.deep
def test_reservations_hold_for_long(postgresql: Callable[[], str], tmp_path: Path) -> None:
    hammered(FIERCE, postgresql(), tmp_path)


def hammered(which: Hammer, url: str, folder: Path) -> None:
    rng, data = Random(which.asks), folder / "data"
    service = opened(Settings(data, url, workers=0))
    names = [f"h{number}" for number in range(which.households)]
    book = {**SHARED, **together(*(household(name) for name in names))}
    rules = {"rules.mandate": stocked.RULES, "firm.mandate": FIRM.format(share=20)}
    firm = Firm(service, stocked.ruled(service, rules), stocked.sealed(service, book))
    met: Counter[str] = Counter()
    with ExitStack() as ends:
        workers = [ends.enter_context(working(data, url)) for _ in range(which.workers)]
        for number in range(which.asks):
            firm.ask(None if rng.random() < 0.1 else rng.choice(names), _end(rng))
            if number in which.kills:
                workers.pop(rng.randrange(len(workers))).send_signal(signal.SIGKILL)
            until(lambda: len(_rows(service, *UNSETTLED)) < 2 * which.workers)
            met.update(_looked_at(firm, rng))
            met.update(_decided(firm, rng))
            if rng.random() < 0.1:  # what was approved is seen in the data
                firm.snapshot = stocked.filled(service, book)
        until(lambda: not _rows(service, *UNSETTLED))
    met.update(_looked_at(firm, rng))
    assert met["held"] >= which.asks / 2, met
    assert met["together"] > 0, met
    _each_has_one_result(service)
    for row in _rows(service, State.PROPOSED):
        _reject(firm, row)
    firm.snapshot = stocked.filled(service, book)
    assert _held(firm, timedelta(minutes=1)) == []
    service.store.engine.dispose()


def _end(rng: Random) -> str:
    """Most have time; some are over before anybody decides."""
    return LATER if rng.random() < 0.8 else clock.text(datetime.now(UTC) + timedelta(seconds=2))


def _held(firm: Firm, later: timedelta = timedelta(0)) -> list[Held]:
    with firm.service.store.reading() as session:
        data = session.get_one(Snapshot, firm.snapshot)
        return headroom.held(session, data, clock.text(datetime.now(UTC) + later))


def _looked_at(firm: Firm, rng: Random) -> Iterator[str]:
    found = _held(firm)
    homes = [each.household for each in found]
    assert len(set(homes)) == len(homes), homes
    assert None not in homes or len(homes) == 1, homes
    with firm.service.store.reading() as session:
        data = session.get_one(Snapshot, firm.snapshot)
    known = loaded(firm.service, firm.rulebook, firm.snapshot)
    whole = headroom.firm_wide(firm.service, known, data, headroom.opened(found))
    for point in chain(_all_or_nothing(found), _in_part(found, rng)):
        assert judge(whole.bound, point).outcome is Outcome.PASS, point
    yield from ("held" for _ in found)
    yield from ("together" for _ in found[1:])


def _all_or_nothing(found: list[Held]) -> Iterator[Point]:
    for some in chain.from_iterable(combinations(found, size) for size in range(len(found) + 1)):
        yield {name: amount for each in some for name, amount in each.point.items()}


def _in_part(found: list[Held], rng: Random) -> Iterator[Point]:
    """The rule is tested at trade: it holds while orders are filled, however far each is."""
    for _ in range(PARTS if found else 0):
        yield {
            name: amount if name.startswith("residue/") else Fraction(rng.randint(0, int(amount)))
            for each in found
            for name, amount in each.point.items()
        }


def _decided(firm: Firm, rng: Random) -> Iterator[str]:
    waiting = _rows(firm.service, State.PROPOSED)
    roll = rng.random()
    if waiting and roll < 0.3:
        yield _approve(firm, rng.choice(waiting)) if roll < 0.15 else _reject(firm, rng.choice(waiting))


def _approve(firm: Firm, name: str) -> str:
    return "approved" if firm.approve(name) else "too late"


def _reject(firm: Firm, name: str) -> str:
    with firm.service.store.writing() as session:
        now = clock.now()
        row = session.get_one(Proposal, name, with_for_update=True)
        if row.state != State.PROPOSED.value:
            return "too late"
        journal.append(session, [proposals.rejected(session, row, "berta", "no")], now)
    return "rejected"


def _rows(service: Service, *states: State) -> list[str]:
    with service.store.reading() as session:
        wanted = select(Proposal.id).where(col(Proposal.state).in_([state.value for state in states]))
        return list(session.exec(wanted.order_by(Proposal.id)))


def _each_has_one_result(service: Service) -> None:
    with service.store.reading() as session:
        found = select(Journal.stream).where(col(Journal.type).in_(proposals.OF_EVENT))
        counted = Counter(session.exec(found))
        ids = list(session.exec(select(Proposal.id)))
    assert counted == Counter(ids)
