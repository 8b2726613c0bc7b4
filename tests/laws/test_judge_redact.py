"""Laws of visibility: who may not see a rule learns at most that something stops the orders."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from policy.ir.bound import Bound, Obligation, Outcome
from policy.ir.show import verdict_json
from policy.judge.eval import judge
from policy.judge.pricebox import price_box
from policy.judge.redact import NOT_PERMITTED, UNSEEN, may_see, seen_by
from policy.judge.verdict import Finding, Verdict
from tests.worlds.worlds import world

ROOM = "control room"
SEEDS = range(120)


def secret(bound: Bound) -> list[Obligation]:
    return [o for o in bound.obligations if o.visible_to]


def test_the_role_sees_everything() -> None:
    for seed in SEEDS:
        made = world(seed)
        verdict = judge(made.bound, made.points[1])
        assert seen_by(verdict, {ROOM}) == verdict


def test_others_see_no_word_and_no_number_of_a_secret_rule() -> None:
    """Every text of a secret finding, made unmistakable, is nowhere in what others get."""
    for seed in SEEDS:
        made = world(seed)
        marked = replace(made.bound, obligations=tuple(_marked(o) for o in made.bound.obligations))
        verdict = judge(marked, made.points[1])
        text = repr(seen_by(verdict, {"adviser"}))
        assert "SECRET" not in text
        assert ROOM not in text
        for finding in verdict.findings:
            if finding.obligation.visible_to:
                assert finding not in seen_by(verdict, set()).findings


def _marked(obligation: Obligation) -> Obligation:
    if obligation.visible_to is None:
        return obligation
    origin = replace(
        obligation.origin, rule="SECRET rule", title="SECRET title", file="SECRET.mandate", digest="SECRET"
    )
    ladder = tuple(replace(rung, reason=f"SECRET {rung.reason}") for rung in obligation.ladder)
    return replace(
        obligation, id=f"SECRET {obligation.id}", origin=origin, scope="SECRET", group="SECRET", ladder=ladder
    )


def test_a_stop_stays_a_stop() -> None:
    stops = 0
    for seed in SEEDS:
        made = world(seed)
        for point in made.points[:3]:
            verdict = judge(made.bound, point)
            seen = seen_by(verdict, ())
            hidden = [f.outcome for f in verdict.findings if f.obligation.visible_to]
            stopped = any(outcome.rank >= Outcome.CONSENT.rank for outcome in hidden)
            stops += stopped
            assert (seen.findings[-1:] and seen.findings[-1].reason == NOT_PERMITTED) == stopped
            assert seen.outcome is verdict.outcome or verdict.outcome.rank < Outcome.CONSENT.rank
            assert seen.outcome is max((f.outcome for f in seen.findings), key=lambda o: o.rank, default=Outcome.PASS)
    assert stops >= 50


def test_secret_rules_with_one_outcome_look_alike() -> None:
    """However many, whichever, wherever in the list: the same verdict."""
    for seed in SEEDS:
        made = world(seed)
        rng = Random(seed)
        verdict = judge(made.bound, made.points[1])
        plain = [f for f in verdict.findings if f.obligation.visible_to is None]
        hidden = [replace(f, obligation=replace(f.obligation, visible_to=ROOM)) for f in verdict.findings]
        by_outcome: dict[Outcome, set[str]] = {}
        for finding in hidden:
            some = _with(rng, plain, [finding] * rng.randint(1, 3))
            by_outcome.setdefault(finding.outcome, set()).add(repr(seen_by(some, ())))
        assert all(len(texts) == 1 for texts in by_outcome.values())
        silent = [texts for outcome, texts in by_outcome.items() if outcome.rank < Outcome.CONSENT.rank]
        assert all(texts == {repr(seen_by(_with(rng, plain, []), ()))} for texts in silent)


def _with(rng: Random, plain: list[Finding], hidden: list[Finding]) -> Verdict:
    findings = list(plain)
    for finding in hidden:
        findings.insert(rng.randint(0, len(findings)), finding)
    return Verdict(Outcome.PASS, tuple(findings))


def test_the_price_box_of_a_reader_knows_what_the_reader_knows() -> None:
    for seed in SEEDS[:40]:
        made = world(seed, obligations=3)
        point = made.points[1]
        public = tuple(o for o in made.bound.obligations if may_see(o, ()))
        seen = seen_by(judge(made.bound, point), ())
        without = price_box(made.bound, point, judge(replace(made.bound, obligations=public), point))
        assert price_box(made.bound, point, seen) == without


def test_a_redacted_verdict_can_be_written() -> None:
    for outcome in Outcome:
        finding = Finding(replace(UNSEEN, otherwise=outcome), outcome, NOT_PERMITTED, None, None)
        assert "control" not in repr(verdict_json(Verdict(outcome, (finding,))))
