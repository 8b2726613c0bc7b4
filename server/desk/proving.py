"""The bundle of a proposal, put together when it is read: from the blobs that its log entry commits to, the journal's
proofs, and a checkpoint signed now."""

from collections.abc import Callable, Iterable

from sqlmodel import Session, col, select

from policy.canonical import digest
from policy.proof.archive import listed
from policy.proof.entry import Entry, Kind, entry
from policy.proof.layout import FIRM
from server.desk import approvals
from server.desk.assembled import assembled
from server.desk.proposals import DRAWN
from server.desk.publish import STREAM as RULES
from server.log import signer, witnessed
from server.log.events import KINDS
from server.log.sealed import Sealed, sealed
from server.running import Service
from server.store import blobs
from server.store.tables import Checkpoint, Journal, Proposal

MOST_KEPT = 16  # states


def bundle(service: Service, row: Proposal, seen: Iterable[int] = ()) -> bytes:
    """`row`: of a proposal whose result is filed; `seen`: sizes of the log that the reader kept. It also tells how
    the log grew from the states that were signed last. SignerError where nothing can be signed."""
    note = witnessed.cosigned(service.store, service.signer, service.witnesses)
    with service.store.reading() as session:
        log = sealed(session, note)
        run, decided = _own(session, row.id)
        made = entry(decided.entry)
        places = {
            "rules": _before(session, RULES, Kind.RULES, run.index, lambda it: it.rules == made.rules),
            "snapshot": _before(session, f"{DRAWN}{made.snapshot}", Kind.SNAPSHOT, run.index, lambda it: True),
            "run": run.index,
            "entry": decided.index,
        }
        assert decided.salt is not None, "what was erased has no bundle"
        assert decided.body is not None, "salt and body are erased together"
        paths = listed(decided.body)
        contents = blobs.get(session, set(paths.values()))
        files = {path: contents[name] for path, name in paths.items()}
        if FIRM in files:
            stream = f"{DRAWN}{digest(files[FIRM])}"
            places["firm"] = _before(session, stream, Kind.ALLOCATION, decided.index, lambda it: True)
        card = signer.card_of(session, service.signer, log.state, approvals.signers(session, row))
        approved, shown = approvals.shown(session, row, log.state.size)
        return assembled(files, log, places | approved, decided.salt, _sizes(session, log, seen), card, shown)


def _own(session: Session, name: str) -> tuple[Journal, Journal]:
    """The entries of its run's begin and of its result: the first two of its stream."""
    found = select(Journal).where(Journal.stream == name).order_by(col(Journal.seq)).limit(2)
    run, decided = session.exec(found)
    return run, decided


def _before(session: Session, stream: str, kind: Kind, end: int, is_it: Callable[[Entry], bool]) -> int:
    """The number of the last such entry before number `end`."""
    types = [type for type, its in KINDS.items() if its is kind]
    wanted = select(Journal.index, Journal.entry).where(
        Journal.stream == stream, col(Journal.type).in_(types), Journal.index < end
    )
    found = session.exec(wanted.order_by(col(Journal.seq).desc()))
    return next(index for index, data in found if is_it(entry(data)))


def _sizes(session: Session, log: Sealed, seen: Iterable[int]) -> list[int]:
    now = log.state.size
    signed = select(Checkpoint.size).where(Checkpoint.size < now).order_by(col(Checkpoint.size).desc())
    kept = session.exec(signed.limit(MOST_KEPT)).all()
    return sorted({1, *kept, *(size for size in seen if 0 < size < now)})
