"""`proofolio export`: everything that an instance of the service knows, to be taken elsewhere; or the records of a
period with their proofs, for whoever examines them."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from server import clock, running
from server.auth.credentials import Principal
from server.auth.roles import Role
from server.cli.exits import Exit
from server.cli.problem import bad_file
from server.cli.serve import environment, readable
from server.cli.show.answers import printed
from server.desk.exam import export as records
from server.desk.exam.export import NotSeenError, Wanted
from server.desk.exam.scope import NotThereError
from server.log import signer
from server.ops import export
from server.ops.everything import About, CarryError
from server.ops.parcel import ParcelError
from server.running import SIGNER
from server.settings import Settings
from server.store.store import store


@dataclass(frozen=True, slots=True)
class CarriedAnswer:
    """`answer`: "exported" or "imported"; `file`: from or to where; `log_size`, `log_root`: of the log, hex; `rows`: by
    table, and not of tables without any."""

    answer: str
    file: str
    log_size: int
    log_root: str
    rows: dict[str, int]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", metavar="FILE", help="the zip to write, with the records of a period")
    parser.add_argument("--from", dest="first", metavar="D", help="the first day, such as 2026-01-01 (UTC)")
    parser.add_argument("--to", dest="last", metavar="D", help="the last day, this one included")
    parser.add_argument("--household", metavar="H", help="of this household")
    parser.add_argument("--account", metavar="A", help="of this account; of all without either")
    parser.add_argument("--seen", type=int, metavar="SIZE", help="prove that the log grew from what was seen last")
    parser.add_argument("--role", action="append", default=[], metavar="R", help="for these eyes (regulator)")
    parser.add_argument("--everything", metavar="F", help="instead: all that there is, into F, .zip, or else a folder")
    parser.add_argument("--with-signer", action="store_true", help="with the signing key, which is a secret")


def run(arguments: argparse.Namespace) -> int:
    if (arguments.everything is None) == (arguments.file is None):
        raise bad_file("arguments", "neither a FILE nor --everything F, or both", "give the one or the other")
    known, to = environment(), Path(arguments.everything or arguments.file)
    if not (known.data / SIGNER / signer.KEY).exists():
        raise bad_file(str(known.data), "no service has begun here", "name its data in PROOFOLIO_DATA_DIR")
    if not to.parent.is_dir() or to.exists():
        raise bad_file(str(to), "it exists already, or its folder does not", "name a file that is to be made")
    if arguments.file is not None:
        return _records(arguments, known, to)
    with readable(known), carried(to):
        by = signer.signer(known.data / SIGNER, known.origin)
        about = export.exported(store(known.database), by, to, key=arguments.with_signer)
    return said("exported", to, about, as_json=arguments.json)


def _records(arguments: argparse.Namespace, known: Settings, to: Path) -> int:
    wanted = _wanted(arguments)
    with readable(known):
        service = running.opened(known)
        try:
            with _whole(to) as file:
                done = records.written(service, wanted, file)
        except NotThereError as error:
            raise bad_file("arguments", str(error), "name one of a snapshot") from None
        except NotSeenError as error:
            raise bad_file("--seen", str(error), "give the size of a checkpoint of this log") from None
        finally:
            service.store.engine.dispose()
    rows = {name: number for name, number in done.rows.items() if number}
    answer = CarriedAnswer("exported", str(to), done.state.size, done.state.root.hex(), rows)
    if not printed(answer, as_json=arguments.json):
        print(
            f"exported: {done.rows['proposals']:,} proposals, {done.rows['orders']:,} orders; see 00-totals.csv in it"
        )
    return Exit.PASS


def _wanted(arguments: argparse.Namespace) -> Wanted:
    first, last = _day("--from", arguments.first), _day("--to", arguments.last)
    if last < first:
        raise bad_file("--to", f"{last} is before {first}", "give the last day of the period")
    if arguments.seen is not None and arguments.seen < 0:
        raise bad_file("--seen", f"{arguments.seen} is no size", "give the size of a checkpoint of this log")
    roles = set(arguments.role or [Role.REGULATOR])
    odd = sorted(roles - set(Role))
    if odd:
        raise bad_file("--role", f"there is no role `{odd[0]}`", f"give one of {', '.join(Role)}")
    who = Principal("", "", frozenset(map(Role, roles)), None)
    return Wanted(who, arguments.household, arguments.account, first, last, arguments.seen)


def _day(name: str, said: str | None) -> date:
    found = None if said is None else clock.day(said)
    if found is None:
        what = "it is not given" if said is None else f"`{said}` is no day"
        raise bad_file(name, what, "give a day, such as 2026-01-31")
    return found


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there when the block ends, and for its owner alone."""
    beside = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


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
