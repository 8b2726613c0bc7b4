"""What a check of orders answers: the verdict as its reader may see it, and how near each rule is to its limit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from policy.book.amount import ratio_text
from policy.ir.bound import Outcome
from policy.judge import fast
from policy.judge.eval import worst
from policy.judge.fast import Whole
from policy.judge.redact import UNSEEN, seen_by, stopped_unseen
from policy.judge.verdict import Finding, Verdict
from server.answer.number import Told, told
from server.answer.verdict import JudgeAnswer, judged
from server.desk import check
from server.desk.check import About, Checked, Reader, View
from server.desk.room import LIVABLE, NO_ROOMS, Rooms, rooms

HIDDEN = replace(UNSEEN, visible_to="not shown")
"""Stands for what is hidden before a verdict is redacted; no role has this name."""
PASS = Outcome.PASS.value
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
    value: Told | None
    limit: Told | None
    headroom: Told | None


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
    nearest, tables = fast.nearest(found.answers), found.ready.tables
    met: dict[int, set[Outcome]] = {}
    for place in found.failing:
        if place in seeing.own:
            met.setdefault(tables.at[place][0], set()).add(found.outcomes[place])
    word = {at: worst(outcomes).value for at, outcomes in met.items()}
    places = [
        nearest[at] if len(own) == len(tables.rules[at].places) else _near(found, own)
        for at, own in seeing.rules.items()
    ]
    wholes = fast.wholes(found.answers, places)
    return tuple(
        _line(found, seeing.own[place], place, word.get(at, PASS))
        if whole is None
        else _exact(seeing.own[place], word.get(at, PASS), whole)
        for at, place, whole in zip(seeing.rules, places, wholes, strict=True)
    )


def _near(found: Checked, own: Sequence[int]) -> int:
    """Where not all findings of a rule are the reader's: the nearest of these, by the same measure."""
    outcomes = found.answers.outcomes
    return min(own, key=lambda place: (-outcomes[place].rank, fast.tightness(found.answers, place)))


def _line(found: Checked, about: About, place: int, outcome: str) -> Nearest:
    """Where no numbers are whole."""
    slow = found.answers.slow.get(place)
    leaf = None if slow is None else slow.deciding
    if leaf is None:
        return _said(about, outcome, None, None, None, None, None)
    return _said(about, outcome, leaf.unit, leaf.op, *map(told, (leaf.value, leaf.bound, leaf.headroom)))


@lru_cache(LINES)
def _exact(about: About, outcome: str, whole: Whole) -> Nearest:
    """Most lines of a check are as they were in the one before."""
    value, bound, headroom = fast.sides(whole)
    return _said(about, outcome, whole.unit, whole.op, *(_text(each, whole.one) for each in (value, bound, headroom)))


_text = lru_cache(LINES)(ratio_text)


def _said(about: About, outcome: str, *numbers: Any) -> Nearest:
    """`numbers`: from the unit on."""
    return Nearest(about.rule, about.title, outcome, about.judged, about.id, about.scope, about.group, *numbers)
