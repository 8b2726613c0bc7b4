"""`proofolio export`: everything that an instance of the service knows, to be taken elsewhere."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.cli.exits import Exit
from server.cli.problem import bad_file
from server.cli.serve import environment, readable
from server.cli.show.answers import printed
from server.log import signer
from server.ops import export
from server.ops.everything import About, CarryError
from server.ops.parcel import ParcelError
from server.running import SIGNER
from server.store.store import store


@dataclass(frozen=True, slots=True)
class CarriedAnswer:
    """`answer`: "exported" or "imported"; `file`: from or to where; `log_size`, `log_root`: of the log, hex; `rows`: by
    table."""

    answer: str
    file: str
    log_size: int
    log_root: str
    rows: dict[str, int]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--everything", metavar="F", required=True, help="the file to write, .zip, or else a folder")
    parser.add_argument("--with-signer", action="store_true", help="with the signing key, which is a secret")


def run(arguments: argparse.Namespace) -> int:
    known, to = environment(), Path(arguments.everything)
    if not (known.data / SIGNER / signer.KEY).exists():
        raise bad_file(str(known.data), "no service has begun here", "name its data in PROOFOLIO_DATA_DIR")
    if not to.parent.is_dir() or to.exists():
        raise bad_file(str(to), "it exists already, or its folder does not", "name a file that is to be made")
    with readable(known), carried(to):
        by = signer.signer(known.data / SIGNER, known.origin)
        about = export.exported(store(known.database), by, to, key=arguments.with_signer)
    return said("exported", to, about, as_json=arguments.json)


@contextmanager
def carried(file: Path) -> Iterator[None]:
    try:
        yield
    except (CarryError, ParcelError) as error:
        raise bad_file(str(file), str(error), "see docs/operations.md") from None


def said(answer: str, file: Path, about: About, *, as_json: bool) -> int:
    rows = {name: number for name, number in about.rows.items() if number}
    if not printed(CarriedAnswer(answer, str(file), about.size, about.root, rows), as_json=as_json):
        print(f"{answer}: {sum(rows.values()):,} rows of {len(rows)} tables; the log has {about.size:,} entries and")
        print(f"the root {about.root}")
    return Exit.PASS
