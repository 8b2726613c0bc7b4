"""How fast the stand-alone verifier answers, and how large a bundle is, on 500 positions and 40 rules."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from policy.book import snapshot
from policy.book.document import document
from policy.book.read import index
from policy.canonical import content_hash, encode
from policy.ir import show
from policy.ir.bind import bind
from policy.ir.bound import Bound, Outcome
from policy.proof.bundle import Decision
from policy.proof.certificate import Certificate
from policy.proof.proposal import Kind, Order, Proposal, Side
from solver.certificate import Subject, optimality
from solver.intent import Intent
from solver.objective import objective
from solver.propose import Proposal as Found
from solver.propose import propose
from solver.search import Patience
from tests.bench.bar import Bar, best
from tests.bench.instances import instance
from tests.policy.proof import sample

ROOT = Path(__file__).parents[2]
CLOSE = Fraction(2_000)  # money: a fiftieth of a basis point of net assets per dollar, so 2 bp


def bars() -> Iterator[Bar]:
    for kind in ("slack", "binding"):
        bound, book, found, certificate = _decided(kind)
        made = sample.made(_decision(bound, book, found, certificate))
        size, leaves = len(made.zip), len(certificate.leaves)
        note = f"{kind}, {len(bound.obligations):,} obligations, {leaves} leaves, process start included, best of 3"
        yield Bar(f"verify a 500-position bundle, {kind}", _verified(made), 1, "s", note=note)
        yield Bar(f"bundle size, {kind}", size / 2**20, 5, "MB", note=f"{len(made.files)} files")
    shown = best(lambda: show.to_json(bound), 3)
    yield Bar("obligations as JSON", shown, 0.5, "s", note=f"{len(bound.forms):,} forms, best of 3")


def _decided(kind: str) -> tuple[Bound, object, Found, Certificate]:
    book, library = instance(kind)
    bound = bind(library, book, snapshot=snapshot.content_hash(book))
    goal = objective(bound, index(book), Intent(model="M"))
    found = propose(bound, goal, patience=Patience(gap=CLOSE))
    assert isinstance(found, Found), f"{kind}: nothing was found"
    subject = Subject(frozenset({Outcome.PASS}), show.to_json(goal))
    certificate = optimality(found.model, subject, found.worth - CLOSE)
    assert certificate is not None, f"{kind}: nothing was proven"
    return bound, book, found, certificate


def _decision(bound: Bound, book: object, found: Found, certificate: Certificate) -> Decision:
    obligations = show.to_json(bound)
    proposal = Proposal(
        *(Kind.PROPOSAL, "run-1", sample.TIMES[4], "anna", content_hash(obligations)),
        orders=_orders(bound, found),
        point=tuple(sorted((name, amount) for name, amount in found.point.items() if amount)),
    )
    facts = encode(document(book))
    return Decision(obligations, proposal, show.verdict_json(found.verdict), certificate, sample.RULES, facts)


def _orders(bound: Bound, found: Found) -> tuple[Order, ...]:
    made = {}
    for name, amount in found.point.items():
        q = bound.quantities[name]
        if q.instrument is None or not amount:
            continue
        side = Side(q.kind.value)
        order = made.setdefault(
            (q.account, q.instrument, side), Order(q.account, q.instrument, side, Fraction(0), int(side is Side.BUY))
        )
        lots = (*order.lots, (q.lot, amount)) if q.lot else ()
        made[q.account, q.instrument, side] = replace(order, quantity=order.quantity + amount, lots=lots)
    return tuple(made.values())


def _verified(made: sample.Made) -> float:
    """Seconds of the command, which has to find every claim proven."""
    with TemporaryDirectory() as folder:
        file, card = Path(folder, "bundle.zip"), Path(folder, "card")
        file.write_bytes(made.zip)
        card.write_bytes(made.card)
        command = [sys.executable, "-m", "policy.proof.verify", str(file), "--trust", str(card)]
        return best(lambda: subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL), 3)
