"""`proofolio witness`: a process that cosigns the states of other people's logs, as long as they only grow."""

import argparse
import gc
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from policy.proof.note import ED25519, NoteError, Verifier, verifier
from server import lines, listen
from server.api.witness import app
from server.cli.exits import Exit
from server.cli.problem import bad_file
from server.cli.serve import listening
from server.cli.show.answers import printed
from server.log import witness
from server.log.witness import WitnessError


@dataclass(frozen=True, slots=True)
class WitnessAnswer:
    """What is said at the start: `answer` is "witnessing". `key`: by which its cosignatures are known; `logs`: the
    names of those that it knows."""

    answer: str
    address: str
    key: str
    logs: tuple[str, ...]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="what the witness is called in its signatures, such as example.com/witness")
    log = "the key of a log, NAME+ID+KEY as on its trust card; again for more logs, or for another key of one"
    parser.add_argument("--key", action="append", required=True, metavar="KEY", help=log)
    parser.add_argument("--origin", metavar="O", help="what that log is called, where that is not its key's name")
    data = "the folder of its key and its memory (~/.proofolio/witness)"
    parser.add_argument("--data", type=Path, default=Path("~/.proofolio/witness"), metavar="FOLDER", help=data)
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help="the address to listen at (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8090, metavar="P", help="the port; 0 is any that is free (8090)")


def run(arguments: argparse.Namespace) -> int:
    gc.enable()
    logs = _logs(arguments.key, arguments.origin)
    try:
        by = witness.witness(arguments.data.expanduser(), arguments.name, logs)
        text = by.verifier.text
        verifier(text)
    except (WitnessError, NoteError) as error:
        raise bad_file("witness", str(error), "see docs/service.md") from None
    except OSError as error:
        raise bad_file(str(arguments.data), str(error.strerror).lower(), "name a folder that can be written") from None
    with listening(arguments.host, arguments.port) as at:
        said = WitnessAnswer("witnessing", listen.address(at), text, tuple(sorted(logs)))
        if not printed(said, as_json=arguments.json):
            print(f"witnessing at {said.address}; put this on the card of whoever trusts it:", file=sys.stderr)
            print(f"witness {arguments.name.replace('/', '-')} {text} {said.address}", file=sys.stderr)
        sys.stdout.flush()
        lines.begun()
        listen.server(app(by)).run([at])
    return Exit.PASS


def _logs(keys: list[str], origin: str | None) -> dict[str, tuple[Verifier, ...]]:
    found: dict[str, list[Verifier]] = defaultdict(list)
    for text in keys:
        try:
            key = verifier(text)
        except NoteError as error:
            raise bad_file("--key", str(error), "copy it from the log's trust card") from None
        if key.kind != ED25519:
            raise bad_file("--key", f"`{key.name}` is a witness's key", "give the key of a log")
        found[origin or key.name].append(key)
    return {name: tuple(known) for name, known in found.items()}
