"""`proofolio propose`: orders towards the targets within every rule, with their proof; or why there are none."""

import argparse
import getpass
import os
from collections.abc import Collection, Mapping
from pathlib import Path

from policy.book.facts import Book
from policy.canonical import CanonicalError
from policy.ir.bound import Outcome
from policy.judge.redact import sees_all
from policy.proof.archive import ArchiveError, checked_path
from server import clock
from server.answer.proposal import ProposeAnswer, answer_of
from server.cli import disk, given, judge, rules
from server.cli.exits import OF_OUTCOME, Exit
from server.cli.problem import BadInput, bad_file
from server.cli.show import proposal as shown
from server.cli.show.answers import printed
from server.cli.show.terminal import output, progress
from server.cli.show.weights import charts
from server.desk import bundle
from server.desk.prepare import Task, prepared
from server.desk.propose import answered
from server.log import files, local
from solver.intent import Intent

HOME = "~/.proofolio/local-log"


def arguments(parser: argparse.ArgumentParser) -> None:
    judge.of_book(parser)
    parser.add_argument("--intent", metavar="I", help="what is wanted: a JSON file (docs/intent.schema.json)")
    parser.add_argument("--out", required=True, metavar="F", help="where the proof bundle goes, a .proof.zip")
    parser.add_argument("--picture", metavar="SVG", help="draw the weights before and after, too")
    parser.add_argument("--log", default=HOME, metavar="DIR", help=f"the local log and key, made on first use ({HOME})")
    parser.add_argument("--actor", metavar="NAME", help="who proposes; the name you are logged in with, without it")


def run(arguments: argparse.Namespace) -> int:
    for place in (arguments.out, arguments.picture):
        if place is not None:
            disk.room(place)
    library = rules.library(arguments.rules, quiet=arguments.json)
    book = given.on(given.book(arguments.book), arguments.as_of, arguments.known_at)
    rules.of_book(library, book)
    task = task_of(arguments.rules, book, given.intent(arguments.intent, book))
    log = Path(arguments.log).expanduser()
    picture = None if arguments.picture is None else Path(arguments.picture)
    answer = proposed(task, log, arguments.out, arguments.actor or _login(), picture, arguments.role)
    if not printed(answer, as_json=arguments.json):
        shown.show(answer, output())
    return ended(answer)


def ended(answer: ProposeAnswer) -> Exit:
    """A refusal stops; orders are as good as their verdict, which the intent may let need a consent."""
    return Exit.STOP if answer.after is None else OF_OUTCOME[Outcome(answer.after.answer)]


def task_of(paths: list[str], book: Book, intent: Intent) -> Task:
    """The rules under the paths that they have in a bundle, joined to the book."""
    try:
        return prepared(_named(paths), book, intent)
    except CanonicalError as error:
        raise given.not_canonical(error) from None


def proposed(
    task: Task, log: Path, out: str, actor: str, picture: Path | None = None, roles: Collection[str] = ()
) -> ProposeAnswer:
    """The answer, logged and, where there is something to prove, filed with its proof, and its picture beside it. A
    bundle stays with the log, and is copied out where these roles may see every rule that it names."""
    try:
        with files.held(log), progress("searching, judging and proving"):
            known, begun = bundle.started(local.opened(log, clock.now(), actor), task, actor)
            found = answered(task)
            drawn = charts(task, found)
            filed = bundle.filed(known, task, begun, found, drawn)
    except OSError as error:
        raise BadInput(disk.of_os(str(log), error)) from None
    except local.LogError as error:
        raise bad_file(str(log), str(error), "or name another folder with --log") from None
    open_to_all = sees_all(task.library, roles)
    if filed is not None and open_to_all:
        disk.write(out, filed[1])
    if picture is not None and drawn:
        disk.write(str(picture), drawn["weights"].encode())
    return answer_of(task, found, out if filed is not None and open_to_all else None, roles)


def _named(paths: list[str]) -> Mapping[str, str]:
    """Sources by their path below the folder that holds them all: what they are called in a bundle."""
    sources = given.sources(paths)
    places = [os.path.abspath(source.name) for source in sources]
    top = os.path.commonpath([os.path.dirname(place) for place in places])
    found: dict[str, str] = {}
    for place, source in zip(places, sources, strict=True):
        name = Path(place).relative_to(top).as_posix()
        try:
            found[checked_path(name)] = source.text
        except ArchiveError as error:
            raise bad_file(source.name, str(error), "rename the file: a bundle is opened on any system") from None
    return found


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
