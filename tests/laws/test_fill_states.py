"""What is claimed of partly filled orders, against every state in which they may be, booked to the cent.

A claim is compared with what is so on the lattice of tradable units: `passes always` and `passes if these fill before
those` with no state beyond what is allowed, `passes only when complete` with one. The judge and the stand-alone
verifier answer the same question, each for itself.
"""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from policy.interval import ZERO
from policy.ir import meaning, show
from policy.ir.bound import Outcome
from policy.judge.eval import finding, judge
from policy.judge.fills import judge_orders
from policy.judge.verdict import FillSafety
from policy.proof.check import evaluate, from_json
from policy.proof.check.fills import Shown, fills
from policy.proof.proposal import Kind, Proposal
from policy.proof.proposal import Order as Written
from policy.proof.proposal import Side as WrittenSide
from tests.depth import chunks
from tests.worlds.partial import Ordered, ordered, states

CHUNKS = 4
BOOKS = 30


def classes(made: Ordered) -> dict[str, FillSafety]:
    """What is so, by obligation that can be lived with at the end: every state is looked at."""
    ended = judge(made.bound, made.end)
    allowed = {
        f.obligation.id: max(Outcome.WAIVED.rank, f.outcome.rank)
        for f in ended.findings
        if f.outcome.rank <= Outcome.CONSENT.rank
    }
    obligations = [o for o in made.bound.obligations if o.id in allowed]
    failing: dict[bool, set[str]] = {True: set(), False: set()}
    for together, failed in failing.items():
        for state in states(made, together=together):
            assert all(q.low <= state.get(n, ZERO) <= q.high for n, q in made.bound.quantities.items()), state
            at = meaning.values(made.bound.forms, state)
            for obligation in obligations:
                if obligation.id not in failed:
                    found = finding(obligation, made.bound, at, standing=False)
                    if found.outcome.rank > allowed[obligation.id]:
                        failed.add(obligation.id)
    return {
        name: FillSafety.COMPLETE
        if name in failing[False]
        else FillSafety.ORDERED
        if name in failing[True]
        else FillSafety.ALWAYS
        for name in allowed
    }


@pytest.mark.parametrize("chunk", chunks(CHUNKS, quick=1))
def test_every_claim_is_so(chunk: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(chunk * BOOKS, (chunk + 1) * BOOKS):
        made = ordered(Random(seed))
        said = {f.obligation.id: f.fills for f in judge_orders(made.bound, made.end, made.batches).findings}
        shown = shown_by_verifier(made, list(said))
        for name, so in classes(made).items():
            for claim in (said[name], shown[name]):
                assert claim in SO_OR_WEAKER[so], (seed, name, so, claim)
            met[f"so: {so}"] += 1
            met["promised"] += said[name] in SAFE
            met["shown"] += said[name] in SAFE and shown[name] in SAFE
            met["safe"] += so in SAFE
            met["refuted"] += said[name] is shown[name] is FillSafety.COMPLETE
    assert all(met[f"so: {so}"] >= 10 for so in SO_OR_WEAKER), met
    assert met["promised"] >= met["safe"] * 0.94, met
    assert met["shown"] >= met["promised"] * 0.98, met
    assert met["refuted"] >= 5, met


SAFE = (FillSafety.ALWAYS, FillSafety.ORDERED)
SO_OR_WEAKER = {
    FillSafety.ALWAYS: (*SAFE, FillSafety.NOT_PROVEN),
    FillSafety.ORDERED: (FillSafety.ORDERED, FillSafety.NOT_PROVEN),
    FillSafety.COMPLETE: (FillSafety.COMPLETE, FillSafety.NOT_PROVEN),
}


def shown_by_verifier(made: Ordered, names: list[str]) -> dict[str, FillSafety]:
    """The best promise that the verifier shows; a promise that it refutes fails somewhere."""
    case = from_json.case(show.to_json(made.bound))
    orders = tuple(
        Written(o.account, o.instrument, WrittenSide(o.side.value), o.quantity, o.batch, o.lots) for o in made.orders
    )
    proposal = Proposal(Kind.PROPOSAL, "", "", "", "", orders, tuple(made.end.items()))
    end = evaluate.values(case, made.end)
    found = dict.fromkeys(names, FillSafety.NOT_PROVEN)
    for promise in (Shown.ORDERED, Shown.ALWAYS):
        answer = fills(case, proposal, end, dict.fromkeys(names, promise))
        found |= {name: FillSafety(promise.value) for name in names if name not in answer.open}
        found |= dict.fromkeys(answer.broken, FillSafety.COMPLETE)
    return found
