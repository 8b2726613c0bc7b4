"""Workers: threads that take proposals from the queue, one by one. They hold nothing that a SIGKILL could lose: what
one had in hand is taken up by another when its lease ends."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Event
from time import perf_counter

from sqlalchemy.exc import OperationalError

from server.flow import proposing, queue
from server.ops.spans import spanned
from server.running import Service
from server.store import observations
from server.store.blobs import ErasedError
from server.store.hands import NOW, Hands, leased
from server.store.tables import Proposal
from server.threads import beside

IDLE = 0.2  # seconds between two looks at an empty queue
PAUSE = 5  # seconds before the next try where the database is down
MOST = 3  # tries, after which it is the proposal that kills its workers

_log = logging.getLogger("proofolio")


@contextmanager
def working(service: Service, number: int, lease: timedelta = queue.LEASE) -> Iterator[None]:
    """So many workers meanwhile. At the end, what they have in hand is there for anybody."""
    hands = Hands(service.store, Proposal, lease)
    work = partial(_work, service, lease, hands)
    try:
        with beside(*([work] * number), *([hands.renewing] if number else []), ends=2 * IDLE):
            yield
    finally:
        hands.released()
        observations.written(service.memory.tally, service.store)


def work(service: Service, stop: Event) -> None:
    """One worker until then."""
    with working(service, 1):
        stop.wait()


def one(service: Service, lease: timedelta = queue.LEASE, hands: Hands | None = None) -> bool:
    """Whether there was one to work on; it is done now, unless somebody else took it up."""
    row = queue.taken(service.store, lease)
    if row is None:
        return False
    begun = perf_counter()
    try:
        with (hands or Hands(service.store, Proposal, lease)).holding(str(row.holder)):
            with spanned(service.instruments.tracer) as span:
                result = _result(service, row)
                span("proposal", {"outcome": result.event.type})
            if proposing.kept(service, row, result):
                service.instruments.worked.record(perf_counter() - begun, {"outcome": result.event.type})
    except BaseException:
        leased(service.store, Proposal, [str(row.holder)], NOW)
        raise
    return True


def _result(service: Service, row: Proposal) -> proposing.Result:
    if row.tries > MOST:
        return proposing.failed(row, f"{MOST} workers began it and none ended: it is ours to mend")
    try:
        return proposing.worked_out(service, row)
    except OperationalError:
        raise
    except ErasedError:
        return proposing.failed(row, "the data were erased meanwhile, at least of one household")
    except Exception:
        _log.error({"event": "fault", "proposal": row.id}, exc_info=True)
        return proposing.failed(row, "a fault of proofolio, which its log tells more about: it is ours to mend")


def _work(service: Service, lease: timedelta, hands: Hands, stop: Event) -> None:
    while not stop.is_set():
        try:
            if not one(service, lease, hands):
                observations.written(service.memory.tally, service.store)
                stop.wait(IDLE)
        except Exception:
            _log.error({"event": "worker"}, exc_info=True)
            stop.wait(PAUSE)
