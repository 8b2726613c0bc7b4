"""The same question to two judges: the fast one gives the reference's answers, to the last digit.

Every world is made from its seed. What was met on the way is counted, and the counts are part of the promise:
a twin run that met no boundary and no missing fact would prove little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

import pytest

from policy.interval import Interval
from policy.ir import meaning
from policy.ir.bound import Basket, Count, Greatest, Least, Outcome, Quad, Sum, TopK
from policy.judge import fast
from policy.judge.eval import judge, tightness
from policy.judge.verdict import Finding, Verdict
from tests.depth import chunks
from tests.worlds.nodes import leaves, scalars
from tests.worlds.worlds import World, world

CHUNKS = 220
PER_CHUNK = 100  # worlds
OBLIGATIONS, POINTS = 25, 10

KINDS = (Basket, Count, TopK, Greatest, Least, Quad, Sum)


@pytest.mark.parametrize("chunk", chunks(CHUNKS, quick=1))
def test_fast_and_reference_agree(chunk: int) -> None:
    _check_shares(_compared(range(chunk * PER_CHUNK, (chunk + 1) * PER_CHUNK)))


def _check_shares(met: Counter[str]) -> None:
    """What one chunk met, as shares of its judged obligation-points."""
    total = met["judged"]
    assert total >= PER_CHUNK * OBLIGATIONS * POINTS
    assert met["at a limit"] >= total / 10
    assert met["unknown"] >= total / 10
    assert met["zero base"] >= total / 20
    for kind in KINDS:
        assert met[kind.__name__] >= total / 100, kind
    for outcome in Outcome:
        assert met[outcome] >= total / 100, outcome
    assert total / 50 <= met["by the reference"] <= total / 4


def _compared(seeds: Iterable[int]) -> Counter[str]:
    met: Counter[str] = Counter()
    for seed in seeds:
        standing = seed % 5 == 0
        made = world(seed, obligations=OBLIGATIONS, points=POINTS)
        tables = fast.tables(made.bound, standing=standing)
        for point in made.points:
            verdict = judge(made.bound, point, standing=standing)
            answers = fast.judge_fast(tables, point)
            for place, finding in enumerate(verdict.findings):
                assert _said(answers, place) == _expected(finding), (seed, point, finding.obligation.id)
            assert answers.outcome == verdict.outcome
            told = dict(zip((rule.rule for rule in answers.tables.rules), fast.nearest(answers), strict=True))
            assert told == _nearest(verdict), (seed, point)
            if seed % 10 == 0:
                assert fast.verdict(answers) == verdict
            _count(met, verdict)
            met["by the reference"] += len(answers.slow)
        _count_kinds(met, made)
    return met


def _said(answers: fast.Answers, place: int) -> tuple[object, ...]:
    return answers.outcomes[place], answers.reasons[place], answers.within[place], fast.numbers(answers, place)


def _expected(finding: Finding) -> tuple[object, ...]:
    found = finding.deciding
    numbers = None if found is None else (found.op, found.value, found.bound, found.headroom)
    return finding.outcome, finding.reason, finding.within, numbers


def _nearest(verdict: Verdict) -> dict[str, int]:
    """Per rule, the place of the worst group: the definition, word for word."""
    best: dict[str, tuple[int, Fraction, int]] = {}
    for place, finding in enumerate(verdict.findings):
        found = finding.deciding
        room = Fraction(10**6) if found is None else tightness(found.value, found.bound, found.op)
        key = (-finding.outcome.rank, room, place)
        rule = finding.obligation.origin.rule
        best[rule] = min(best.get(rule, key), key)
    return {rule: place for rule, (_, _, place) in best.items()}


def _count(met: Counter[str], verdict: Verdict) -> None:
    met["judged"] += len(verdict.findings)
    for finding in verdict.findings:
        found = finding.deciding
        met[finding.outcome] += 1
        met["at a limit"] += found is not None and found.headroom == 0
        met["unknown"] += finding.within is None or (found is not None and isinstance(found.value, Interval))


def _count_kinds(met: Counter[str], made: World) -> None:
    """Kinds of nodes, once per point."""
    formulas = [[rung.formula for rung in obligation.ladder] for obligation in made.bound.obligations]
    inner = [[leaf for formula in ladder for leaf in leaves(formula)] for ladder in formulas]
    for found in inner:
        sides = [side for leaf in found for side in (leaf.measure, leaf.bound)]
        met.update({type(node).__name__: POINTS for side in sides for node in scalars(side)})
    for point in made.points:
        at = meaning.values(made.bound.forms, point)
        bases = [{leaf.base for leaf in found if leaf.base is not None} for found in inner]
        met["zero base"] += sum(any(meaning.scalar(base, at) == 0 for base in found) for found in bases)
