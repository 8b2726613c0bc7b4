"""What a policy of approval looks at, taken from an answer with orders; kept beside the proposal as JSON."""

from pydantic import TypeAdapter

from policy.ir.bound import Outcome
from server.desk.demand import Measures
from server.desk.prepare import Task
from server.desk.propose import Proposed

KEPT = TypeAdapter(Measures)
DISCRETION = "discretionary"  # the account's fact


def measured(task: Task, found: Proposed) -> Measures:
    ledger, accounts = found.ledger, sorted({order.account for order in found.orders})
    known = not ledger.unknown_gains
    outcomes = {finding.outcome for finding in found.verdict.findings}
    said = {task.book.accounts[name].facts.get(DISCRETION) for name in accounts}
    return Measures(
        currency=task.book.currency,
        orders=len(found.orders),
        value=ledger.bought + ledger.sold,
        short_gain=ledger.short if known else None,
        long_gain=ledger.long if known else None,
        consent=Outcome.CONSENT in outcomes,
        waiver=Outcome.WAIVED in outcomes,
        discretion=False if False in said else True if said == {True} else None,
        accounts=tuple(accounts),
        households=tuple(sorted({task.book.accounts[name].household or "" for name in accounts})),
    )
