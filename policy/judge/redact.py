"""Who may see which finding. A rule that is visible to a role only is judged for everyone and named only there.

To others all such rules together are one line, the last one, always in the same words, and only when one of them
stops the orders: neither how many there are nor which of them it was can be read off. What merely warns, or is waived,
is addressed to those who may see it (a watch list must not change what an adviser is told), and what passes is silent:
whoever may not see it cannot even tell that a rule is there.

What is derived from a verdict for a reader (a price box, a worst group, an explanation) is derived from the verdict
as that reader sees it; otherwise its numbers would give the secret away.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from policy.ir.bound import Obligation, Origin, Outcome, Rung, Truth
from policy.judge.eval import worst
from policy.judge.verdict import Finding, Verdict

NOT_PERMITTED = "not permitted, ask compliance"

UNSEEN = Obligation(
    id="not shown",
    origin=Origin("not shown", "a rule that is not shown", 0, "", 0, 0, "", "", "00" * 32),
    scope="",
    accounts=(),
    group=None,
    moments=(),
    ladder=(Rung(Truth(False), Outcome.PASS),),
    otherwise=Outcome.BLOCK,
)
"""Stands for every rule that the reader may not see; its outcome is `otherwise`."""


def seen_by(verdict: Verdict, roles: Collection[str]) -> Verdict:
    """The verdict as someone with these roles may read it. A stop stays a stop of the same kind (unknown, consent or
    block): nobody is told less than that."""
    shown = tuple(f for f in verdict.findings if may_see(f.obligation, roles))
    hidden = worst(f.outcome for f in verdict.findings if not may_see(f.obligation, roles))
    if hidden.rank >= Outcome.CONSENT.rank:
        shown = (*shown, Finding(replace(UNSEEN, otherwise=hidden), hidden, NOT_PERMITTED, None, None))
    return Verdict(worst(f.outcome for f in shown), shown)


def may_see(obligation: Obligation, roles: Collection[str]) -> bool:
    return obligation.visible_to is None or obligation.visible_to in roles
