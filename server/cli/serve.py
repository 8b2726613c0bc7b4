"""`proofolio serve`: the HTTP API, on a database of its own unless the environment names another."""

import argparse
import gc
import sys
from dataclasses import dataclass

import uvicorn
from sqlalchemy.exc import OperationalError

from server import running
from server.app import app
from server.cli.exits import Exit
from server.cli.problem import bad_file
from server.cli.show.answers import printed
from server.log.signer import SignerError
from server.settings import SettingsError, settings


@dataclass(frozen=True, slots=True)
class ServeAnswer:
    """What is said at the start: `answer` is "serving". `first_key`: the file of the first administrator's key, until
    that made another."""

    answer: str
    address: str
    first_key: str | None


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help="the address to listen at (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8080, metavar="P", help="the port to listen at (8080)")


def run(arguments: argparse.Namespace) -> int:
    gc.enable()  # the other verbs end soon; this one does not
    try:
        opened = running.opened(settings())
    except SettingsError as error:
        raise bad_file("environment", str(error), "see docs/service.md") from None
    except SignerError as error:
        raise bad_file("signer", str(error), "see docs/service.md") from None
    except OperationalError as error:
        raise bad_file("database", str(error.orig).strip(), "look at PROOFOLIO_DATABASE_URL") from None
    first = running.first_key(opened.settings)
    address = f"http://{arguments.host}:{arguments.port}"
    answer = ServeAnswer("serving", address, str(first) if first.exists() else None)
    if not printed(answer, as_json=arguments.json):
        print(f"serving {address}; the data is in {opened.settings.data}", file=sys.stderr)
        if answer.first_key is not None:
            print(
                f"the first administrator's key is in {first}: it makes one other key, and is then dead",
                file=sys.stderr,
            )
    sys.stdout.flush()
    uvicorn.run(app(opened), host=arguments.host, port=arguments.port, log_level="warning", server_header=False)
    return Exit.PASS
