"""What a check of orders answers: the verdict as its reader may see it, and how near each rule is to its limit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from policy.ir.bound import Outcome
from policy.judge import fast
from policy.judge.eval import worst
from policy.judge.fast import RuleTable, Whole
from policy.judge.redact import UNSEEN, seen_by, stopped_unseen
from policy.judge.verdict import Finding, Verdict
from server.answer.number import Amount, amount, written
from server.answer.verdict import JudgeAnswer, judged
from server.desk import check
from server.desk.check import Checked, Reader, View
from server.desk.room import LIVABLE, NO_ROOMS, Rooms, rooms

HIDDEN = replace(UNSEEN, visible_to="not shown")
"""Stands for what is hidden before a verdict is redacted; no role has this name."""
LINES = 1 << 14
"""Lines of answers that are kept, about a kilobyte each."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """Of one rule: the worst outcome of its `judged` findings, and the one that is nearest to its limit when all
    orders are filled, in `unit`; `headroom` is below zero where the limit is broken. Null where nothing is measured."""

    rule: str
    title: str
    outcome: str
    judged: int
    id: str
    scope: str
    group: str | None
    unit: str | None
    op: str | None
    value: Amount | None
    limit: Amount | None
    headroom: Amount | None


@dataclass(frozen=True, slots=True)
class OrdersAnswer:
    """`snapshot`, `rulebook`: what the orders were checked on. `judged`: how many findings there are for this reader;
    `verdict` has those that do not pass, or all where that was asked. `nearest`: one line for each rule. `observed`:
    one for each rule that is only observed, which stops nothing: what it would have said."""

    snapshot: str
    rulebook: str
    judged: int
    nearest: tuple[Nearest, ...]
    verdict: JudgeAnswer
    observed: tuple[Nearest, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """`everything`: findings that pass, too; `instead`: what would pass instead of orders that are refused."""

    everything: bool = False
    instead: bool = False


def answer_of(found: Checked, reader: Reader, wanted: Wanted, snapshot: str, rulebook: str) -> OrdersAnswer:
    seeing = check.view(found.ready, reader)
    seen = seen_by(_verdict(found, seeing, everything=wanted.everything), reader.roles)
    said = judged(
        seeing.bound,
        seen,
        len(found.orders),
        flaws=found.flaws,
        instead=_instead(found, seeing, seen, reader.roles, asked=wanted.instead),
        notices=seeing.notices,
    )
    return OrdersAnswer(snapshot, rulebook, len(seeing.places), _nearest(found, seeing), said)


def nearest_of(found: Checked, reader: Reader) -> tuple[Nearest, ...]:
    return _nearest(found, check.view(found.ready, reader))


def _verdict(found: Checked, seeing: View, *, everything: bool) -> Verdict:
    """Before it is redacted: what is hidden is one finding, as bad as the worst of it."""
    shown = seeing.places if everything else [place for place in found.failing if place in seeing.own]
    hidden = worst({found.outcomes[place] for place in found.failing if place in seeing.hidden})
    findings = (*check.findings(found, shown), Finding(HIDDEN, hidden, "", None, None))
    return Verdict(worst(finding.outcome for finding in findings), findings)


def _instead(found: Checked, seeing: View, seen: Verdict, roles: Collection[str], *, asked: bool) -> Rooms:
    refused = bool(found.flaws) or seen.outcome not in LIVABLE
    if not found.orders or not refused or stopped_unseen(seen):
        return NO_ROOMS
    if not asked:
        return Rooms((), len(found.orders))
    own = replace(found.ready.bound, obligations=tuple(found.ready.bound.obligations[p] for p in seeing.places))
    return rooms(found.ready.known, own, found.orders, roles)


def _nearest(found: Checked, seeing: View) -> tuple[Nearest, ...]:
    whole, tables = fast.nearest(found.answers), found.ready.tables
    met: dict[int, set[Outcome]] = {}
    for place in found.failing:
        if place in seeing.own:
            met.setdefault(tables.at[place][0], set()).add(found.outcomes[place])
    return tuple(
        _line(found, own, _near(found, own, tables.rules[at], whole), worst(met.get(at, ())))
        for at, own in seeing.rules.items()
    )


def _near(found: Checked, own: Sequence[int], rule: RuleTable, nearest: Mapping[str, int]) -> int:
    """`nearest`: of all findings of each rule; where not all are the reader's, that of these, by the same measure."""
    if len(own) == len(rule.places):
        return nearest[rule.rule]
    outcomes = found.answers.outcomes
    return min(own, key=lambda place: (-outcomes[place].rank, fast.tightness(found.answers, place)))


def _line(found: Checked, places: Sequence[int], place: int, outcome: Outcome) -> Nearest:
    about, unit = found.ready.bound.obligations[place], fast.unit(found.answers, place)
    rule, title = about.origin.rule, about.origin.title
    said = rule, title, outcome.value, len(places), about.id, about.scope, about.group, unit
    whole = fast.whole(found.answers, place)
    if whole is not None:
        return _exact(said, whole)
    numbers = fast.numbers(found.answers, place)
    return Nearest(*said, *((None,) * 4 if numbers is None else (numbers.op, *map(amount, numbers[1:]))))


Said = tuple[str, str, str, int, str, str, str | None, str | None]
"""A line as far as its unit."""


@lru_cache(LINES)
def _exact(said: Said, whole: Whole) -> Nearest:
    """Most lines of a check are as they were in the one before."""
    return Nearest(*said, whole.op, *map(written, fast.exact(whole)))
