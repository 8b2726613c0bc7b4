"""Flows of several steps, driven by DBOS: what a step came to is kept, and whoever takes a flow up goes on after it.

What is asked for is a row of ours, written with its journal entry: a flow bears the row's id, so that it is begun once
however often somebody sees the row. DBOS keeps its own tables beside ours: in the schema `flows` on PostgreSQL, in a
second file on SQLite, where its writers would wait for ours. It reaches for nothing else: no account, no telemetry.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from server import clock
from server.flow import executors
from server.store.store import Store

VERSION = "1"
"""Of the flows: an other one where the steps of a flow change, so that none is gone on with by code that is not its."""

LOOK = 0.5  # seconds between two looks for what was asked for
PAUSE = 2  # seconds before the next try where the database is down
TICK = "*/5 * * * * *"  # every five seconds: what is due
ENDS = 10  # seconds for the steps that are being done when the process is to end
KEPT = timedelta(hours=1)  # for so long it is known which ticks there were
SWEPT = 1_000  # ticks that are forgotten at once
SHARES = 10  # looks at old ticks while one is kept

_log = logging.getLogger("proofolio")


class Stopped(BaseException):
    """The process ends: the flow goes on elsewhere. No Exception, which would be the flow's end."""


@dataclass(frozen=True, slots=True)
class Flow:
    """`asked`: ids of what was asked for and not begun. `step`: a step of what has this id, and whether another one
    follows; None where it cannot be done yet. `failed`: what is to be done where a step raised; True."""

    name: str
    asked: Callable[[], Sequence[str]]
    step: Callable[[str], bool | None]
    failed: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to look after now and then; doing it again does no harm."""

    name: str
    done: Callable[[], None]


@contextmanager
def flowing(
    store: Store, url: str, flows: Sequence[Flow], duties: Sequence[Duty], lease: timedelta
) -> Iterator[Callable[[], bool]]:
    """This process drives such flows meanwhile; the value says whether it is the first of all that do. At the end, what
    it drove is there for others at once."""
    stop, name = Event(), clock.fresh("exec")
    executors.beaten(store, name)
    logging.getLogger("dbos").addHandler(logging.NullHandler())  # else it writes to the terminal
    DBOS(config=_config(url, name))
    begin = [(flow, _driven(flow, stop)) for flow in flows]
    tick = _ticking(duties)
    DBOS.launch()
    DBOS.apply_schedules([{"schedule_name": "tick", "workflow_fn": tick, "schedule": TICK}])
    threads = [
        Thread(target=_again, args=(stop, LOOK, lambda: _begun(begin)), daemon=True),
        Thread(
            target=_again, args=(stop, lease.total_seconds() / 4, lambda: _followed(store, name, lease)), daemon=True
        ),
        Thread(target=_again, args=(stop, KEPT.total_seconds() / SHARES, _swept), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield lambda: executors.leads(store, name, lease)
    finally:
        stop.set()
        for thread in threads:
            thread.join(2 * LOOK)
        _ended(store, name)  # another one leads now, while our last steps end
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=ENDS)
        _ended(store, name)


def database(url: str) -> str:
    """Where DBOS keeps its tables, for a store at this URL."""
    made = make_url(url)
    if made.get_backend_name() != "sqlite":
        return url
    return made.set(database=f"{str(made.database).removesuffix('.sqlite')}-flows.sqlite").render_as_string(False)


def _config(url: str, name: str) -> DBOSConfig:
    return {
        "name": "proofolio",
        "application_version": VERSION,
        "executor_id": name,
        "system_database_url": database(url),
        "dbos_system_schema": "flows",
        "sys_db_pool_size": 4,
        "use_listen_notify": False,
        "enable_otlp": False,
        "log_level": "CRITICAL",  # its lines quote what a flow was asked
        "scheduler_polling_interval_sec": 5,
    }


# --- what DBOS runs ----------------------------------------------------------------------------


def _driven(flow: Flow, stop: Event) -> Callable[[str], None]:
    @DBOS.step(name=f"{flow.name} step")
    def step(name: str) -> bool:
        return _patient(stop, lambda: flow.step(name))

    @DBOS.step(name=f"{flow.name} failed")
    def failed(name: str) -> bool:
        return _patient(stop, lambda: flow.failed(name))

    @DBOS.workflow(name=flow.name)
    def whole(name: str) -> None:
        try:
            while step(name):
                pass
        except Exception:
            _log.error({"event": "fault", "flow": name}, exc_info=True)
            failed(name)

    return whole


def _ticking(duties: Sequence[Duty]) -> Callable[[datetime, Any], None]:
    @DBOS.step(name="duty")
    def duty(number: int) -> None:
        """Whatever is wrong with one keeps no other from being done, and it is done again with the next tick."""
        try:
            duties[number].done()
        except Exception:
            _log.error({"event": "fault", "duty": duties[number].name}, exc_info=True)

    @DBOS.workflow(name="tick")
    def tick(due: datetime, _context: Any) -> None:
        for number in range(len(duties)):
            duty(number)

    return tick


def _patient(stop: Event, act: Callable[[], bool | None]) -> bool:
    """What it says, once it says something."""
    while True:
        pause = LOOK
        try:
            if (said := act()) is not None:
                return said
        except OperationalError:
            _log.error({"event": "flow"}, exc_info=True)
            pause = PAUSE
        if stop.wait(pause):
            raise Stopped


# --- what goes on beside -----------------------------------------------------------------------


def _again(stop: Event, seconds: float, act: Callable[[], None]) -> None:
    while not stop.wait(seconds):
        try:
            act()
        except Exception:
            _log.error({"event": "flow"}, exc_info=True)


def _begun(flows: Sequence[tuple[Flow, Callable[[str], None]]]) -> None:
    for flow, whole in flows:
        for name in flow.asked():
            with SetWorkflowID(name):
                DBOS.start_workflow(whole, name)


def _followed(store: Store, name: str, lease: timedelta) -> None:
    """We are heard of, and go on with what the silent ones drove."""
    executors.beaten(store, name, lease=lease)
    for silent in executors.claimed(store, lease):
        for flow in DBOS.list_workflows(status="PENDING", executor_id=silent, load_input=False, load_output=False):
            DBOS.resume_workflow(flow.workflow_id)
        executors.forgotten(store, silent)


def _ended(store: Store, name: str) -> None:
    """Where the database is down, we are silent instead."""
    try:
        executors.beaten(store, name, executors.GONE)
    except OperationalError:
        _log.error({"event": "flow"}, exc_info=True)


def _swept() -> None:
    """Ticks are many, and nobody asks for old ones."""
    until = (datetime.now(UTC) - KEPT).isoformat()
    old = DBOS.list_workflows(
        name="tick", status=["SUCCESS", "ERROR"], end_time=until, limit=SWEPT, load_input=False, load_output=False
    )
    if old:
        DBOS.delete_workflows([each.workflow_id for each in old])
