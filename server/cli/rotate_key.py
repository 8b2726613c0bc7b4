"""`proofolio rotate-key`: a new key for the service's log, or the end of the one before it."""

import argparse
import getpass
import sys
from dataclasses import dataclass

from server import clock
from server.cli.exits import Exit
from server.cli.problem import bad_file
from server.cli.serve import environment, readable
from server.cli.show.answers import printed
from server.log import rotation, signer
from server.log.keyring import verifier_of
from server.running import SIGNER
from server.store.store import store


@dataclass(frozen=True, slots=True)
class RotateKeyAnswer:
    """`answer` is "rotated" or "retired"; `signing`: the keys that sign the log now, the newest first."""

    answer: str
    signing: tuple[str, ...]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--retire", action="store_true", help="end the key before the newest, which signs beside it")


def run(arguments: argparse.Namespace) -> int:
    known = environment()
    folder = known.data / SIGNER
    if not (folder / signer.KEY).exists():
        raise bad_file(str(folder), "no service has begun here", "name its data in PROOFOLIO_DATA_DIR")
    change = rotation.retired if arguments.retire else rotation.rotated
    with readable(known):
        by = signer.signer(folder, known.origin)
        ring = change(store(known.database), by, getpass.getuser(), clock.now())
    keys = tuple(verifier_of(by.origin, key.seed).text for key in ring.signing)
    if not printed(RotateKeyAnswer("retired" if arguments.retire else "rotated", keys), as_json=arguments.json):
        said = "is retired; one key signs:" if arguments.retire else "stays beside the new one, until --retire:"
        print(f"the key before {said}", *keys, "give examiners the new card: `proofolio trust-card`", sep="\n")
        sys.stdout.flush()
    return Exit.PASS
