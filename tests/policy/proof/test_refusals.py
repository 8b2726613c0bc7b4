"""Refusals: what counts as compliant is not for the certificate to choose freely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from policy.canonical import content_hash
from policy.ir.bound import Bound, Leaf, Moment, Op
from policy.proof import certificate
from policy.proof.bundle import Decision
from policy.proof.claims import decision
from policy.proof.claims.claim import Answer
from policy.proof.examine import examined
from policy.proof.proposal import Kind
from tests.policy.proof import sample
from tests.policy.proof.attack import CARD_OUTSIDE, refuted


def refusal(found: Bound, allowed: tuple[str, ...], **rows: int) -> Decision:
    """No orders, since these rows, weighted, ask for more than there is where only `allowed` will do."""
    leaf = certificate.Leaf((), tuple((row, Fraction(weight)) for row, weight in rows.items()))
    claimed = certificate.Certificate(certificate.Claim.IMPOSSIBLE, allowed, None, (leaf,), Fraction(1, 2))
    obligations = sample.show.to_json(found)
    honest = sample.decision()
    hashed = content_hash(obligations)
    nothing = replace(honest.proposal, kind=Kind.REFUSAL, orders=(), point=(), obligations=hashed)
    checks = sample.show.verdict_json(sample.verdict(found, {}))
    return replace(honest, obligations=obligations, proposal=nothing, checks=checks, certificate=claimed)


def files(chosen: Decision) -> Mapping[str, bytes]:
    return sample.made(chosen).files


def no_room() -> Bound:
    """Cash that must be below nothing."""
    found = sample.bound()
    broke = Leaf(sample.lin((1, "cash")), Op.LE, sample.lin(const=-100), None, "cash")
    added = sample.obligation("broke.1", broke, (Moment.PROPOSAL,))
    return replace(found, obligations=(*found.obligations, added))


@pytest.mark.parametrize(("allowed", "said"), [(("pass",), "pass"), (("pass", "warn"), "pass or warn")])
def test_a_refusal_says_which_outcomes_no_orders_have(allowed: tuple[str, ...], said: str) -> None:
    chosen = refusal(no_room(), allowed, **{"broke.1:0": -1, "domain T:cash": 1})
    (claim,) = (c for c in examined(files(chosen), CARD_OUTSIDE).claims if c.name == "impossible")
    assert (claim.answer, claim.says) == (Answer.PROVEN, f"no orders end in {said}")


@pytest.mark.parametrize(
    ("allowed", "said"),
    [
        (("unknown",), "no outcome such as unknown"),
        (("pass", "block"), "no outcome such as block"),
        (("pass", "fine"), "no outcome such as fine"),
        (("warn",), "does not count orders that pass"),
        ((), "does not count orders that pass"),
    ],
)
def test_compliant_in_the_certificates_own_sense(allowed: tuple[str, ...], said: str) -> None:
    """Every rule is kept as it stands; that nothing ends in `unknown` is true, and no reason to refuse."""
    rows = {"cap.1:0": -1, "basket.1:0": -1, "cash.1:0": -1}
    refuted(files(refusal(sample.bound(), allowed, **rows)), "impossible", said)


def test_an_impossibility_where_doing_nothing_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the multipliers are said to show."""
    monkeypatch.setattr(decision, "check", lambda *_: Fraction(1))
    refuted(files(refusal(sample.bound(), ("pass",))), "impossible", "doing nothing ends in pass")
