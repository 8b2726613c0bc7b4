"""What can be wrong with an instance of the service, each with what to do about it: one home for what
`/v1/health/ready` answers and `proofolio doctor` prints.

READY is what the service cannot work without; a process that lacks one of these is to get no requests. WHOLE looks at
what it can do without for a while, too. What a check says holds no secret, no path and no client's data, since anybody
may ask for READY.
"""

import re
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, func, select

from policy.proof.merkle import leaf_hash
from server import clock
from server.auth import openid
from server.auth.openid import Keys, ProviderError
from server.desk import ingest, publish
from server.log import audit, journal, signer, witnessed
from server.log.signer import Signer, SignerError
from server.ops import backlog
from server.settings import Settings
from server.store import migrate
from server.store.store import Store
from server.store.tables import Head, Journal

AHEAD = timedelta(seconds=10)  # that the clock of another machine may be before ours
WAITED = timedelta(minutes=1)  # that a proposal may wait before somebody asks where the workers are
OLD = timedelta(days=1)  # of the newest snapshot
ENTRIES = 1_000  # of the log's end that are hashed again
LITTLE, FEW = 256 * 2**20, 2 * 2**30  # bytes of the disk: too few to go on, and few enough to say so


READ_ONLY = re.compile("read-?only")
"""What both databases say."""


class State(StrEnum):
    FINE = "fine"
    NOTE = "note"  # it works, and somebody should know
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`do`: what to do about it, where it is not fine."""

    check: str
    state: State
    says: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Instance:
    settings: Settings
    store: Store
    signer: Signer
    provider: Keys | None


Check = Callable[[Instance], Iterator[Diagnosis]]


def looked(at: Instance, checks: tuple[Check, ...]) -> Iterator[Diagnosis]:
    """What each finds; where the tables cannot be worked with or written to, nothing more is looked at. Without a
    finding of its own a check is fine. The database's own error, where that is down."""
    for check in checks:
        found = list(check(at)) or [Diagnosis(check.__name__, State.FINE, "")]
        yield from found
        if check in (tables, writes) and found[0].state is State.WRONG:
            return


# --- what it cannot work without ---------------------------------------------------------------


def tables(at: Instance) -> Iterator[Diagnosis]:
    have, want = migrate.pending(at.store)
    if not migrate.works(have, want):
        do = "run `proofolio migrate` of the newest version that is deployed"
        yield Diagnosis("tables", State.WRONG, migrate.behind(have, want), do)
    elif have != want:
        says = f"the database is at revision {have}, which has more in it than {want}, that this process works with"
        yield Diagnosis("tables", State.NOTE, says, "end the deployment: bring every process to the newest version")
    else:
        yield Diagnosis("tables", State.FINE, f"revision {have}")


def writes(at: Instance) -> Iterator[Diagnosis]:
    """Whether the database takes writes."""
    try:
        with at.store.writing() as session:
            session.connection().execute(update(Head).values(size=Head.size))
            session.rollback()
    except DBAPIError as error:
        if not READ_ONLY.search(str(error.orig)):
            raise
        do = "make it writable, or name the primary; what writes nothing goes on meanwhile"
        yield Diagnosis("writes", State.WRONG, "the database is read-only", do)


def time(at: Instance) -> Iterator[Diagnosis]:
    """A clock that is behind the log would write a history that runs backwards."""
    now = datetime.now(UTC)
    with at.store.reading() as session:
        newest = session.exec(select(func.max(Journal.time))).one()
    if newest is not None and newest > clock.text(now + AHEAD):
        says = f"the clock says {clock.text(now)}, and the log has an entry of {newest}"
        yield Diagnosis("time", State.WRONG, says, "set the clock")


def log(at: Instance) -> Iterator[Diagnosis]:
    """Whether the journal is what the signer remembers, and more; and whether the signer's files can be read."""
    try:
        with at.store.reading() as session:
            signer.same(session, at.signer)
        signer.witnesses(at.signer)
        signer.sealed(at.store, at.signer)
    except SignerError as error:
        yield Diagnosis(
            "log", State.WRONG, f"the log cannot be signed: {error}", "nothing was lost; see docs/operations"
        )
    except OSError as error:
        says = f"the signer's memory cannot be written: {error.strerror}"
        yield Diagnosis("log", State.WRONG, says, "make room, or let the service's user own the data directory")
    heard = audit.remembered(at.signer)
    if heard is not None and heard.findings:
        says = f"the last audit of the log found {len(heard.findings)} things that do not fit"
        yield Diagnosis("log", State.WRONG, says, "see its entry, `log.audited`, and keep a copy of all")


# --- what it can do without for a while --------------------------------------------------------


