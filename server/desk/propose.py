"""A task to an answer: orders with what they promise and what is proven of them, or the reasoned refusal.

The finder claims, the judge decides, also of every state on the way there; the certificate says how much better it
could be. Nothing is written and no clock is read here; `server.desk.bundle` makes a file of the answer.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from fractions import Fraction

from policy.book.facts import Order
from policy.interval import ZERO
from policy.ir import show
from policy.ir.bound import Point
from policy.judge.eval import judge
from policy.judge.redact import may_see, visible
from policy.judge.verdict import Verdict
from policy.proof.certificate import Certificate
from server.desk.ledger import Ledger, ledger
from server.desk.prepare import Task, net_assets
from solver.certificate import Subject, optimality
from solver.conflict import conflict
from solver.limit import units
from solver.orders import booked_in
from solver.prices import Price, prices
from solver.propose import Proposal, Reason, propose
from solver.propose import Refusal as NoTrade
from solver.refusal import Impossible, NotFound, NotSearched, Refusal
from solver.release import Batches, released
from solver.search import Patience, Step


@dataclass(frozen=True, slots=True)
class Proposed:
    """`ended`: the verdict at the end; `verdict`: with the way there, along `batches`. `worth`: the objective, exact
    money; `nothing`: that of doing nothing; `claimed_gap`: the backend's word on how much better it could be,
    `certified_gap`: what the certificate leaves open; `prices`: which limits it leans on, and by how much."""

    orders: tuple[Order, ...]
    point: Point
    batches: Batches
    before: Verdict
    ended: Verdict
    verdict: Verdict
    ledger: Ledger
    worth: Fraction
    nothing: Fraction
    claimed_gap: Fraction | None
    certified_gap: Fraction | None
    certificate: Certificate | None
    prices: tuple[Price, ...]
    unsearched: tuple[str, ...]
    trace: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """`before`: the book as it stands, `nothing`: its objective; `failing`: what the nearest point that was tried still
    breaks."""

    refusal: Refusal
    before: Verdict
    nothing: Fraction
    failing: tuple[str, ...]
    trace: tuple[Step, ...]


Answer = Proposed | Refused


def answered(task: Task) -> Answer:
    """The best orders that pass, or why there are none."""
    patience = Patience(gap=task.intent.gap * max(ZERO, net_assets(task.bound)))
    found = propose(task.bound, task.goal, task.intent.allowed, booking=booked_in(task.index), patience=patience)
    before = judge(task.bound, {}, standing=True)
    subject = Subject(task.intent.allowed, show.to_json(task.goal), found.model.cuts)
    if isinstance(found, NoTrade):
        return Refused(_refusal(task, found, subject), before, found.nothing, found.failing, found.trace)
    batches, verdict = _released(task, found)
    if verdict.outcome not in task.intent.allowed:
        return _unreleased(task, found, before, verdict)
    return _proposed(task, found, subject, before, patience.gap, batches, verdict)


def refused_to(task: Task, found: Refused, roles: Collection[str]) -> Refused | None:
    """The refusal as whoever has these roles may read it: by the rules that they may see, which are searched again;
    None where these alone would let orders through."""
    if all(may_see(obligation, roles) for obligation in task.bound.obligations):
        return found
    again = answered(replace(task, bound=visible(task.bound, task.library, roles)))
    return again if isinstance(again, Refused) else None


def _released(task: Task, found: Proposal) -> tuple[Batches, Verdict]:
    """The batches and the verdict along them; one order after the other where that alone keeps the way allowed."""
    tried = []
    for orders in (found.orders, [replace(order, batch=at) for at, order in enumerate(found.orders)]):
        tried.append(released(task.bound, orders, found.verdict))
        if tried[-1][1].outcome in task.intent.allowed:
            return tried[-1]
    return tried[0]


def _unreleased(task: Task, found: Proposal, before: Verdict, verdict: Verdict) -> Refused:
    """Orders that end well and for which no way there is known that the intent allows: nobody should place them."""
    failing = tuple(f.obligation.id for f in verdict.findings if f.outcome not in task.intent.allowed)
    said = "the orders end as wanted, and no sequence that was tried keeps every rule that is tested at trade"
    trace = (*found.trace, Step("release", "judge", said))
    return Refused(NotFound(_told(trace)), before, found.nothing, failing, trace)


def _proposed(
    task: Task,
    found: Proposal,
    subject: Subject,
    before: Verdict,
    gap: Fraction,
    batches: Batches,
    verdict: Verdict,
) -> Proposed:
    certificate = optimality(found.model, subject, found.worth - gap)
    number = {order: at for at, batch in enumerate(batches.orders) for order in batch}
    orders = tuple(sorted((replace(o, batch=number[o]) for o in found.orders), key=lambda o: o.batch))
    return Proposed(
        orders=orders,
        point=found.point,
        batches=batches,
        before=before,
        ended=found.verdict,
        verdict=verdict,
        ledger=ledger(task.index, orders, task.intent.tax),
        worth=found.worth,
        nothing=found.nothing,
        claimed_gap=found.claimed_gap,
        certified_gap=None if certificate is None else found.worth - certificate.bound,
        certificate=certificate,
        prices=() if certificate is None else prices(found.model, certificate),
        unsearched=found.unsearched,
        trace=found.trace,
    )


def _refusal(task: Task, found: NoTrade, subject: Subject) -> Refusal:
    """Only a proof in exact numbers says `impossible`, a backend's claim does not; and it stands whatever else is only
    judged."""
    proven = conflict(found.model, subject, units(task.bound))
    if proven is not None:
        return Impossible(proven)
    tried = _told(found.trace)
    return NotSearched(found.failing, tried) if found.reason is Reason.NOT_SEARCHED else NotFound(tried)


def _told(trace: tuple[Step, ...]) -> tuple[str, ...]:
    return tuple(f"{step.what} ({step.backend}): {step.said}" for step in trace)
