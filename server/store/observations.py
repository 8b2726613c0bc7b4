"""How often observed rules came to each outcome: counted in memory, added to their rows within seconds.

A check pays for no transaction: its counts wait, and the first that comes SECONDS after the last writing starts one
beside it. They are written before anybody of this process reads them and when it ends; what a SIGKILL can lose is the
counts that wait.
"""

from collections import Counter
from collections.abc import Mapping
from threading import Lock, Thread
from time import monotonic

from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from policy.ir.bound import Outcome
from server.store.store import Store
from server.store.tables import Observation

SECONDS = 5.0
COUNTED = ("judged", "warned", "stopped", "blocked")
_KEY = ("rulebook", "rule", "day")


class Tally:
    """Counts that wait, by rule book, rule, day and what is counted; the only thing here that changes. `writer`: who
    writes what waited, until it is there."""

    __slots__ = ("last", "lock", "waiting", "writer")

    def __init__(self) -> None:
        self.lock, self.writer = Lock(), Lock()
        self.last = monotonic()
        self.waiting: Counter[tuple[str, str, str, str]] = Counter()


def counted(tally: Tally, store: Store, rulebook: str, day: str, outcomes: Mapping[str, Outcome]) -> None:
    """One check or proposal, with the worst outcome of each rule. `day`: UTC."""
    with tally.lock:
        for rule, outcome in outcomes.items():
            for what in _what(outcome):
                tally.waiting[rulebook, rule, day, what] += 1
        due = monotonic() - tally.last >= SECONDS
        if due:
            tally.last = monotonic()
    if due:
        Thread(target=written, args=(tally, store), name="observations").start()


def written(tally: Tally, store: Store) -> None:
    """What waited is in the database now, whoever wrote it; where that fails it waits on."""
    with tally.writer:
        _written(tally, store)


def _written(tally: Tally, store: Store) -> None:
    with tally.lock:
        waiting, tally.waiting = tally.waiting, Counter()
    rows: dict[tuple[str, str, str], dict[str, object]] = {}
    for (*key, what), many in sorted(waiting.items()):
        new = {**dict(zip(_KEY, key, strict=True)), **dict.fromkeys(COUNTED, 0)}
        rows.setdefault((key[0], key[1], key[2]), new)[what] = many
    if not rows:
        return
    try:
        with store.writing() as session:
            connection = session.connection()
            connection.execute(_added(connection.dialect), list(rows.values()))
    except BaseException:
        with tally.lock:
            tally.waiting.update(waiting)
        raise


def _what(outcome: Outcome) -> tuple[str, ...]:
    if outcome.rank < Outcome.WARN.rank:
        return ("judged",)
    if outcome.rank < Outcome.CONSENT.rank:
        return ("judged", "warned")
    return ("judged", "blocked") if outcome is Outcome.BLOCK else ("judged", "stopped")


def _added(dialect: Dialect) -> postgresql.Insert | sqlite.Insert:
    table = SQLModel.metadata.tables[str(Observation.__tablename__)]
    insert = postgresql.insert(table) if dialect.name == "postgresql" else sqlite.insert(table)
    sums = {what: table.c[what] + insert.excluded[what] for what in COUNTED}
    return insert.on_conflict_do_update(index_elements=list(_KEY), set_=sums)
