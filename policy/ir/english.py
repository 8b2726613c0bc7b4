"""A rule in plain English, sentence by sentence: whom it binds, what it demands, when, and what follows.

What a rule leaves to a default is said too: readers of a mandate are owed what is silent in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from policy.ir.bound import Moment, Outcome
from policy.ir.core import (
    Citation,
    Clause,
    Compare,
    Effective,
    Every,
    ListRule,
    Passive,
    Rule,
    Scope,
    Step,
    Test,
)
from policy.ir.words import OPS, condition, listed, number

MOMENTS = {
    Moment.PROPOSAL: "of every proposal as a whole",
    Moment.TRADE: "after every fill",
    Moment.PURCHASE: "when something that counts is bought",
    Moment.CLOSE: "at the close of every day",
    Moment.QUARTER_END: "at the end of every quarter",
    Moment.TRIGGER: "when its trigger occurs, as a duty and not a prohibition",
}
ENDS = {
    Outcome.PASS: "passes",
    Outcome.WARN: "passes with a warning",
    Outcome.WAIVED: "is waived",
    Outcome.CONSENT: "needs consent",
    Outcome.UNKNOWN: "is unknown",
    Outcome.BLOCK: "is blocked",
}


def sentences(rule: Rule) -> tuple[str, ...]:
    """The rule, one sentence each."""
    return tuple(
        sentence[0].upper() + sentence[1:] + "."
        for sentence in (
            f"this binds {scope(rule.scope)}",
            *(part for clause in rule.clauses for part in _clause(clause)),
            _counting(rule),
            f"it is tested {listed((MOMENTS[moment] for moment in rule.moments), 'and')}",
            *_passive(rule.passive),
            _missing(rule.missing),
            *(f"{term} may be at most {days} days old" for term, days in rule.freshness),
            *((f"it may be waived by {listed(rule.waivable_by, 'and')}",) if rule.waivable_by else ()),
            *_effective(rule.effective),
            *((f"only {rule.visible_to} may see it",) if rule.visible_to else ()),
        )
    )


def of_list(entry: ListRule) -> tuple[str, ...]:
    """A dated list, one sentence each."""
    named = (
        listed((f"{subject.level} {subject.name}" for subject in entry.covers), "and")
        if entry.covers
        else "what the book lists"
    )
    found = [
        f"this {entry.kind} list covers {named or 'what the book lists under its name'}",
        f"nobody may {listed(entry.forbid, 'or')} what it covers",
    ]
    if entry.window is not None:
        days, after = entry.window
        found.append(f"after {days} days, nobody may {listed(after, 'or')} it either")
    return tuple(f"{part[0].upper()}{part[1:]}." for part in (*found, *_effective(entry.effective)))


def citation(cited: Citation) -> str:
    """`15 USC 80a-5(b)(1), section 2: "no more than …"`."""
    section = f", section {cited.section}" if cited.section else ""
    quote = f": \u201c{cited.quote}\u201d" if cited.quote else ""
    return f"{cited.title}{section}{quote}"


def scope(bound: Scope) -> str:
    match bound.kind, bound.name:
        case "firm", _:
            found = "the firm, all its accounts together"
        case "household", None:
            found = "every household, its accounts together"
        case "household", name:
            found = f"household {name}, its accounts together"
        case "tagged", name:
            found = f"every account tagged {name}"
        case "account", None:
            found = "every account"
        case _, name:
            found = f"account {name}"
    return f"{found}, including {listed(bound.including, 'and')}" if bound.including else found


def _clause(clause: Clause) -> Iterator[str]:
    first, *others = clause.ladder
    yield condition(first.test)
    for step in others:
        yield f"{_further(first.test, step.test)}, it {_outcome(step)}"
    yield f"anything else {ENDS[clause.otherwise]}"


def _further(first: Test, test: Test) -> str:
    """A later rung: only the limit that differs, where nothing else does."""
    match first, test:
        case Every(pick, Compare(left)), Every(same, Compare(again, op, right)) if (pick, left) == (same, again):
            return f"as long as it is {OPS[op]} {number(right, 'it')}"
        case Compare(left), Compare(again, op, right) if left == again:
            return f"as long as it is {OPS[op]} {number(right)}"
        case _:
            return f"where {condition(test)}"


def _outcome(step: Step) -> str:
    return f"{ENDS[step.outcome]} ({step.reason})" if step.reason else ENDS[step.outcome]


def _counting(rule: Rule) -> str:
    through = ", looking through funds to what they hold" if rule.look_through else ", funds counting as themselves"
    return f"holdings count at {rule.measure}{through}"


def _passive(passive: Passive) -> Iterator[str]:
    if passive.mode == "cure":
        yield "a breach that no trade of ours caused must be cured by the next proposal"
        return
    yield f"a breach that no trade of ours caused may stand, but no trade may worsen it in {passive.measure}"
    if passive.stand is not None:
        yield f"it must be cured within {passive.stand} {'business' if passive.business else 'calendar'} days"
    for who, days in passive.notify:
        yield f"{who} is told of it within {days} business days"


def _missing(missing: str) -> str:
    match missing:
        case "unknown":
            return "where a fact is missing, the answer is unknown, which is not a pass"
        case "breach":
            return "where a fact is missing, the rule counts as broken"
        case derogation:
            return f"where it cannot be calculated, {derogation} applies"


def _effective(effective: Effective) -> Iterator[str]:
    if effective.start is not None:
        yield f"it is in force from {effective.start.isoformat()}"
    if effective.end is not None:
        yield f"it ends on {effective.end.isoformat()}"
