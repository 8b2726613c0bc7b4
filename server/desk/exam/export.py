"""The records of a period for whoever examines them: totals first, tables with a dictionary, the proofs, the log.

One consistent state of the database and one checkpoint, which was signed before: what was decided after it is counted
as `unsigned`. Equal states give equal bytes. Tables are written row by row into files without a name and bundles are
put together one at a time, so that memory does not grow with the period.
"""

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlmodel import Session

from policy.proof.note import Checkpoint
from server import clock
from server.auth.credentials import Principal
from server.desk import proving
from server.desk.exam import beside, columns, rows, sheets, totals
from server.desk.exam.case import case
from server.desk.exam.page import page
from server.desk.exam.scope import Scope, population, scope
from server.desk.exam.sheets import Row, Sheet
from server.desk.exam.totals import Totals
from server.log import signer, witnessed
from server.log.sealed import Sealed, sealed
from server.ops import parcel
from server.ops.parcel import Sink
from server.running import Service
from server.store import blobs
from server.store.tables import Journal, Proposal

GRANTED = ("waivers", "overrides")


class NotSeenError(ValueError):
    """The log was never as large as somebody says that it was seen."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`seen`: the size of the log that the reader saw last."""

    who: Principal
    household: str | None
    account: str | None
    first: date
    last: date
    seen: int | None = None


@dataclass(slots=True)
class Gathered:
    """What is being gathered. `proven`: the proposals that have a bundle, and whether it is whole; `policies`, and
    `evidence` and `envelopes` by their hash: what decisions, waivers and overrides
    name, but for the envelopes of approvals, which are in their bundles."""

    sheets: dict[str, Sheet]
    totals: Totals = field(default_factory=Totals)
    proven: dict[str, bool] = field(default_factory=dict)
    streams: set[str] = field(default_factory=set)
    snapshots: set[str] = field(default_factory=set)
    policies: set[str] = field(default_factory=set)
    evidence: set[str] = field(default_factory=set)
    envelopes: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Written:
    """`state`: of the log, by which all of it is proven; `rows`: of each table."""

    state: Checkpoint
    rows: dict[str, int]


def written(service: Service, wanted: Wanted, to: IO[bytes]) -> Written:
    """`to` can seek. NotThereError, NotSeenError and SignerError before anything is written."""
    note = witnessed.cosigned(service.store, service.signer, service.witnesses)
    everything = {**columns.TABLES, "00-totals": columns.TOTALS}
    with service.store.reading() as session, sheets.opened(service.settings.data, everything) as made:
        log = sealed(session, note)
        if wanted.seen is not None and wanted.seen > log.state.size:
            raise NotSeenError(f"{wanted.seen} entries were never seen: the log has {log.state.size}")
        of = scope(session, wanted.who, wanted.household, wanted.account, wanted.first, wanted.last)
        found = Gathered(made)
        _gather(service, log, of, found)
        counts = {name: made[name].rows for name in columns.TABLES}
        with _zip(to) as sink:
            _put_sheet(sink, "00-totals", made["00-totals"], "00-totals")
            _put(sink, "README.txt", page(of, log.state, wanted.seen, counts))
            _dictionary(sink)
            for name in columns.TABLES:
                _put_sheet(sink, f"csv/{name}", made[name], f"json/{name}")
            _log(sink, service, log, of, found, wanted.seen)
            _rules(sink, service, session, of)
            for policy in beside.policies(session, of, found.policies):
                _put_blob(sink, f"policies/{policy.id}.json", session, policy.document)
            for name in sorted(found.evidence):
                _put_blob(sink, f"evidence/{name}", session, name)
            for name in sorted(found.envelopes):
                _put_blob(sink, f"envelopes/{name}.dsse.json", session, name)
            seen = () if wanted.seen is None else (wanted.seen,)
            for name, whole in found.proven.items():
                row = session.get_one(Proposal, name)
                _put(sink, f"bundles/{name}.proof.zip", proving.bundle_in(log, service.signer, row, whole, seen))
            if wanted.who.households is None:
                _rolls(sink, session, (name for name, whole in found.proven.items() if whole))
    return Written(log.state, counts)


# --- gathered ----------------------------------------------------------------------------------


def _gather(service: Service, log: Sealed, of: Scope, found: Gathered) -> None:
    session, now, made = log.session, clock.now(), found.sheets
    for row in population(service, session, of):
        _proposal(service, log, of, found, row, now)
    for name, lines in (
        ("waivers", beside.waived(session, of, now)),
        ("holds", beside.held(session, of, now)),
        ("runs", beside.run(session, of)),
        ("snapshots", beside.snapshot(session, found.snapshots)),
        ("00-totals", totals.rows(found.totals)),
    ):
        for line in lines:
            _add(found, name, line)
    for book, until in beside.in_force(session, of):
        shown = beside.files(service, session, of, book) is not None
        sheets.add(made["rulebooks"], beside.rulebook(session, book, until, shown=shown))
    for policy in beside.policies(session, of, found.policies):
        sheets.add(made["policies"], beside.policy(policy))
    for happened in _happened(log, of, found):
        sheets.add(made["events"], rows.event(happened))
    for each in made.values():
        sheets.ended(each)