def files(at: Instance) -> Iterator[Diagnosis]:
    """Whether what is secret is its owner's alone."""
    data = at.settings.data
    for path in (data, data / "signer" / signer.KEY, data / "first-admin-key", data / "proofolio.sqlite"):
        want = 0o700 if path == data else 0o600
        loose = path.exists() and stat.S_IMODE(path.stat().st_mode) & ~want & 0o077
        if loose and not (path.suffix and _closed(at)):
            yield Diagnosis("files", State.WRONG, f"others may read `{path.name}`", f"chmod {want:o} it")


def _closed(at: Instance) -> bool:
    return not stat.S_IMODE(at.settings.data.stat().st_mode) & 0o077


def space(at: Instance) -> Iterator[Diagnosis]:
    free = shutil.disk_usage(at.settings.data).free
    says = f"{free // 2**20:,} MB are free where the data lies"
    state = State.WRONG if free < LITTLE else State.NOTE if free < FEW else State.FINE
    yield Diagnosis("space", state, says, "" if state is State.FINE else "make room")
    with at.store.reading() as session:
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
            if mode != "wal":
                yield Diagnosis("space", State.WRONG, f"SQLite's journal is `{mode}`", "put the file on a local disk")


def entries(at: Instance) -> Iterator[Diagnosis]:
    """Whether the last entries are those whose hashes the log has; `server.log.audit` reads them all."""
    with at.store.reading() as session:
        size, first = journal.size(session), max(0, journal.size(session) - ENTRIES)
        rows = session.exec(select(Journal).where(col(Journal.index) >= first).order_by(col(Journal.index))).all()
    wrong = [str(row.index) for row in rows if leaf_hash(row.entry) != row.leaf]
    if wrong or [row.index for row in rows] != list(range(first, size)):
        says = f"the log's last {size - first} entries do not fit: {', '.join(wrong[:5]) or 'some are missing'}"
        yield Diagnosis("entries", State.WRONG, says, "stop the service, keep this database, restore the newest backup")
    else:
        yield Diagnosis("entries", State.FINE, f"{size} in the log, the last {size - first} hashed again")


def workers(at: Instance) -> Iterator[Diagnosis]:
    waits = backlog.waiting(at.store)
    if waits.seconds > WAITED.total_seconds():
        says = f"{waits.number} proposals wait, the oldest for {waits.seconds:.0f} seconds, and nobody takes them"
        yield Diagnosis("workers", State.WRONG, says, "start `proofolio worker`, or set PROOFOLIO_WORKERS above 0")
    else:
        yield Diagnosis("workers", State.FINE, f"{waits.number} proposals wait")


def rules(at: Instance) -> Iterator[Diagnosis]:
    with at.store.reading() as session:
        row = publish.in_force(session, clock.now())
    if row is None:
        yield Diagnosis(
            "rules", State.NOTE, "no rule book is in force", "publish one, and let somebody else activate it"
        )
    else:
        yield Diagnosis("rules", State.FINE, f"{row.id} is in force since {row.active}")


def snapshot(at: Instance) -> Iterator[Diagnosis]:
    with at.store.reading() as session:
        row = ingest.latest(session)
    if row is None:
        yield Diagnosis("snapshot", State.NOTE, "no snapshot was sealed yet", "send a book to /v1/snapshots")
        return
    age = datetime.now(UTC) - datetime.fromisoformat(row.made)
    state, do = (State.NOTE, "look at whatever sends the books") if age > OLD else (State.FINE, "")
    yield Diagnosis("snapshot", state, f"the newest was sealed at {row.made}, as of {row.as_of}", do)


def identity(at: Instance) -> Iterator[Diagnosis]:
    if at.provider is None:
        yield Diagnosis("identity", State.FINE, "API keys only")
        return
    try:
        openid.fetched(at.provider.provider)
    except ProviderError as error:
        yield Diagnosis("identity", State.WRONG, str(error), "see whether it is up; API keys work on meanwhile")


def witnesses(at: Instance) -> Iterator[Diagnosis]:
    """Whether the newest state has the cosignatures that the policy wants; who was not asked lately may have none."""
    try:
        asked = signer.witnesses(at.signer) is not None
        lacking = asked and not witnessed.enough(at.signer, signer.sealed(at.store, at.signer))
    except (SignerError, OSError):
        return  # which `log` told
    if not asked:
        yield Diagnosis("witnesses", State.FINE, "none are asked")
    elif lacking:
        says = "the newest state of the log has fewer cosignatures than the policy wants"
        yield Diagnosis("witnesses", State.NOTE, says, "read /v1/log/checkpoint, which asks them, and look again")


READY: tuple[Check, ...] = (tables, writes, time, log)
WHOLE: tuple[Check, ...] = (*READY, files, space, entries, witnesses, workers, rules, snapshot, identity)
