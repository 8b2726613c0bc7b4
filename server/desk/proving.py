"""The bundle of a proposal, put together when it is read: from the files of the decision, the journal's proofs, and a
checkpoint signed now. Where a rule is kept from somebody there are two, by one log entry (`policy.proof.kept`)."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from sqlmodel import Session, col, or_, select

from policy.canonical import decode, digest
from policy.judge.redact import readable, sees_all
from policy.proof import kept
from policy.proof.archive import listed
from policy.proof.check.stated import stated
from policy.proof.entry import SALT, Entry, Kind, entry
from policy.proof.layout import FIRM, WAIVERS
from server.desk import approvals, publish, rolls
from server.desk.assembled import assembled
from server.desk.loaded import Rules, rules_of
from server.desk.proposals import DRAWN, STATED
from server.desk.propose import Answer, Refused
from server.desk.publish import STREAM as RULES
from server.log import signer, witnessed
from server.log.events import KINDS
from server.log.sealed import Sealed, sealed
from server.log.signer import Signer
from server.running import Service
from server.store import blobs
from server.store.tables import Checkpoint, Journal, Proposal, Rulebook

MOST_KEPT = 16  # states


def disclosed(service: Service, rules: Rules, files: Mapping[str, bytes], found: Answer) -> Mapping[str, bytes]:
    """The files of a decision; where a rule is kept from anybody, with what everybody may read of it, to which the log
    commits then. Of rule files that is what `/v1/rulebooks` shows to everybody, without the waivers: these are
    somebody's. Of a refusal, by whatever rules, it is a commitment alone, so that all have one size."""
    if isinstance(found, Refused):
        return {**files, **kept.sealed(files, (), os.urandom(SALT))}
    if sees_all(rules.library, ()):
        return files
    with service.store.reading() as session:
        report = publish.report(session, session.get_one(Rulebook, rules.id))
    shown = publish.readable_files(rules, readable(rules.library, ()), report)
    open_rules = {path for path in shown if not path.startswith(WAIVERS)}
    return {**files, **kept.sealed(files, open_rules, os.urandom(SALT))}


def whole_to(service: Service, row: Proposal, roles: Collection[str]) -> bool:
    """Whether its whole bundle is theirs to read: nothing that it rests on is kept from these roles."""
    rules = rules_of(service, row.rulebook)
    assert rules is not None, "a rule book is never taken away"
    return sees_all(rules.library, roles)


def bundle(service: Service, row: Proposal, roles: Collection[str], seen: Iterable[int] = ()) -> bytes:
    """`row`: of a proposal of which there is a bundle for these roles; `seen`: sizes of the log that the reader kept.
    It also tells how the log grew from the states that were signed last. SignerError where nothing can be signed."""
    whole = whole_to(service, row, roles)
    note = witnessed.cosigned(service.store, service.signer, service.witnesses)
    with service.store.reading() as session:
        return bundle_in(sealed(session, note), service.signer, row, whole, seen)


def bundle_in(log: Sealed, by: Signer, row: Proposal, whole: bool, seen: Iterable[int] = ()) -> bytes:
    """The same in a state of the log that has the proposal's result. `whole`: as `whole_to` says; without it, what is
    open to everybody."""
    session = log.session
    run, decided = _own(session, row.id)
    made = entry(decided.entry)
    places = {
        "rules": _before(session, RULES, Kind.RULES, run.index, lambda it: it.rules == made.rules),
        "snapshot": _before(session, f"{DRAWN}{made.snapshot}", Kind.SNAPSHOT, run.index, lambda it: True),
        "run": run.index,
        "entry": decided.index,
    }
    assert decided.salt is not None, "what was erased has no bundle"
    paths = _paths(row, decided)
    contents = blobs.get(session, set(paths.values()))
    files = {path: contents[name] for path, name in paths.items()}
    if row.whole is not None and not whole:
        files = kept.opened(files)
    if FIRM in files:
        said = digest(files[FIRM])
        stream = f"{STATED}{row.id}"
        places["firm"] = _before(session, stream, Kind.ALLOCATION, decided.index, lambda it: it.snapshot == said)
    card = signer.card_of(session, by, log.state, approvals.signers(session, row))
    approved, shown = approvals.shown(session, row, log.state.size)
    return assembled(files, log, places | approved, decided.salt, _sizes(session, log, seen), card, shown)


def beside(session: Session, rows: Iterable[Proposal]) -> Iterator[bytes]:
    """The parts of the rolls of proposals beside which something was stated for these, of which there are bundles: a
    line each."""
    named = (_paths(row, _own(session, row.id)[1]).get(FIRM) for row in rows)
    said = (decode(blobs.get(session, [name])[name]) for name in named if name is not None)
    return rolls.lines(session, (stated(each).beside for each in said))


def _paths(row: Proposal, decided: Journal) -> Mapping[str, str]:
    """The files of the whole bundle, by their path, as hashes."""
    assert decided.body is not None, "what was erased has no bundle"
    return listed(decided.body if row.whole is None else row.whole.encode())


def _own(session: Session, name: str) -> tuple[Journal, Journal]:
    """The entries of its run's begin and of its result: the first two of its stream."""
    found = select(Journal).where(Journal.stream == name).order_by(col(Journal.seq)).limit(2)
    run, decided = session.exec(found)
    return run, decided


def _before(session: Session, stream: str, kind: Kind, end: int, is_it: Callable[[Entry], bool]) -> int:
    """The number of the last such entry before number `end`, for whosever eyes."""
    types = [type for type, its in KINDS.items() if its is kind]
    streams = or_(Journal.stream == stream, col(Journal.stream).startswith(f"{stream} ", autoescape=True))
    wanted = select(Journal.index, Journal.entry).where(streams, col(Journal.type).in_(types), Journal.index < end)
    found = session.exec(wanted.order_by(col(Journal.index).desc()))
    return next(index for index, data in found if is_it(entry(data)))


def _sizes(session: Session, log: Sealed, seen: Iterable[int]) -> list[int]:
    now = log.state.size
    signed = select(Checkpoint.size).where(Checkpoint.size < now).order_by(col(Checkpoint.size).desc())
    kept = session.exec(signed.limit(MOST_KEPT)).all()
    return sorted({1, *kept, *(size for size in seen if 0 < size < now)})
