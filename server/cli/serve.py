"""`proofolio serve`: the HTTP API, on a database of its own unless the environment names another."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from socket import create_connection, socket
from threading import Thread
from time import sleep

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from uvicorn import Server

from server import lines, listen, running
from server.app import app
from server.children import LOOK, asked_to_end, looked_after, orphaned, stays
from server.cli.exits import Exit
from server.cli.problem import bad_file
from server.cli.show.answers import printed
from server.flow import apart, worker
from server.flow.driving import driving
from server.log.signer import SignerError
from server.running import Service
from server.settings import Settings, SettingsError, settings
from server.store.migrate import RevisionError

PORTS = range(2**16)
NUMBERS = range(1, 100)  # processes


@dataclass(frozen=True, slots=True)
class ServeAnswer:
    """What is said at the start: `answer` is "serving". `first_key`: the file of the first administrator's key, until
    that made another."""

    answer: str
    address: str
    first_key: str | None


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help="the address to listen at (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8080, metavar="P", help="the port; 0 is any that is free (8080)")
    parser.add_argument("--processes", type=int, default=1, metavar="N", help="how many processes answer (1)")
    parser.add_argument("--below", type=int, help=argparse.SUPPRESS)  # the process that looks after this one


def run(arguments: argparse.Namespace) -> int:
    stays()
    known = environment()
    if arguments.processes not in NUMBERS:
        raise bad_file("--processes", f"{arguments.processes} processes", f"give a number from 1 to {NUMBERS[-1]}")
    if arguments.below is not None:
        with readable(known), listen.shared(arguments.host, arguments.port) as at:
            _serve(running.opened(known), at, arguments.below)
        return Exit.PASS
    with listening(arguments.host, arguments.port) as at:
        with readable(known):
            opened = running.opened(known)
        port = at.getsockname()[1]
        if arguments.processes == 1:
            _say(opened, listen.address(at), as_json=arguments.json)
            _serve(opened, at)
            return Exit.PASS
    opened.store.engine.dispose()
    with listen.shared(arguments.host, port) as kept:  # so that the port stays ours while no process has it
        Thread(target=_say_when_answered, args=(opened, kept, arguments.json), daemon=True).start()
        words = ["serve", "--host", arguments.host, "--port", str(port)]
        looked_after(words, arguments.processes, asked_to_end())
    return Exit.PASS


def _say_when_answered(opened: Service, kept: socket, as_json: bool) -> None:
    while True:
        try:
            create_connection(kept.getsockname()[:2], LOOK).close()
        except OSError:
            sleep(LOOK / 10)
        else:
            _say(opened, listen.address(kept), as_json=as_json)
            return


def _serve(opened: Service, at: socket, parent: int | None = None) -> None:
    """Until it is asked to end, or whoever looks after it is gone."""
    server = listen.server(app(opened))
    lines.begun()
    if parent is not None:
        Thread(target=_outlived, args=(server, parent), daemon=True).start()
    stop = asked_to_end()  # uvicorn raises the signal that ended it once more, which would be our end at once
    with _working(opened):
        if not stop.is_set():
            server.run([at])
    opened.instruments.ended()


@contextmanager
def _working(opened: Service) -> Iterator[None]:
    """Flows are driven meanwhile, and proposals worked on in processes of their own."""
    known = opened.settings
    with ExitStack() as ends:
        if known.workers:
            ends.enter_context(driving(opened))
        for _ in range(known.workers):
            ends.enter_context(apart.kept(known, worker.work))
        yield


def _outlived(server: Server, parent: int) -> None:
    while not orphaned(parent):
        sleep(LOOK)
    server.should_exit = True


def environment() -> Settings:
    try:
        return settings()
    except SettingsError as error:
        raise bad_file("environment", str(error), "see docs/service.md") from None


def listening(host: str, port: int) -> socket:
    if port not in PORTS:
        raise bad_file("--port", f"{port} is no port", f"give one from 0 to {PORTS[-1]}")
    try:
        return listen.listening(host, port)
    except OSError as error:
        raise bad_file(f"{host}:{port}", _lower(error), "give a --host and a --port that are free here") from None


@contextmanager
def readable(known: Settings) -> Iterator[None]:
    """What is wrong with where the data lies is told in a line, without the address of a database: it may hold a
    password."""
    try:
        yield
    except SignerError as error:
        raise bad_file("signer", str(error), "see docs/service.md") from None
    except RevisionError as error:
        raise bad_file("database", str(error), "run `proofolio migrate` of this version") from None
    except OSError as error:
        place = str(error.filename or known.data)
        raise bad_file(place, _lower(error), "let PROOFOLIO_DATA_DIR name a folder that can be written") from None
    except DBAPIError as error:
        raise bad_file("database", _first_line(str(error.orig)), "look at PROOFOLIO_DATABASE_URL") from None
    except CommandError as error:
        raise bad_file("database", str(error), "a newer version made it; run that one, or an empty database") from None
    except (SQLAlchemyError, ValueError):
        form = "write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME"
        raise bad_file("environment", "PROOFOLIO_DATABASE_URL cannot be read", form) from None


def _lower(error: OSError) -> str:
    said = (error.strerror or str(error)).partition(" (")[0]
    return said[:1].lower() + said[1:]


def _first_line(said: str) -> str:
    return next(iter(said.strip().splitlines()), "it cannot be opened")


def _say(opened: Service, address: str, *, as_json: bool) -> None:
    first = running.first_key(opened.settings)
    key = str(first) if first.exists() else None
    if not printed(ServeAnswer("serving", address, key), as_json=as_json):
        print(f"serving {address}; the data is in {opened.settings.data}", file=sys.stderr)
        if key is not None:
            print(
                f"the first administrator's key is in {key}: it makes one other key, and is then dead", file=sys.stderr
            )
    sys.stdout.flush()
