"""A rule in plain English, sentence by sentence: whom it binds, what it demands, when, and what follows.

What a rule leaves to a default is said too: readers of a mandate are owed what is silent in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from policy.book.amount import percent_text
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
    Waiver,
)
from policy.ir.words import OPS, condition, counted, listed, named, number, quoted

MOMENTS = {
    Moment.PROPOSAL: "for every proposal as a whole",
    Moment.TRADE: "after every fill",
    Moment.PURCHASE: "when something that it counts is bought",
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
    return _told(
        (
            f"this binds {scope(rule.scope)}",
            *(part for clause in rule.clauses for part in _clause(clause)),
            _counting(rule),
            f"it is tested {listed((MOMENTS[moment] for moment in rule.moments), 'and')}",
            *_passive(rule.passive),
            _MISSING[rule.missing],
            *_derogation(rule.derogation),
            *(f"{term} may be at most {counted(days, 'calendar day')} old" for term, days in rule.freshness),
            *((f"it may be waived by {listed(rule.waivable_by, 'and')}",) if rule.waivable_by else ()),
            *_effective(rule.effective),
            *_visible(rule.visible_to),
        )
    )


def of_list(entry: ListRule) -> tuple[str, ...]:
    """A dated list, one sentence each."""
    covered = listed((named(subject) for subject in entry.covers), "or") if entry.covers else ""
    beside = f"whatever {covered}, and " if covered else ""
    found = [
        f"this {entry.kind} list binds {scope(entry.scope)}",
        f"it covers {beside}what the book lists under {quoted(entry.id)}",
        f"nobody may {listed(entry.forbid, 'or')} what it covers" if entry.forbid else "it forbids nothing by itself",
    ]
    if entry.window is not None:
        days, after = entry.window
        old = f"what it has covered for more than {counted(days, 'calendar day')}"
        found.append(f"{old} may be held, and nobody may {listed(after, 'or')} it")
    for name, chain, cash in entry.substitutes:
        found.append(f"in place of {quoted(name)} stands {_substitutes(chain, cash)}")
    found.append(f"a breach {ENDS[entry.outcome]}")
    return _told((*found, *_effective(entry.effective), *_visible(entry.visible_to)))


def of_waiver(waiver: Waiver) -> tuple[str, ...]:
    """A waiver, one sentence each."""
    where = f"{waiver.scope.kind} {quoted(waiver.scope.name)}" if waiver.scope.name else "every account"
    group = f" and {waiver.level} {quoted(waiver.group)} alone" if waiver.group else ""
    what = "lifts the rule" if waiver.raises_to is None else f"moves the limit to {number(waiver.raises_to)}"
    found = [f"waiver {waiver.id} {what} for {where}{group}"]
    if waiver.no_purchases:
        found.append("nothing that the limit counts may be bought under it")
    evidence = f", shown by {quoted(waiver.evidence)}" if waiver.evidence else ""
    found.append(f"its reason is {quoted(waiver.reason)}{evidence}")
    found.append(f"{waiver.approved_by} approved it on {waiver.approved_on.isoformat()}")
    return _told((*found, *_effective(waiver.effective), *_visible(waiver.visible_to)))


def _told(parts: Iterable[str]) -> tuple[str, ...]:
    """Phrases as sentences; an aside that ends one needs no comma."""
    return tuple(f"{part[0].upper()}{part[1:].replace(',,', ',').rstrip(',')}." for part in parts)


def _substitutes(chain: tuple[tuple[str, Fraction | None], ...], cash: bool) -> str:
    steps = [
        quoted(name) + ("" if share is None else f" up to {percent_text(share)} of its target") for name, share in chain
    ]
    return ", then ".join([*steps, *(["cash"] if cash else [])])


def citation(cited: Citation) -> str:
    """`15 USC 80a-5(b)(1), section 2: "no more than …"`."""
    section = f", section {cited.section}" if cited.section else ""
    quote = f": \u201c{cited.quote}\u201d" if cited.quote else ""
    return f"{cited.title}{section}{quote}"


def scope(bound: Scope) -> str:
    match bound.kind, bound.name:
        case "firm", _:
            return "the firm, all its accounts together"
        case "household", None:
            return "every household, its accounts together"
        case "household", name:
            return f"household {quoted(name or '')}, its accounts together"
        case "tagged", name:
            return f"every account tagged {quoted(name or '')}"
        case "account", None:
            return "every account"
        case _, name:
            return f"account {quoted(name or '')}"


def _clause(clause: Clause) -> Iterator[str]:
    first, *others = clause.ladder
    yield condition(first.test)
    for step in others:
        yield f"{_further(first.test, step.test)}, it {_outcome(step)}"
    yield f"{'anything beyond that' if others else 'a breach'} {ENDS[clause.otherwise]}"


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
    if step.outcome is Outcome.CONSENT:
        return f"needs the {step.reason}"
    return ENDS[step.outcome]


def _counting(rule: Rule) -> str:
    gross = ", what is short like what is held" if rule.gross else ""
    by = f"holdings are measured by {rule.measure}{gross}, and funds"
    if not rule.look_through:
        return f"{by} count as themselves"
    least = f", less what is below {percent_text(rule.de_minimis)} of its fund" if rule.de_minimis is not None else ""
    return f"{by} count as what they hold{least}"


def _passive(passive: Passive) -> Iterator[str]:
    if passive.mode == "cure":
        yield "a breach that no trade of ours caused must be cured by the next proposal"
        return
    yield f"a breach that no trade of ours caused may stand, but no trade may worsen it in {passive.measure}"
    if passive.stand is not None:
        unit = "business day" if passive.business else "calendar day"
        yield f"it must be cured within {counted(passive.stand, unit)}"
    for who, days in passive.notify:
        yield f"{who} is told of it within {counted(days, 'business day')}"


_MISSING = {
    "unknown": "where a fact is missing, the answer is unknown, which is not a pass",
    "breach": "where a fact is missing, the rule counts as broken",
}


def _derogation(cited: str | None) -> Iterator[str]:
    if cited is not None:
        yield f"what cannot be calculated may be excused under {quoted(cited)}, by somebody and not by this rule"


def _effective(effective: Effective) -> Iterator[str]:
    if effective.start is not None:
        yield f"it is in force from {effective.start.isoformat()}"
    if effective.end is not None:
        yield f"its last day is {effective.end.isoformat()}"
    if effective.known is not None:
        yield f"it counts as known from {effective.known.isoformat()}"


def _visible(role: str | None) -> Iterator[str]:
    if role is not None:
        yield f"it is judged for everyone and named only to {role}"
