"""`proofolio rotate-key`: a new key for the service's log, or the end of one that was replaced, or stolen."""

import argparse
import getpass
import sys
from dataclasses import dataclass

from policy.proof.note import NoteError, decimal, verifier
from server import clock
from server.cli.exits import Exit
from server.cli.problem import bad_file
from server.cli.serve import environment, readable
from server.cli.show.answers import printed
from server.log import rotation, signer
from server.log.keyring import Keyring, verifier_of
from server.log.signer import Signer
from server.running import SIGNER
from server.store.store import Store, store

SAID = {
    "rotated": "the key before stays beside the new one, until --retire:",
    "retired": "the key before is retired; one key signs:",
    "stolen": "what was stolen signs nothing any more, and the log says so; what signs:",
}


@dataclass(frozen=True, slots=True)
class RotateKeyAnswer:
    """`answer` is "rotated", "retired" or "stolen"; `signing`: the keys that sign the log now, the newest first."""

    answer: str
    signing: tuple[str, ...]


def arguments(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--retire", action="store_true", help="end the key before the newest, which signs beside it")
    which.add_argument(
        "--stolen", metavar="KEY", nargs="?", const="", help="end every key that signs now, or a retired KEY"
    )
    parser.add_argument("--since", metavar="SIZE", type=_size, help="entries that the log had when it was stolen")


def run(arguments: argparse.Namespace) -> int:
    known = environment()
    folder = known.data / SIGNER
    if not (folder / signer.KEY).exists():
        raise bad_file(str(folder), "no service has begun here", "name its data in PROOFOLIO_DATA_DIR")
    if arguments.since is not None and arguments.stolen is None:
        raise bad_file("--since", "it says when a key was stolen", "give it with --stolen")
    answer = "retired" if arguments.retire else "rotated" if arguments.stolen is None else "stolen"
    with readable(known):
        by = signer.signer(folder, known.origin)
        ring = _changed(arguments, store(known.database), by)
    keys = tuple(verifier_of(by.origin, key.seed).text for key in ring.signing)
    if not printed(RotateKeyAnswer(answer, keys), as_json=arguments.json):
        print(SAID[answer], *keys, "give examiners the new card: `proofolio trust-card`", sep="\n")
        sys.stdout.flush()
    return Exit.PASS


def _changed(arguments: argparse.Namespace, store: Store, by: Signer) -> Keyring:
    actor, time = getpass.getuser(), clock.now()
    if arguments.retire:
        return rotation.retired(store, by, actor, time)
    if arguments.stolen is None:
        return rotation.rotated(store, by, actor, time)
    try:
        key = verifier(arguments.stolen) if arguments.stolen else None
    except NoteError as error:
        raise bad_file("--stolen", str(error), "name the key as the trust card does, or none") from None
    return rotation.stolen(store, by, actor, time, arguments.since, key)


def _size(text: str) -> int:
    try:
        return decimal(text)
    except NoteError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
