"""Standing verdicts brought up to date: a thread that looks at what happened, entry by entry of the journal.

It holds all rules bound to the whole firm in memory, so that a change takes as long as what it touches; and nothing
that a SIGKILL could lose: what was reached stands in the store (`server.desk.standing`). A process that begins, or that
another one was quicker than, judges everything once and goes on from there.
"""

import gc
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

from policy.book.changes import Changes, between
from policy.book.facts import Book
from policy.book.parts import NOBODY, joined, part_of
from policy.judge import current
from policy.judge.current import Current, Home
from policy.judge.part import Block
from server import clock
from server.desk import loaded, manifest, publish, standing
from server.desk.standing import Change, Reach, Stand
from server.running import Service
from server.store.tables import Rulebook, Snapshot

IDLE = 0.2  # seconds between two looks at a journal that does not grow
PAUSE = 5  # seconds before the next try where something is wrong

FIRM = "firm"

_log = logging.getLogger("proofolio")


@dataclass(frozen=True, slots=True)
class Known:
    """Everything judged, of this rule book and this snapshot."""

    rulebook: Rulebook
    snapshot: Snapshot
    current: Current


@dataclass(slots=True)
class Memory:
    """What the thread holds from one look to the next."""

    known: Known | None = None


@contextmanager
def keeping(service: Service) -> Iterator[None]:
    """Verdicts are kept current meanwhile."""
    stop = Event()
    thread = Thread(target=_keep, args=(service, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(2 * IDLE)


def _keep(service: Service, stop: Event) -> None:
    memory = Memory()
    while not stop.is_set():
        try:
            if memory.known is None:
                memory.known = _begun(service)
            if not one(service, memory):
                stop.wait(IDLE)
        except Exception:
            _log.error({"event": "judging"}, exc_info=True)
            memory.known = None
            stop.wait(PAUSE)


def one(service: Service, memory: Memory) -> bool:
    """Whether there was an entry to look at: what it changed is kept and told, once, by whoever is first."""
    with service.store.reading() as session:
        at = standing.reached(session)
        cause = standing.next_cause(session, at.position)
        if cause is None:
            return False
        rules = publish.in_force(session, cause.time)
        facts = session.get(Snapshot, cause.snapshot or at.snapshot or "")
        if facts is None or facts.more:
            facts = session.get(Snapshot, at.snapshot or "")
    if rules is None or facts is None:
        known, found = memory.known, list[Change]()
    else:
        known, found = _judged(service, memory.known, at, rules, facts)
    names = (row.id if row is not None else None for row in (rules, facts))
    to = Reach(cause.index, *names)
    with service.store.writing() as session:
        ours = standing.moved(session, at, to, found, cause, clock.now())
    memory.known = known if ours else None
    return True


def _begun(service: Service) -> Known | None:
    """What was reached, judged, so that the next change finds it."""
    with service.store.reading() as session:
        at = standing.reached(session)
        rules, facts = session.get(Rulebook, at.rulebook or ""), session.get(Snapshot, at.snapshot or "")
    return None if rules is None or facts is None else _scratch(service, rules, facts)


# --- judged --------------------------------------------------------------------------------------


def _judged(
    service: Service, known: Known | None, at: Reach, rules: Rulebook, facts: Snapshot
) -> tuple[Known, list[Change]]:
    """Everything under these rules on these facts, and what changed from what was reached."""
    if known is None or (known.rulebook.id, known.snapshot.id) != (at.rulebook, at.snapshot):
        return _anew(service, rules, facts)
    same = known.snapshot.manifest == facts.manifest
    changes = Changes() if same else _between(service, known.snapshot, facts)
    if changes is None:
        return _anew(service, rules, facts)
    now, fresh = (known.current, frozenset[Home]()) if same else current.after(known.current, changes)
    library = loaded.rules_in(service, rules).library
    if library != now.library:
        now, more = current.reruled(now, library)
        fresh |= more
    return Known(rules, facts, now), _from_memory(known.current, now, fresh)


def _anew(service: Service, rules: Rulebook, facts: Snapshot) -> tuple[Known, list[Change]]:
    then = _scratch(service, rules, facts)
    return then, _from_store(service, then.current)


def _scratch(service: Service, rules: Rulebook, facts: Snapshot) -> Known:
    library = loaded.rules_in(service, rules).library
    found = current.current(library, loaded.facts_in(service, facts).index)
    gc.freeze()  # it stays, and is large
    return Known(rules, facts, found)


def _between(service: Service, before: Snapshot, after: Snapshot) -> Changes | None:
    """What is new in the later snapshot: read from the parts that it does not share with the one before."""
    old, new = loaded.manifest_in(service, before), loaded.manifest_in(service, after)
    if old.parts.keys() != new.parts.keys():
        return None
    homes = [name for name, part in old.parts.items() if new.parts[name].hash != part.hash]
    books: list[Book] = []
    for each in (old, new):
        shared = loaded.shared_in(service, each).book
        with service.store.reading() as session:
            rows = manifest.rows_of(session, {name: each.parts[name] for name in homes})
            books.append(joined(shared, [part_of(shared, found) for _, found in rows]))
    return between(*books)


# --- what changed --------------------------------------------------------------------------------


def _from_memory(before: Current, after: Current, fresh: frozenset[Home]) -> list[Change]:
    """Of the parts in which something was judged again; blocks that were left alone say what they said."""
    found: list[Change] = []
    for home in fresh:
        old, new = (parts[home].blocks if home in parts else () for parts in (before.parts, after.parts))
        kept = {id(block) for block in old} & {id(block) for block in new}
        was, now = (_pairs(block for block in blocks if id(block) not in kept) for blocks in (old, new))
        found += standing.changes(_name(home), home or NOBODY, was, now)
    return found


def _from_store(service: Service, now: Current) -> list[Change]:
    """Of all parts, from what is kept."""
    with service.store.reading() as session:
        was, whose = standing.stood(session)
    parts = {_name(home): (home or NOBODY, _pairs(part.blocks)) for home, part in now.parts.items()}
    found = [c for name, (home, said) in parts.items() for c in standing.changes(name, home, was.get(name, {}), said)]
    gone = [c for name, old in was.items() if name not in parts for c in standing.changes(name, whose[name], old, {})]
    return found + gone


def _pairs(blocks: Iterable[Block]) -> dict[str, Stand]:
    return standing.stands(pair for block in blocks for pair in zip(block.told, block.answers, strict=True))


def _name(home: Home) -> str:
    return FIRM if home is None else f"household {home}"
