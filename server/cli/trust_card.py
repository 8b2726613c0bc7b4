"""`proofolio trust-card`: what an examiner should be given of the service's log, by another way than the bundles."""

import argparse
import sys
from dataclasses import dataclass

from server.cli.exits import Exit
from server.cli.problem import bad_file
from server.cli.serve import environment, readable
from server.cli.show.answers import printed
from server.log import signer
from server.running import SIGNER
from server.store.store import store


@dataclass(frozen=True, slots=True)
class TrustCardAnswer:
    """`answer` is "card"; `card`: its text, the log's key and its state now."""

    answer: str
    card: str


def arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none: the environment says where the service's data is."""


def run(arguments: argparse.Namespace) -> int:
    known = environment()
    folder = known.data / SIGNER
    if not (folder / signer.KEY).exists():
        raise bad_file(str(folder), "no service has begun here", "name its data in PROOFOLIO_DATA_DIR")
    with readable(known):
        card = signer.card(store(known.database), signer.signer(folder, known.origin))
    answer = TrustCardAnswer("card", card.decode())
    if not printed(answer, as_json=arguments.json):
        sys.stdout.write(answer.card)
    return Exit.PASS
