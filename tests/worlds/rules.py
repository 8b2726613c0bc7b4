"""The plainest rule: firm-wide in layer, about each account, by market value, asked of the proposal. Tests say what
is different."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dsl.source import Span
from policy.ir import core
from policy.ir.bound import Moment, Outcome

NOWHERE = Span("test", 0, 1, 1, 1)


def clause(*ladder: core.Step) -> core.Clause:
    return core.Clause(ladder, Outcome.BLOCK, NOWHERE)


def within(test: core.Test) -> core.Clause:
    """Passes where the test holds, blocks where it does not."""
    return clause(core.Step(test, Outcome.PASS, "within the limit"))


def plain(name: str, *clauses: core.Clause, **different: Any) -> core.Rule:
    """`different` are fields of `core.Rule`."""
    found = core.Rule(
        id=name,
        title=name,
        citations=(core.Citation("made up"),),
        layer="firm",
        scope=core.Scope("account"),
        measure="market value",
        look_through=False,
        de_minimis=None,
        clauses=clauses,
        moments=(Moment.PROPOSAL,),
        missing="unknown",
        passive=core.Passive(),
        effective=core.Effective(),
        freshness=(),
        waivable_by=(),
        visible_to=None,
        file="test",
        span=NOWHERE,
    )
    return replace(found, **different)
