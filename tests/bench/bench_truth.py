"""How true the finder's answers are, over random households with random rule books.

A household is *planted* when some random orders are known to pass and doing nothing does not. Every proposal is booked
and judged anew from its orders alone; `impossible` is held against every order that is known to pass; the stand-alone
verifier reads every certificate.
"""

from __future__ import annotations

import sys
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from policy.book.facts import Order
from policy.book.read import Index, index
from policy.ir import core, show
from policy.ir.bind import bind_to
from policy.ir.bound import Bound, Objective, Outcome
from policy.ir.point import point_of
from policy.judge.eval import judge
from policy.proof.certificate import Certificate
from policy.proof.check import domains, from_json
from policy.proof.check.program import program
from policy.proof.duality import CertificateError, check
from solver.certificate import Subject, impossibility, optimality
from solver.certify import certify
from solver.intent import Intent
from solver.objective import objective
from solver.orders import booked_in
from solver.propose import Proposal, propose
from solver.search import Patience
from tests.bench.bar import Bar
from tests.worlds.firms import firm, orders
from tests.worlds.mandates import library

HOUSEHOLDS = 2000
DRAWS, TRIES = 60, 4
PASS = frozenset({Outcome.PASS})
CENT = Fraction(1, 100)


def bars(households: int = HOUSEHOLDS) -> Iterator[Bar]:
    seen: Counter[str] = Counter()
    for seed in range(households):
        try:
            _household(seed, seen)
        except Exception:  # whatever it is, the other households are asked as well
            seen["crashes"] += 1
            print(f"household {seed}: {traceback.format_exc()}", file=sys.stderr, flush=True)
        if seed % 100 == 99:
            print(f"{seed + 1} of {households} households: {dict(seen)}", file=sys.stderr, flush=True)
    note = f"{households:,} households; {seen['proposals']:,} proposals, {seen['refusals']:,} refusals"
    yield Bar("households that end in an error", seen["crashes"], 0, "count", note=note)
    yield Bar("breaches in proposals", seen["breaches"], 0, "count", note=note)
    yield Bar(
        "`impossible` where orders pass", seen["falsely impossible"], 0, "count", note=f"{seen['impossible']} said"
    )
    solved = 100 * seen["planted and solved"] / max(1, seen["planted"])
    yield Bar("planted households solved", solved, 98, "%", at_least=True, note=f"{seen['planted']} planted")
    made = 100 * seen["bounds"] / max(1, seen["proposals"])
    yield Bar("proposals with an exact certificate", made, 100, "%", at_least=True)
    note = f"{seen['bounds'] + seen['impossible']} certificates, read by the stand-alone verifier"
    yield Bar("certificates that the verifier refutes", seen["refuted"], 0, "count", note=note)
    note = f"{seen['altered']} times a bound a cent higher, a leaf left out or a row of another name"
    yield Bar("altered certificates that the verifier accepts", seen["altered and accepted"], 0, "count", note=note)


@dataclass(frozen=True, slots=True)
class Case:
    """`known`: orders are known to pass; `idle`: doing nothing passes."""

    facts: Index
    rules: core.Library
    bound: Bound
    known: bool
    idle: bool


def _case(seed: int) -> Case:
    """Every second household is drawn again until some orders are known to pass and doing nothing does not."""
    rng = Random(seed)
    for attempt in range(DRAWS):
        book = firm(rng, gaps=rng.random() < 0.3)
        facts = index(book)
        rules = library(rng, rules=rng.randint(1, 4), about_orders=rng.random() < 0.3)
        bound = bind_to(rules, facts)
        idle = certify(bound, {}).passes(PASS)
        known = idle or any(_known(facts, bound, orders(rng, book)) for _ in range(TRIES))
        if seed % 2 or (known and not idle) or attempt == DRAWS - 1:
            break
    return Case(facts, rules, bound, known, idle)


def _known(facts: Index, bound: Bound, placed: Sequence[Order]) -> bool:
    point = point_of(facts, placed)
    return isinstance(point, dict) and point.keys() <= bound.quantities.keys() and certify(bound, point).passes(PASS)


def _household(seed: int, seen: Counter[str]) -> None:
    case = _case(seed)
    goal = objective(case.bound, case.facts, Intent())
    found = propose(case.bound, goal, booking=booked_in(case.facts), patience=Patience())
    planted = case.known and not case.idle
    seen["planted"] += planted
    subject = Subject(PASS, show.to_json(goal), found.model.cuts)
    if isinstance(found, Proposal):
        seen["proposals"] += 1
        seen["planted and solved"] += planted
        seen["breaches"] += not _passes(case.facts, case.rules, found)
        certificate = optimality(found.model, subject, found.worth)
        seen["bounds"] += certificate is not None
    else:
        seen["refusals"] += 1
        if planted:
            print(f"household {seed}: not solved, {found.reason}", file=sys.stderr)
        certificate = impossibility(found.model, subject)
        seen["impossible"] += certificate is not None
        seen["falsely impossible"] += certificate is not None and case.known
    if certificate is not None:
        _examined(seed, case.bound, goal, certificate, seen)


def _examined(seed: int, bound: Bound, goal: Objective, certificate: Certificate, seen: Counter[str]) -> None:
    """The verifier's word on the certificate, and on altered ones; it reads the obligations anew."""
    facts = from_json.case(show.to_json(bound))
    wanted = domains.objective(show.to_json(goal), facts)

    def accepted(asked: Certificate) -> bool:
        try:
            check(program(facts, asked, wanted), asked)
        except CertificateError as error:
            if asked is certificate:
                print(f"household {seed}: {error}", file=sys.stderr)
            return False
        return True

    seen["refuted"] += not accepted(certificate)
    for altered in _altered(certificate):
        seen["altered"] += 1
        seen["altered and accepted"] += accepted(altered)


def _altered(certificate: Certificate) -> Iterator[Certificate]:
    """A bound is stated to the cent, so one more is too much; an impossibility is whatever its sum is."""
    yield replace(certificate, bound=certificate.bound + CENT)
    if len(certificate.leaves) > 1:
        yield replace(certificate, leaves=certificate.leaves[1:])
    first = certificate.leaves[0]
    if first.duals:
        renamed = ((f"{first.duals[0][0]}!", first.duals[0][1]), *first.duals[1:])
        yield replace(certificate, leaves=(replace(first, duals=renamed), *certificate.leaves[1:]))


def _passes(facts: Index, rules: core.Library, found: Proposal) -> bool:
    """The orders alone, booked to the cent and judged anew."""
    point = point_of(facts, found.orders)
    return isinstance(point, dict) and judge(bind_to(rules, facts, found.orders), point).outcome is Outcome.PASS
