"""`proofolio import`: what another instance exported, into one on which nothing happened yet."""  # noqa: N999  # the verb is its name

import argparse
from pathlib import Path

from server.cli.export import carried, said
from server.cli.problem import bad_file
from server.cli.serve import environment, readable
from server.ops import restore
from server.running import OWN, SIGNER
from server.store.store import store


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--everything", metavar="F", required=True, help="the file or folder that was exported")


def run(arguments: argparse.Namespace) -> int:
    known, path = environment(), Path(arguments.everything)
    if not path.exists():
        raise bad_file(str(path), "it is not there", "name what `proofolio export --everything` wrote")
    with readable(known), carried(path):
        known.data.mkdir(mode=OWN, parents=True, exist_ok=True)
        about = restore.imported(store(known.database), known.data, known.data / SIGNER, known.origin, path)
    return said("imported", path, about, as_json=arguments.json)
