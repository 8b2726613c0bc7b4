"""An answer and its proof as one file: logged before the search began, logged again with what came of it.

Only orders, and a proof that nothing is possible, are filed; a search that found nothing proves nothing.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction

from policy import canonical
from policy.book.facts import Order
from policy.ir import show
from policy.judge.eval import judge
from policy.proof import proposal as decided
from policy.proof.archive import packed
from policy.proof.bundle import Decision, Logged, committed, completed, rules_manifest, statement
from policy.proof.certificate import Certificate
from policy.proof.entry import SALT, Entry, Kind, Payload, commitment, entry_bytes
from policy.proof.local import growth, proven
from server.desk import intent
from server.desk.prepare import Task
from server.desk.propose import Answer, Proposed
from server.log import local
from server.log.local import Record
from solver.refusal import Impossible

SIGNED_AFTER = frozenset({Kind.RUN_START, Kind.PROPOSAL, Kind.INFEASIBLE})
MOST_KEPT = 16  # states
INTENT = "decision/intent.json"
"""What was wanted: the objective and the demands that are not rules follow from it."""


@dataclass(frozen=True, slots=True)
class Run:
    """One search: its name, who asked, and where in the log it is spoken of. `places`: indices by name."""

    name: str
    actor: str
    rules: str
    snapshot: str
    places: Mapping[str, int]


def now() -> str:
    """UTC with microseconds, as log entries say it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def started(known: Record, task: Task, actor: str) -> tuple[Record, Run]:
    """The rules, the data and the run are in the log before its result is known. Rules that the log has as in force
    already are not entered again."""
    rules, snapshot = canonical.digest(rules_manifest(_rules(task))), task.bound.book
    name, places = f"run-{os.urandom(6).hex()}", _in_force(known, rules)
    drafts = {
        "rules": _entry(Kind.RULES, "rules", "rules in force", actor, rules=rules),
        "snapshot": _entry(Kind.SNAPSHOT, "data", f"book as of {task.book.as_of}", actor, snapshot=snapshot),
        "run": _entry(Kind.RUN_START, "runs", "search for orders", actor, name, rules, snapshot),
    }
    new = {what: entry for what, entry in drafts.items() if what not in places}
    places |= {what: at for at, what in enumerate(new, start=len(known.log.entries))}
    return local.entered(known, new.values()), Run(name, actor, rules, snapshot, places)


def _in_force(known: Record, rules: str) -> dict[str, int]:
    """Where the log has these rules as those in force; empty where it has others, or none."""
    last = max((at for at, entry in enumerate(known.log.entries) if entry.kind is Kind.RULES), default=None)
    return {} if last is None or known.log.entries[last].rules != rules else {"rules": last}


def filed(
    known: Record, task: Task, run: Run, answer: Answer, charts: Mapping[str, str]
) -> tuple[Record, bytes] | None:
    """The log with the decision in it, and the bundle, which lies in the log's folder too, with the salt that opens
    the decision; None where nothing is proven that could be filed."""
    decision = _decision(task, run, answer, charts)
    if decision is None:
        return None
    files = {**committed(decision), INTENT: intent.written(task.intent).encode()}
    body, salt = statement(files), os.urandom(SALT)
    kind = Kind.PROPOSAL if isinstance(answer, Proposed) else Kind.INFEASIBLE
    made = replace(
        _entry(kind, "decisions", "orders" if isinstance(answer, Proposed) else "no orders", run.actor),
        run=run.name,
        payload=Payload(commitment(salt, body), len(body), "text/plain"),
        rules=run.rules,
        snapshot=run.snapshot,
    )
    return local.entered_with(
        known,
        [made],
        f"{run.name}.proof.zip",
        lambda grown: packed(completed(files, _logged(grown, run, salt), local.card(grown))),
    )


def _decision(task: Task, run: Run, answer: Answer, charts: Mapping[str, str]) -> Decision | None:
    pictures = {name: svg.encode() for name, svg in charts.items()}
    obligations = show.to_json(task.bound)
    if isinstance(answer, Proposed):
        kind, orders, point = decided.Kind.PROPOSAL, answer.orders, answer.point
        verdict, certificate = answer.verdict, answer.certificate
    elif isinstance(answer.refusal, Impossible):
        kind, orders, point = decided.Kind.REFUSAL, (), {}
        verdict, certificate = judge(task.bound, {}), answer.refusal.conflict.certificate
    else:
        return None
    proposal = decided.Proposal(
        kind=kind,
        run=run.name,
        time=now(),
        proposer=run.actor,
        obligations=canonical.content_hash(obligations),
        orders=tuple(map(_order, orders)),
        point=tuple(sorted((name, amount) for name, amount in point.items() if amount)),
    )
    return _whole(task, obligations, proposal, show.verdict_json(verdict), certificate, pictures)


def _whole(
    task: Task,
    obligations: canonical.Json,
    proposal: decided.Proposal,
    checks: canonical.Json,
    certificate: Certificate | None,
    charts: Mapping[str, bytes],
) -> Decision:
    return Decision(obligations, proposal, checks, certificate, _rules(task), task.snapshot, None, charts)


def _order(order: Order) -> decided.Order:
    lots: tuple[tuple[str, Fraction], ...] = order.lots
    side = decided.Side(order.side.value)
    return decided.Order(order.account, order.instrument, side, order.quantity, order.batch, lots)


def _logged(known: Record, run: Run, salt: bytes) -> Logged:
    places = {**run.places, "entry": known.log.signed.size - 1}
    return Logged(
        entries={name: entry_bytes(known.log.entries[at]) for name, at in places.items()},
        proofs={name: proven(known.log, at, known.checkpoint) for name, at in places.items()},
        salt=salt,
        checkpoint=known.checkpoint,
        growths={size: growth(known.log, size, known.checkpoint) for size in _seen(known)},
    )


def _seen(known: Record) -> list[int]:
    """Sizes at which the log was signed, the first and the latest: whoever kept one of these states can tell that the
    log only grew since."""
    signed = [place for place, entry in enumerate(known.log.entries, start=1) if entry.kind in SIGNED_AFTER]
    return [1, *signed[-MOST_KEPT - 1 : -1]]


def _rules(task: Task) -> dict[str, bytes]:
    return {path: text.encode() for path, text in task.rules.items()}


def _entry(
    kind: Kind,
    stream: str,
    subject: str,
    actor: str,
    run: str | None = None,
    rules: str | None = None,
    snapshot: str | None = None,
) -> Entry:
    return Entry(kind, stream, 0, None, run, now(), subject, None, rules, snapshot, actor)