def _proposal(service: Service, log: Sealed, of: Scope, found: Gathered, row: Proposal, now: str) -> None:
    session, made = log.session, found.sheets
    known = case(service, session, of, row, log.state.size, now)
    approval = rows.decided(session, known)
    decision = rows.decision(known, approval)
    sheets.add(made["proposals"], rows.proposal(known))
    for line in rows.orders(known, approval):
        sheets.add(made["orders"], line)
    for line in rows.overridden(session, known):
        _add(found, "overrides", line)
    if decision is not None:
        _add(found, "decisions", decision)
    if approval is not None and approval.policy is not None:
        found.policies.add(approval.policy)
    totals.count(found.totals, known)
    found.streams.add(row.id)
    found.snapshots |= {row.snapshot} if approval is None else {row.snapshot, approval.snapshot}
    if known.why is None:
        found.proven[row.id] = known.whole


def _add(found: Gathered, name: str, line: Row) -> None:
    sheets.add(found.sheets[name], line)
    if line.get("evidence") is not None:
        found.evidence.add(str(line["evidence"]))
    if name in GRANTED and line["envelope"] is not None:
        found.envelopes.add(str(line["envelope"]))


def _happened(log: Sealed, of: Scope, found: Gathered) -> Iterator[Journal]:
    return beside.happened(log.session, of, frozenset(found.streams), log.state.size)


# --- written -----------------------------------------------------------------------------------


@contextmanager
def _zip(to: IO[bytes]) -> Iterator[Sink]:
    """With the manifest of all files as the last one."""
    with ZipFile(to, "w") as archive:
        sink = Sink(lambda name: archive.open(_entry(name), "w", force_zip64=True))
        yield sink
        lines = "".join(f"{sink.hashes[name]}  {name}\n" for name in sorted(sink.hashes))
        with sink.opened(parcel.MANIFEST) as file:
            file.write(lines.encode())


def _entry(name: str) -> ZipInfo:
    found = ZipInfo(name, parcel.LONG_AGO)
    found.compress_type, found.external_attr, found.create_system = ZIP_DEFLATED, 0o644 << 16, 3
    return found


def _copied(sink: Sink, name: str, of: IO[bytes]) -> None:
    with parcel.written(sink, name) as file:
        shutil.copyfileobj(of, file)


def _put(sink: Sink, name: str, content: bytes) -> None:
    with parcel.written(sink, name) as file:
        file.write(content)


def _put_blob(sink: Sink, name: str, session: Session, hash: str) -> None:
    _put(sink, name, blobs.get(session, [hash])[hash])


def _put_sheet(sink: Sink, csv: str, sheet: Sheet, json: str) -> None:
    _copied(sink, f"{csv}.csv", sheet.csv)
    _copied(sink, f"{json}.json", sheet.json)


def _dictionary(sink: Sink) -> None:
    made = sheets.sheet(columns.DICTIONARY, BytesIO(), BytesIO())
    files = {"00-totals.csv": columns.TOTALS} | {f"csv/{name}.csv": of for name, of in columns.TABLES.items()}
    for file, known in files.items():
        for column in known:
            about = {"means": column.means, "unit": column.unit, "source": column.source}
            sheets.add(made, {"file": file, "column": column.name, **about})
    for name, means in columns.FORMS:
        sheets.add(made, {"file": name, "column": None, "means": means, "unit": None, "source": "this export"})
    sheets.ended(made)
    _put_sheet(sink, "DICTIONARY", made, "DICTIONARY")


def _log(sink: Sink, service: Service, log: Sealed, of: Scope, found: Gathered, seen: int | None) -> None:
    _put(sink, "log/checkpoint", log.checkpoint)
    _put(sink, "log/trust-card.txt", signer.card_of(log.session, service.signer, log.state, None))
    if seen is not None:
        _put(sink, f"log/consistency-{seen}.txt", log.grown(seen))
    with parcel.written(sink, columns.INCLUSION) as file:
        for row in _happened(log, of, found):
            said: dict[str, Any] = {"index": row.index, "leaf": row.leaf.hex(), "entry": row.entry.decode()}
            file.write(json.dumps({**said, "proof": log.included(row.index).decode()}).encode() + b"\n")


def _rolls(sink: Sink, session: Session, names: Iterable[str]) -> None:
    """Beside which proposals something was stated for these."""
    with parcel.written(sink, columns.ROLLS) as file:
        for line in proving.beside(session, (session.get_one(Proposal, name) for name in names)):
            file.write(line)


def _rules(sink: Sink, service: Service, session: Session, of: Scope) -> None:
    for book in {row.id: row for row, _ in beside.in_force(session, of)}.values():
        for path, content in sorted((beside.files(service, session, of, book) or {}).items()):
            _put(sink, f"rules/{book.id}/{path}", content)
