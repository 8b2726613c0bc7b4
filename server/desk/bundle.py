"""An answer and its proof as one file, by the log in a folder of one's own: logged before the search began, logged
again with what came of it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from policy.proof.bundle import statement
from policy.proof.entry import SALT, Kind, Payload, commitment
from server.clock import now
from server.desk import decision
from server.desk.assembled import assembled
from server.desk.decision import Run
from server.desk.prepare import Task
from server.desk.propose import Answer
from server.log import local
from server.log.events import Event, entry_of
from server.log.local import Record

SIGNED_AFTER = frozenset({Kind.RUN_START, Kind.PROPOSAL, Kind.NO_TRADE})
MOST_KEPT = 16  # states


@dataclass(frozen=True, slots=True)
class Begun:
    """A search, and where in the log it is spoken of. `places`: indices by name."""

    run: Run
    places: Mapping[str, int]


def started(known: Record, task: Task, actor: str) -> tuple[Record, Begun]:
    """The rules, the data and the run are in the log before its result is known. Rules that the log has as in force
    already are not entered again."""
    run = decision.run_of(task, f"run-{os.urandom(6).hex()}", actor)
    places, time = _in_force(known, run.rules), now()
    events = {
        "rules": Event("rulebook.activated", "rules", "rules in force", actor, None, rules=run.rules),
        "snapshot": Event(
            "snapshot.sealed", "data", f"book as of {task.book.as_of}", actor, None, snapshot=run.snapshot
        ),
        "run": decision.begun(run, "runs"),
    }
    new = {what: entry_of(event, time) for what, event in events.items() if what not in places}
    places |= {what: at for at, what in enumerate(new, start=len(known.log.entries))}
    return local.entered(known, new.values()), Begun(run, places)


def filed(
    known: Record, task: Task, begun: Begun, answer: Answer, charts: Mapping[str, str]
) -> tuple[Record, bytes] | None:
    """The log with the decision in it, and the bundle, which lies in the log's folder too, with the salt that opens
    the decision; None where nothing is proven that could be filed."""
    run = begun.run
    files = decision.files(task, run, answer, now(), charts)
    if files is None:
        return None
    body, salt = statement(files), os.urandom(SALT)
    event = decision.filed(run, answer, files, "decisions")
    made = entry_of(event, now(), Payload(commitment(salt, body), len(body), event.media))

    def bundle(grown: Record) -> bytes:
        places = {**begun.places, "entry": grown.log.signed.size - 1}
        return assembled(files, grown, places, salt, _seen(grown), local.card(grown))

    return local.entered_with(known, [made], f"{run.name}.proof.zip", bundle)


def _in_force(known: Record, rules: str) -> dict[str, int]:
    """Where the log has these rules as those in force; empty where it has others, or none."""
    last = max((at for at, entry in enumerate(known.log.entries) if entry.kind is Kind.RULES), default=None)
    return {} if last is None or known.log.entries[last].rules != rules else {"rules": last}


def _seen(known: Record) -> list[int]:
    """Sizes at which the log was signed, the first and the latest: whoever kept one of these states can tell that the
    log only grew since."""
    signed = [place for place, entry in enumerate(known.log.entries, start=1) if entry.kind in SIGNED_AFTER]
    return [1, *signed[-MOST_KEPT - 1 : -1]]
