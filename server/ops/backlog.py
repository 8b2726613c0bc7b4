"""What waits for a worker: how much, and for how long."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import func, select

from server import clock
from server.store.hands import free
from server.store.store import Store
from server.store.tables import Proposal

QUEUED = "queued"
"""What `server.desk.proposals` calls the state; the desk stands above whoever measures it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Proposals that nobody has in hand; seconds that the oldest of them has waited."""

    number: int
    seconds: float


def waiting(store: Store) -> Waiting:
    now = datetime.now(UTC)
    idle = Proposal.state == QUEUED, free(Proposal, clock.text(now))
    found = select(func.count(), func.min(Proposal.made)).where(*idle)
    with store.reading() as session:
        number, oldest = session.exec(found).one()
    since = now if oldest is None else datetime.fromisoformat(oldest)
    return Waiting(number, max(0.0, (now - since).total_seconds()))
