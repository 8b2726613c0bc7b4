"""Standing verdicts brought up to date, by a process that looks at what happened, entry by entry of the journal.

It holds what each household looks at, so that a change takes as long as what it touches; and packed, of as many as the
settings give it room for, what the rules say of them and how that hangs on prices: by new ones these are judged at
once, and the others read and bound anew. It holds nothing that a SIGKILL could lose: what was reached stands in the
store (`server.desk.standing`). A process that begins, and one that another was quicker than, looks at what each
household looks at, and packs their verdicts whenever there is nothing else to do.
"""

import gc
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from threading import Event
from typing import TypeVar

from policy.book.changes import between
from policy.book.parts import NOBODY
from policy.judge import current, part
from policy.judge.current import Current, Home, Judged
from server import clock
from server.desk import loaded, publish, standing
from server.desk.standing import Change, Reach
from server.flow.durable import Stopped
from server.log import journal
from server.running import Service
from server.store.tables import Rulebook, Snapshot

IDLE = 0.2  # seconds between two looks at a journal that does not grow
PAUSE = 5  # seconds before the next try where something is wrong
AT_ONCE = 50  # parts that are compared with what is kept of them
MEGABYTE = 10**6

FIRM = "firm"

T = TypeVar("T")

_log = logging.getLogger("proofolio")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of all verdicts of this rule book and this snapshot."""

    rulebook: Rulebook
    snapshot: Snapshot
    current: Current


@dataclass(slots=True)
class Memory:
    """What is held from one look to the next. `looked`: the last entry of the journal that was looked at, since entries
    that change no verdict are many."""

    known: Known | None = None
    looked: int = -1


def keep(service: Service, stop: Event) -> None:
    """Verdicts are kept current until then."""
    memory, packed, packing = Memory(), None, _packing(None)
    while not stop.is_set():
        try:
            if memory.known is None:
                memory.known = _begun(service, stop)
            if memory.known is not packed:
                packed, packing = memory.known, _packing(memory.known)
            if not one(service, memory, stop) and not next(packing, False):
                stop.wait(IDLE)
        except Stopped:
            return
        except Exception:
            _log.error({"event": "judging"}, exc_info=True)
            memory.known = None
            stop.wait(PAUSE)


def _packing(known: Known | None) -> Iterator[bool]:
    """True for each part that was packed."""
    if known is not None:
        for _ in current.ready(known.current):
            yield True
        gc.freeze()  # what is kept stays


NEVER = Event()


def one(service: Service, memory: Memory, stop: Event = NEVER) -> bool:
    """Whether there was an entry to look at: what it changed is kept and told, once, by whoever is first."""
    with service.store.reading() as session:
        at = standing.reached(session)
        cause = standing.next_cause(session, max(at.position, memory.looked))
        if cause is None:
            memory.looked = journal.size(session) - 1
            return False
        rules = publish.in_force(session, cause.time)
        facts = session.get(Snapshot, cause.snapshot or at.snapshot or "")
        if facts is None or facts.more:
            facts = session.get(Snapshot, at.snapshot or "")
    if rules is None or facts is None:
        known, found = memory.known, list[Change]()
    else:
        known, changes = _judged(service, memory.known, at, rules, facts)
        found = list(_each(changes, stop))
    names = (row.id if row is not None else None for row in (rules, facts))
    to = Reach(cause.index, cause.time, *names)
    with service.store.writing() as session:
        ours = standing.moved(session, at, to, found, cause, clock.now())
    memory.known = known if ours else None
    return True


def _begun(service: Service, stop: Event = NEVER) -> Known | None:
    """What was reached, and what each household looks at."""
    with service.store.reading() as session:
        at = standing.reached(session)
        rules, facts = session.get(Rulebook, at.rulebook or ""), session.get(Snapshot, at.snapshot or "")
    if rules is None or facts is None:
        return None
    found = _bare(service, rules, facts)
    for _ in _each(current.looking(found.current), stop):
        pass
    return found


def _each(found: Iterable[T], stop: Event) -> Iterator[T]:
    """Each of them, of which there are many; Stopped where the rest is for somebody else."""
    for one in found:
        if stop.is_set():
            raise Stopped
        yield one


# --- judged --------------------------------------------------------------------------------------


def _judged(
    service: Service, known: Known | None, at: Reach, rules: Rulebook, facts: Snapshot
) -> tuple[Known, Iterator[Change]]:
    """Everything under these rules on these facts, once what changed from what was reached is read."""
    again = None
    if known is not None and (known.rulebook.id, known.snapshot.id) == (at.rulebook, at.snapshot):
        again = _again(service, known, rules, facts)
    if again is None:
        return _anew(service, rules, facts)
    now, found = again
    return Known(rules, facts, now), _changes(service, found)


def _again(service: Service, known: Known, rules: Rulebook, facts: Snapshot) -> tuple[Current, Iterable[Judged]] | None:
    """What is then known, and the parts that are judged again; None where that is everything."""
    library = loaded.rules_in(service, rules).library
    if known.snapshot.manifest == facts.manifest:
        return current.reruled(known.current, library)
    if library != known.current.library:
        return None
    old, new = loaded.manifest_in(service, known.snapshot), loaded.manifest_in(service, facts)
    changes = between(known.current.firm.index.book, loaded.shared_in(service, new).book)
    if changes is None or old.homes != new.homes:
        return None
    fresh = {name for name in new.homes if new.parts[name].hash != old.parts[name].hash}
    return current.after(known.current, loaded.firm_in(service, facts), changes, fresh)


def _anew(service: Service, rules: Rulebook, facts: Snapshot) -> tuple[Known, Iterator[Change]]:
    found = _bare(service, rules, facts)
    return found, _changes(service, _everything(service, found.current))


def _everything(service: Service, known: Current) -> Iterator[Judged]:
    yield from _gone(service, known)
    yield from current.everything(known)
    gc.freeze()  # what is kept stays


def _bare(service: Service, rules: Rulebook, facts: Snapshot) -> Known:
    library = loaded.rules_in(service, rules).library
    return Known(
        rules, facts, current.begun(library, loaded.firm_in(service, facts), service.settings.ready * MEGABYTE)
    )


# --- what changed --------------------------------------------------------------------------------


def _changes(service: Service, found: Iterable[Judged]) -> Iterator[Change]:
    """From what was kept in memory, or else in the store."""
    found = iter(found)
    while some := list(islice(found, AT_ONCE)):
        with service.store.reading() as session:
            stood = standing.stood(session, [part_name(each.home) for each in some if each.before is None])
        for home, before, now in some:
            was, then = (standing.stands(part.news(*pair)) for pair in ((before, now), (now, before)))
            yield from standing.changes(part_name(home), home or NOBODY, stood.get(part_name(home), was), then)


def _gone(service: Service, known: Current) -> list[Judged]:
    """Parts that are no more, of which something is kept."""
    there = {part_name(home) for home in current.places(known)}
    with service.store.reading() as session:
        found = standing.whose(session)
    return [Judged(None if name == FIRM else home, None, None) for name, home in found.items() if name not in there]


def part_name(home: Home) -> str:
    return FIRM if home is None else f"household {home}"
