"""A small decision with everything that a bundle can hold, and each step of making it open to an attacker.

One account: 1,000 in cash, 50 shares of A at 10, 25 of B at 20, in lots. A shall be 1,200 of 2,000 but may only be
half, unless B is nine tenths; so 50 shares of A are bought, after 10 of B were sold, for the sake of a second batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache

from policy.canonical import content_hash, digest, encode
from policy.ir import show
from policy.ir.bound import (
    Any,
    Basket,
    Bound,
    Deviation,
    Domain,
    Form,
    Kind,
    Leaf,
    Lin,
    Member,
    Moment,
    Objective,
    Obligation,
    Op,
    Origin,
    Outcome,
    Quantity,
    Rung,
)
from policy.judge.eval import judge
from policy.judge.verdict import FillSafety, Verdict
from policy.proof import archive, certificate, entry, local, trust
from policy.proof.approval import Approval, approved, filed
from policy.proof.bundle import Decision, Logged, committed, completed, rules_manifest, statement
from policy.proof.check import from_json
from policy.proof.check.domains import objective
from policy.proof.check.program import rebuilt
from policy.proof.duality import proven_bound
from policy.proof.keys import public_of
from policy.proof.merkle import root
from policy.proof.note import ED25519, Verifier
from policy.proof.proposal import Kind as Decided
from policy.proof.proposal import Order, Proposal, Side
from policy.proof.witness import empty
from tests.policy.proof.prover import multipliers

F = Fraction
ORIGIN = "example.org/proofolio/local"
LOG_SEED, ANNA_SEED, BORIS_SEED = (bytes([n]) * 32 for n in (1, 2, 3))
SALT = bytes(range(32))
ANNA, BORIS = (Verifier(name, ED25519, public_of(seed)) for name, seed in (("anna", ANNA_SEED), ("boris", BORIS_SEED)))
PRICES = {"A": F(10), "B": F(20)}
RULES = {"cap.mandate": b"rule cap: A at most 50% of net assets\n", "house/basket.mandate": b"rule basket\n"}
SNAPSHOT = encode({"as_of": "2026-07-01", "prices": [["A", "10"], ["B", "20"]], "lots": [["A/1", "50"], ["B/1", "25"]]})
GOAL = Objective(
    Lin(F(0), ((F(1, 100), "traded"),)), (Deviation("A", Lin(F(-1200), ((F(1), "value/A"),)), F(1), F(1)),)
)
TIMES = [f"2026-07-01T09:0{n}:00.000000Z" for n in range(10)]


def lin(*terms: tuple[int | Fraction, str], const: int = 0) -> Lin:
    return Lin(F(const), tuple((F(factor), name) for factor, name in terms))


def bound() -> Bound:
    quantities = [
        *(Quantity(f"buy/T/{i}", Kind.BUY, "T", i, None, F(0), F(100), F(1)) for i in PRICES),
        Quantity("sell/A/1", Kind.SELL, "T", "A", "A/1", F(0), F(50), F(1)),
        Quantity("sell/B/1", Kind.SELL, "T", "B", "B/1", F(0), F(25), F(1)),
        Quantity("residue/T", Kind.RESIDUE, "T", None, None, F(-5), F(5), None),
    ]
    held = {"A": F(50), "B": F(25)}
    forms = []
    for i, price in PRICES.items():
        terms = ((price, f"buy/T/{i}"), (-price, f"sell/{i}/1"))
        forms.append(Form(f"value/{i}", price * held[i], terms, F(0), price * (held[i] + 100)))
    money = tuple((sign * price, name) for i, price in PRICES.items() for sign, name in _sides(i))
    forms.append(Form("cash", F(1000), (*money, (F(1), "residue/T")), F(-2005), F(2005)))
    forms.append(Form("net", F(0), ((F(1), "value/A"), (F(1), "value/B"), (F(1), "cash")), F(1995), F(2005)))
    traded = tuple((price, name) for i, price in PRICES.items() for _, name in _sides(i))
    forms.append(Form("traded", F(0), traded, F(0), F(4000)))
    return Bound(
        as_of=date(2026, 7, 1),
        known_at=date(2026, 7, 1),
        currency="USD",
        quantities={q.name: q for q in quantities},
        forms={form.name: form for form in forms},
        obligations=obligations(),
        domains=(_domain(),),
        book=digest(SNAPSHOT),
        library="11" * 32,
    )


def _sides(i: str) -> tuple[tuple[int, str], ...]:
    return ((-1, f"buy/T/{i}"), (1, f"sell/{i}/1"))


def _domain() -> Domain:
    relief = {"A": ("sell/A/1",), "B": ("sell/B/1",)}
    crossing = tuple((f"buy/T/{i}", (f"sell/{i}/1",)) for i in PRICES)
    return Domain("T", "cash", F(0), relief, False, crossing, F(50), PRICES)


def obligations() -> tuple[Obligation, ...]:
    net = lin((1, "net"))
    half = Leaf(lin((1, "value/A")), Op.LE, lin((F(1, 2), "net")), None, "value of A", net)
    mostly_b = Leaf(lin((1, "value/B")), Op.GE, lin((F(9, 10), "net")), None, "value of B", net)
    big = tuple(
        Member(i, lin((1, f"value/{i}")), Leaf(lin((1, f"value/{i}")), Op.GT, lin((F(2, 5), "net")))) for i in PRICES
    )
    basket = Leaf(Basket(big), Op.LE, lin((F(9, 10), "net")), None, "positions above 40%", net)
    on_hand = Leaf(lin((1, "cash")), Op.GE, lin(const=100), None, "cash")
    return (
        obligation("cap.1", Any((half, mostly_b)), (Moment.PROPOSAL,)),
        obligation("basket.1", basket, (Moment.PROPOSAL,)),
        obligation("cash.1", on_hand, (Moment.TRADE,)),
    )


def obligation(name: str, formula: object, moments: tuple[Moment, ...]) -> Obligation:
    origin = Origin(name[:-2], name[:-2].title(), 1, "cap.mandate", 1, 1, "IPS", "house", "22" * 32)
    ladder = (Rung(formula, Outcome.PASS, "within the limit"),)
    return Obligation(name, origin, "account T", ("T",), None, moments, ladder, Outcome.BLOCK)


ORDERS = (
    Order("T", "B", Side.SELL, F(10), 0, (("B/1", F(10)),)),
    Order("T", "A", Side.BUY, F(50), 1),
)
POINT = {"sell/B/1": F(10), "buy/T/A": F(50)}


def verdict(found: Bound, point: Mapping[str, Fraction]) -> Verdict:
    """With what is promised of the way: cash never falls below 100."""
    judged = judge(found, point)
    findings = (
        replace(f, fills=FillSafety.ALWAYS) if Moment.TRADE in f.obligation.moments else f for f in judged.findings
    )
    return replace(judged, findings=tuple(findings))


def proof_of_bound(found: Bound, allowed: tuple[str, ...] = ("pass",)) -> certificate.Certificate:
    """Two cases: A is held to a half, or not."""
    case = from_json.case(show.to_json(found))
    goal = show.to_json(GOAL)
    whole = rebuilt(case, objective(goal, case), allowed)
    leaves = []
    for value in (0, 1):
        fix = (("cap.1:0.0", value),)
        leaves.append(certificate.Leaf(fix, multipliers(whole, dict(fix))))
    full = certificate.Certificate(certificate.Claim.BOUND, allowed, goal, tuple(leaves), F(0))
    return replace(full, bound=proven_bound(whole, full))


@cache
def decision() -> Decision:
    found = bound()
    obligations_json = show.to_json(found)
    proposal = Proposal(
        kind=Decided.PROPOSAL,
        run="run-1",
        time=TIMES[4],
        proposer="anna",
        obligations=content_hash(obligations_json),
        orders=ORDERS,
        point=tuple(sorted(POINT.items())),
    )
    checks = show.verdict_json(verdict(found, POINT))
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    return Decision(obligations_json, proposal, checks, proof_of_bound(found), RULES, SNAPSHOT, None, {"weights": svg})


@dataclass(frozen=True)
class Made:
    """A finished bundle, and what an examiner kept from elsewhere."""

    files: Mapping[str, bytes]
    card: bytes
    log: local.LocalLog
    checkpoint: bytes

    @property
    def zip(self) -> bytes:
        return archive.packed(self.files)


def made(
    chosen: Decision | None = None,
    *,
    seed: bytes = LOG_SEED,
    before: int = 2,
    order: tuple[str, ...] = ("rules", "snapshot", "run", "entry"),
    approvers: Mapping[str, bytes] | None = None,
    times: Mapping[str, str] | None = None,
) -> Made:
    """Log and sign a decision. `before`: entries that were in the log already, seen by the examiner."""
    chosen = chosen or decision()
    files = committed(chosen)
    body = statement(files)
    log = local.LocalLog(ORIGIN, (), empty(ORIGIN))
    for n in range(before):
        log = local.appended(log, _entry(entry.Kind.SELF_AUDIT, "system", f"audit {n}", TIMES[0]))
    seen = (before, root(local.tree_of(log))) if before else None
    payload = entry.Payload(entry.commitment(SALT, body), len(body), "text/plain")
    rules, snapshot = digest(rules_manifest(chosen.rules)), digest(chosen.snapshot)
    kind = entry.Kind.PROPOSAL if chosen.proposal.kind is Decided.PROPOSAL else entry.Kind.INFEASIBLE
    drafts = {
        "rules": replace(_entry(entry.Kind.RULES, "rules", "rules in force", TIMES[1]), rules=rules),
        "snapshot": replace(_entry(entry.Kind.SNAPSHOT, "data", "book", TIMES[2]), snapshot=snapshot),
        "run": replace(
            _entry(entry.Kind.RUN_START, "runs", "run", TIMES[3]), run="run-1", rules=rules, snapshot=snapshot
        ),
        "entry": replace(
            _entry(kind, "decisions", "proposal", TIMES[5]),
            run=chosen.proposal.run,
            payload=payload,
            rules=rules,
            snapshot=snapshot,
            actor=chosen.proposal.proposer,
        ),
    }
    index = {}
    for name in order:
        index[name] = len(log.entries)
        draft = drafts[name]
        log = local.appended(log, replace(draft, time=(times or {}).get(name, draft.time)))
    log, checkpoint = local.sealed(log, seed)
    logged = Logged(
        entries={name: entry.entry_bytes(log.entries[i]) for name, i in index.items()},
        proofs={name: local.proven(log, i, checkpoint) for name, i in index.items()},
        salt=SALT,
        checkpoint=checkpoint,
        growths={before: local.growth(log, before, checkpoint)} if before else {},
    )
    people = {"boris": BORIS_SEED} if approvers is None else approvers
    approvals = [
        (approved(Approval(digest(body), name, "compliance officer", TIMES[6]), secret), None)
        for name, secret in people.items()
    ]
    known = local.verifier_of(ORIGIN, seed)
    inside = trust.card_text((known,), (ANNA, BORIS))
    outside = trust.card_text((local.verifier_of(ORIGIN, LOG_SEED),), (ANNA, BORIS), seen)
    return Made(completed(files, logged, inside, filed(approvals)), outside, log, checkpoint)


def _entry(kind: entry.Kind, stream: str, subject: str, time: str) -> entry.Entry:
    return entry.Entry(kind, stream, 0, None, None, time, subject, None, None, None, "system")
