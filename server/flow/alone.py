"""What one process does for all: the first of those that drive flows, and the next one when that is gone."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event

from sqlalchemy.exc import OperationalError

from server.threads import beside

PAUSE = 1.0  # seconds between two looks at who is the first

_log = logging.getLogger("proofolio")


@contextmanager
def alone(leads: Callable[[], bool], work: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """`work` goes on in this process meanwhile, for as long as it `leads`."""
    with beside(lambda stop: _alone(stop, leads, work), ends=2 * PAUSE):
        yield


def _alone(stop: Event, leads: Callable[[], bool], work: Callable[[], AbstractContextManager[None]]) -> None:
    while not stop.is_set():
        try:
            if leads():
                with work():
                    while not stop.wait(PAUSE) and _still(leads):
                        pass
        except Exception:
            _log.error({"event": "flow"}, exc_info=True)
        stop.wait(PAUSE)


def _still(leads: Callable[[], bool]) -> bool:
    """Where nobody can tell, since the database restarts, it goes on: twice does no harm, and to begin anew costs."""
    try:
        return leads()
    except OperationalError:
        _log.error({"event": "flow"}, exc_info=True)
        return True
