"""`proofolio worker`: processes that work on what a service was asked for, on the same settings and without HTTP.

Each worker is a process of its own: the judge is Python, of which one process uses one core however many threads it
has. The process that was called only looks after them; one that dies is followed by another.
"""

import argparse
import sys
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

from server import lines, running
from server.children import LOOK, asked_to_end, looked_after, orphaned, stays
from server.cli.exits import Exit
from server.cli.problem import bad_file
from server.cli.serve import environment, readable
from server.cli.show.answers import printed
from server.flow.driving import driving
from server.flow.queue import LEASE
from server.flow.worker import working
from server.settings import Settings

NUMBERS = range(1, 100)
LEASES = range(1, 3601)  # seconds


@dataclass(frozen=True, slots=True)
class WorkerAnswer:
    """What is said at the start: `answer` is "working"; `number`: of processes."""

    answer: str
    number: int


def arguments(parser: argparse.ArgumentParser) -> None:
    whole = int(LEASE.total_seconds())
    parser.add_argument("--number", type=int, default=1, metavar="N", help="how many processes (1)")
    lease = f"seconds of silence after which a worker's work is another's ({whole})"
    parser.add_argument("--lease", type=int, default=whole, metavar="S", help=lease)
    parser.add_argument("--below", type=int, help=argparse.SUPPRESS)  # the process that looks after this one


def run(arguments: argparse.Namespace) -> int:
    if arguments.number not in NUMBERS:
        raise bad_file("--number", f"{arguments.number} processes", f"give a number from 1 to {NUMBERS[-1]}")
    if arguments.lease not in LEASES:
        raise bad_file("--lease", f"{arguments.lease} seconds", f"give seconds from 1 to {LEASES[-1]}")
    stop, known = asked_to_end(), environment()
    if arguments.below is not None:
        _work(known, timedelta(seconds=arguments.lease), arguments.below, stop)
        return Exit.PASS
    with readable(known):
        running.opened(known).store.engine.dispose()
    if not printed(WorkerAnswer("working", arguments.number), as_json=arguments.json):
        print(f"working: {arguments.number} processes", file=sys.stderr)
    sys.stdout.flush()
    looked_after(["worker", "--lease", str(arguments.lease)], arguments.number, stop)
    return Exit.PASS


def _work(known: Settings, lease: timedelta, parent: int, stop: Event) -> None:
    """Until it is asked to end, or whoever looks after it is gone."""
    stays()
    lines.begun()
    with readable(known):
        service = running.opened(known)
    with driving(service, lease), working(service, 1, lease):
        while not stop.wait(LOOK) and not orphaned(parent):
            pass
    service.instruments.ended()
