"""`proofolio migrate`: the service's tables brought to a revision, apart from its start."""

import argparse
from dataclasses import dataclass

from server.cli.exits import Exit
from server.cli.problem import bad_file
from server.cli.serve import environment, readable
from server.cli.show.answers import printed
from server.log import journal
from server.store import migrate
from server.store.store import Store, store


@dataclass(frozen=True, slots=True)
class MigrateAnswer:
    """`answer`: "current", or "behind" where the code does not work on the tables; `have`: the revision that they are
    at, null where there are none; `want`: the one that the code was written for."""

    answer: str
    have: str | None
    want: str


def arguments(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--to", metavar="REV", help="to this revision, forward or back (the newest)")
    which.add_argument("--down", action="store_true", help="one revision back")
    which.add_argument("--check", action="store_true", help="only say where the tables stand")


def run(arguments: argparse.Namespace) -> int:
    known = environment()
    with readable(known):
        found = store(known.database)
        if not arguments.check:
            _moved(found, arguments.to, down=arguments.down)
        have, want = migrate.pending(found)
    answer = MigrateAnswer("current" if migrate.works(have, want) else "behind", have, want)
    if not printed(answer, as_json=arguments.json):
        print(f"the tables are at revision {have or 'none'}, the code was written for {want}: {answer.answer}")
    return Exit.PASS if answer.answer == "current" or not arguments.check else Exit.STOP


def _moved(found: Store, to: str | None, *, down: bool) -> None:
    have, _ = migrate.pending(found)
    if down and have is None:
        raise bad_file("database", "it has no tables to take back", "name another database, or run it without --down")
    target = migrate.previous(str(have)) if down else to or "head"
    if target == migrate.EMPTY and have is not None and (entries := _entries(found)):
        what = f"its log has {entries} entries, and without any table they would be gone"
        raise bad_file("database", what, "no verb forgets a log: export it, and begin with an empty database")
    migrate.migrated(found, target)


def _entries(found: Store) -> int:
    with found.reading() as session:
        return journal.size(session)
