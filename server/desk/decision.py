"""An answer as a decision: what the log says of its run and of itself, and the files that it consists of.

Nothing is read or written here, so that a log in a folder and the journal of a service file the same decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from policy import canonical
from policy.book.facts import Order, Side
from policy.canonical import Json
from policy.ir import show
from policy.ir.stated import Statement, statement_json
from policy.judge.eval import judge
from policy.proof import proposal as decided
from policy.proof.bundle import Decision, committed, rules_manifest, statement
from policy.proof.certificate import Certificate
from policy.proof.gitobjects import Git
from policy.proof.kept import OF_REFUSAL
from policy.proof.layout import FIRM
from server.desk import intent
from server.desk.prepare import Task
from server.desk.propose import Answer, Proposed, Refused
from server.log.events import Event
from solver.refusal import Impossible

INTENT = "decision/intent.json"
"""What was wanted: the objective and the demands that are not rules follow from it."""

STATED = "text/plain"


@dataclass(frozen=True, slots=True)
class Run:
    """One search: its name, who asked, and the SHA-256 of the rules and of the data that it is about."""

    name: str
    actor: str
    rules: str
    snapshot: str


def run_of(task: Task, name: str, actor: str) -> Run:
    return Run(name, actor, canonical.digest(rules_manifest(sources(task))), task.bound.book)


def begun(run: Run, stream: str) -> Event:
    """That the search is going to begin: in the log before its result is known."""
    return _event("proposal.queued", run, stream, "search for orders")


def outcome(answer: Answer) -> str:
    """What happened, as a type of `server.log.events`. Why orders are refused is not in it: where rules do that which
    somebody may not see, that they do it provably is theirs to know who may."""
    if isinstance(answer, Refused):
        return "proposal.refused"
    return "proposal.proposed" if answer.orders else "proposal.unchanged"


def filed(run: Run, answer: Answer, files: Mapping[str, bytes], stream: str) -> Event:
    """That this was decided; the log commits to the files, or to what everybody may read of them."""
    said = "orders" if isinstance(answer, Proposed) else "no orders"
    return _event(outcome(answer), run, stream, said, statement(files), STATED)


def unfiled(run: Run, stream: str, reason: str) -> Event:
    """That a search found nothing, which proves nothing; why stands in what the log commits to, and is as long and of
    the same type as if it were proven and kept: an entry does not tell one refusal from another."""
    body = canonical.encode({"reason": reason}).ljust(OF_REFUSAL)
    return _event("proposal.refused", run, stream, "no orders", body, STATED)


def files(
    task: Task, run: Run, answer: Answer, time: str, charts: Mapping[str, str], git: Git | None = None
) -> dict[str, bytes] | None:
    """Only orders, and a proof that nothing is possible, are filed; a search that found nothing proves nothing.
    `charts`: SVG by name; `git`: the revision of the rules."""
    if isinstance(answer, Proposed):
        kind, orders, point = decided.Kind.PROPOSAL, answer.orders, answer.point
        verdict, certificate = answer.verdict, answer.certificate
    elif isinstance(answer.refusal, Impossible):
        kind, orders, point = decided.Kind.REFUSAL, (), {}
        verdict, certificate = judge(task.bound, {}), answer.refusal.conflict.certificate
    else:
        return None
    obligations = show.to_json(task.bound)
    proposal = decided.Proposal(
        kind=kind,
        run=run.name,
        time=time,
        proposer=run.actor,
        obligations=canonical.content_hash(obligations),
        orders=tuple(map(_order, orders)),
        point=tuple(sorted((name, amount) for name, amount in point.items() if amount)),
    )
    whole = _decision(task, obligations, proposal, show.verdict_json(verdict), certificate, charts, git)
    beyond = {} if task.beyond is None else {FIRM: stated(task.beyond)}
    return {**committed(whole), INTENT: intent.written(task.intent).encode(), **beyond}


def stated(beyond: Statement) -> bytes:
    """What the firm states of all others, as the log names it by its SHA-256."""
    return canonical.encode(statement_json(beyond))


def sources(task: Task) -> dict[str, bytes]:
    return {path: text.encode() for path, text in task.rules.items()}


def _decision(
    task: Task,
    obligations: Json,
    proposal: decided.Proposal,
    checks: Json,
    certificate: Certificate | None,
    charts: Mapping[str, str],
    git: Git | None,
) -> Decision:
    pictures = {name: svg.encode() for name, svg in charts.items()}
    return Decision(obligations, proposal, checks, certificate, sources(task), task.snapshot, git, pictures)


def order_of(order: decided.Order) -> Order:
    """As it was proposed, from what was filed."""
    side = Side(order.side.value)
    return Order(order.account, order.instrument, side, order.quantity, order.lots, order.batch)


def _order(order: Order) -> decided.Order:
    lots: tuple[tuple[str, Fraction], ...] = order.lots
    side = decided.Side(order.side.value)
    return decided.Order(order.account, order.instrument, side, order.quantity, order.batch, lots)


def _event(
    type: str, run: Run, stream: str, subject: str, body: bytes | None = None, media: str = "application/json"
) -> Event:
    return Event(
        type=type,
        stream=stream,
        subject=subject,
        actor=run.actor,
        data=None,
        body=body,
        media=media,
        run=run.name,
        rules=run.rules,
        snapshot=run.snapshot,
    )
