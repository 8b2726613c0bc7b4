"""What was worked out for a household, for readers who may see it and not every other one: rules about the firm are
judged for everyone, and to them are rules that are not shown (`policy.judge.redact`), as they are in their checks
(`server.desk.check`). Their numbers add up what others hold.
"""

from collections.abc import Iterable
from dataclasses import replace

from policy.ir.alike import FIRM
from policy.ir.bound import Obligation
from policy.judge.verdict import Verdict
from server.desk.prepare import Task
from server.desk.propose import Answer, Refused

NOBODY = "whoever sees every household"
"""In the place of a role. No rule's is called so, and no reader has it."""


def task(found: Task) -> Task:
    rules = tuple(replace(rule, visible_to=NOBODY) if rule.scope.kind == FIRM else rule for rule in found.library.rules)
    bound = replace(found.bound, obligations=_kept(found.bound.obligations))
    return replace(found, library=replace(found.library, rules=rules), bound=bound)


def answer(found: Answer) -> Answer:
    if isinstance(found, Refused):
        return replace(found, before=verdict(found.before))
    return replace(found, before=verdict(found.before), ended=verdict(found.ended), verdict=verdict(found.verdict))


def verdict(found: Verdict) -> Verdict:
    obligations = _kept(finding.obligation for finding in found.findings)
    pairs = zip(found.findings, obligations, strict=True)
    return replace(found, findings=tuple(replace(finding, obligation=each) for finding, each in pairs))


def _kept(found: Iterable[Obligation]) -> tuple[Obligation, ...]:
    return tuple(replace(each, visible_to=NOBODY) if each.scope == FIRM else each for each in found)
