"""Scheduled surveillance: once a day the whole firm is judged anew by the reference judge, some households at a time,
and compared with its standing verdicts.

These are kept by looking at what a change touches (`server.flow.judging`); this binds all rules again, and so would
find what was not looked at. A step compares with the rules and facts that the standing verdicts were brought to when it
begins, whatever came since the step before. It is driven as runs are, by one process at a time, of which a child takes
the steps; whoever is killed, another goes on after the last one.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from policy.book.parts import NOBODY
from policy.book.portions import Portion
from policy.ir.bind import bind_to
from policy.ir.bound import Obligation
from policy.ir.core import Library
from policy.judge import part
from policy.judge.current import Firm
from policy.judge.eval import judge
from policy.judge.part import Group
from policy.judge.piece import Answer
from server import clock
from server.desk import loaded, standing, surveillance
from server.desk.standing import Reach, Stand
from server.desk.surveillance import Looked
from server.flow.apart import Child, begun, ended
from server.flow.durable import Flow
from server.flow.judging import part_name
from server.log import journal
from server.running import Service
from server.store.tables import Rulebook, Snapshot, Survey, Told

EVERY = timedelta(days=1)  # between two beginnings
CHUNK = 20  # households of a step
NICE = 10  # by how much everything else comes first


@contextmanager
def apart(service: Service) -> Iterator[Flow]:
    """Such a flow. Its steps are one to whoever drives it: a process takes them, which ends with this one."""
    children: dict[str, Child] = {}

    def looked(name: str) -> bool | None:
        """Whether another step follows; None while the process works."""
        if name not in children:
            children[name] = begun(service.settings, steps, name)
        code = children[name].poll()
        if code is None:
            return None
        ended(children.pop(name))
        if code > 0:
            raise RuntimeError(f"its process ended with {code}")
        return None if _goes_on(service, name) else False

    try:
        yield Flow("surveillance", lambda: asked(service), looked, lambda name: failed(service, name))
    finally:
        for child in children.values():
            ended(child)


def steps(service: Service, stop: Event, name: str) -> None:
    """What is left of it, while nobody else needs the core."""
    os.nice(NICE)
    while not stop.is_set() and step(service, name):
        pass


def due(service: Service) -> None:
    """Begins the next one, where it is time and something stands; whoever is first."""
    now = datetime.now(UTC)
    with service.store.reading() as session:
        at = standing.reached(session)
        last = session.exec(select(Survey.begun).order_by(col(Survey.begun).desc()).limit(1)).first()
    if at.snapshot is None or at.rulebook is None or (last is not None and last > clock.text(now - EVERY)):
        return
    try:
        with service.store.writing() as session:
            session.add(Told(what="surveillance.begun", subject=last or "the first", time=clock.text(now)))
            session.add(surveillance.begun(at, clock.text(now)))
    except IntegrityError:  # another process begins it at this moment
        return


@dataclass(frozen=True, slots=True)
class Stage:
    """What a step looks at. `homes`: the next ones; `whole`: whether none follows; `kept`: what stands, by part."""

    at: Reach
    last: str | None
    firm: Firm
    library: Library
    homes: tuple[str, ...]
    whole: bool
    kept: Mapping[str, Mapping[str, Stand]]


def step(service: Service, name: str) -> bool:
    """Whether there is another one."""
    with service.store.reading() as session:
        row = session.get_one(Survey, name)
        if row.ended is not None:
            return False
        stage = _stage(service, session, row.last)
    if stage is None:
        return not failed(service, name)
    _went_on(service, name, stage, list(_looked(stage)))
    return not stage.whole


def _stage(service: Service, session: Session, last: str | None) -> Stage | None:
    """None where nothing stands any more."""
    at = standing.reached(session)
    rules, facts = session.get(Rulebook, at.rulebook or ""), session.get(Snapshot, at.snapshot or "")
    if rules is None or facts is None:
        return None
    firm, library = loaded.firm_in(service, facts), loaded.rules_in(service, rules).library
    left = sorted(home for home in firm.homes if last is None or home > last)
    homes, whole = tuple(left[:CHUNK]), len(left) <= CHUNK
    parts = {part_name(home) for home in homes}
    if whole:
        parts |= standing.whose(session).keys() - {part_name(home) for home in firm.homes}
    return Stage(at, last, firm, library, homes, whole, standing.stood(session, parts))


def _looked(stage: Stage) -> Iterator[Looked]:
    """The next households, and at the end what is added up over the firm and what is kept of parts that are no more."""
    apart, together = (part.groups(stage.library, firm=firm) for firm in (False, True))
    places: list[str | None] = [*stage.homes]
    if stage.whole and together and stage.firm.homes:
        places.append(None)
    left = dict(stage.kept)
    for home, portion in stage.firm.portions(places):
        found = _judged(portion, together if home is None else apart)
        yield surveillance.looked(part_name(home), home or NOBODY, left.pop(part_name(home), {}), found)
    for name, kept in left.items():
        yield surveillance.looked(name, NOBODY, kept, ())


def _judged(portion: Portion, groups: tuple[Group, ...]) -> Iterator[tuple[Obligation, Answer]]:
    for group in groups:
        bound = bind_to(group.library, portion.index, (), frozenset(portion.accounts))
        for found in judge(bound, {}, standing=True).findings:
            yield found.obligation, Answer(found.outcome, found.reason, found.within)


def _went_on(service: Service, name: str, stage: Stage, found: list[Looked]) -> None:
    with service.store.writing() as session:
        row = _locked(session, name)
        if row.last != stage.last or row.ended is not None:
            return  # somebody was quicker
        now, last = clock.now(), stage.homes[-1] if stage.homes else stage.last
        events = surveillance.went_on(row, stage.at, last, found)
        events += surveillance.ended(row, now) if stage.whole else []
        session.add(row)
        if events:
            journal.append(session, events, now)


def failed(service: Service, name: str) -> bool:
    """Says so, unless it has ended."""
    with service.store.writing() as session:
        row = _locked(session, name)
        if row.ended is None:
            now = clock.now()
            events = surveillance.ended(row, now, failed=True)
            session.add(row)
            journal.append(session, events, now)
    return True


def _locked(session: Session, name: str) -> Survey:
    return session.get_one(Survey, name, with_for_update=True)


def _goes_on(service: Service, name: str) -> bool:
    with service.store.reading() as session:
        return session.get_one(Survey, name).ended is None


def asked(service: Service) -> list[str]:
    """Those of which nothing was looked at yet."""
    with service.store.reading() as session:
        return list(session.exec(select(Survey.id).where(col(Survey.ended).is_(None), Survey.parts == 0)))
