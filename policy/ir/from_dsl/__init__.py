"""Checked files to the core: rules, lists and waivers as one library.

Files that `dsl.check` finds no error in are lowered without raising; an AssertionError here is a mistake of ours.
Nothing is judged and no book is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from dsl import tree
from dsl.check import layers, lists, periods, rules
from dsl.check.find import every, one
from dsl.check.names import Names
from policy.ir import core
from policy.ir.bound import Moment, Outcome
from policy.ir.from_dsl.clauses import OUTCOMES, VERBS, Reading, clauses, regimes
from policy.ir.from_dsl.numbers import scalar

SILENT = Outcome.WARN
"""What standing on a list leads to that only watches."""
FROZEN = ("buy", "sell")
"""After a divest window the position is neither bought nor sold."""


def library(files: Iterable[tree.File]) -> core.Library:
    """All that the files say."""
    blocks = [block for file in files for block in file.blocks]
    known = {rule.id.value: rules.named(rule) for rule in every(blocks, tree.Rule)}
    return core.Library(
        tuple(_rule(rule) for rule in every(blocks, tree.Rule)),
        tuple(_list(block) for block in every(blocks, tree.ListBlock)),
        tuple(_waiver(waiver, known.get(waiver.rule.value, Names())) for waiver in every(blocks, tree.Waiver)),
    )


# --- rules -------------------------------------------------------------------------------------


def _rule(rule: tree.Rule) -> core.Rule:
    names = rules.named(rule)
    counting = one(rule.clauses, tree.Counting)
    passive = one(rule.clauses, tree.Passive)
    breach = one(rule.clauses, tree.OnBreach)
    derogation = one(rule.clauses, tree.NotCalculable)
    at = Reading(names, OUTCOMES[breach.outcome] if breach else Outcome.BLOCK)
    return core.Rule(
        id=rule.id.value,
        title=rule.title.value,
        citations=_citations(rule.clauses),
        layer=layers.layer(rule),
        scope=_scope(one(rule.clauses, tree.Applies)),
        measure=names.counting.name,
        look_through=counting is not None and counting.through_funds,
        de_minimis=None if counting is None or counting.above is None else counting.above.value / 100,
        clauses=tuple(_clauses(rule, at)),
        moments=_moments(rule),
        missing=_missing(rule),
        passive=core.Passive() if passive is None else _passive(passive),
        effective=_effective(rule.clauses),
        freshness=tuple((c.term.words, periods.in_days(c.period)) for c in every(rule.clauses, tree.Fresh)),
        waivable_by=tuple(text.value for text in breach.waiver_by) if breach else (),
        visible_to=_visible(rule.clauses),
        file=rule.span.file,
        span=rule.span,
        gross=counting is not None and counting.gross_of_shorts,
        derogation=None if derogation is None else derogation.derogation.value,
    )


def _clauses(rule: tree.Rule, at: Reading) -> Iterator[core.Clause]:
    for clause in rule.clauses:
        match clause:
            case tree.Demand():
                yield from clauses(clause, at)
            case tree.Either():
                yield regimes(clause, at)
            case _:
                pass


def _moments(rule: tree.Rule) -> tuple[Moment, ...]:
    """A quarter end that is projected is judged at the proposal, too."""
    found: list[Moment] = []
    for tested in every(rule.clauses, tree.Tested):
        for moment in tested.moments:
            found.append(Moment(moment.name))
            if moment.projected:
                found.append(Moment.PROPOSAL)
    return tuple(dict.fromkeys(found))


def _missing(rule: tree.Rule) -> str:
    missing = one(rule.clauses, tree.Missing)
    return "unknown" if missing is None else missing.counts_as


def _passive(passive: tree.Passive) -> core.Passive:
    stand = passive.stand
    return core.Passive(
        mode=passive.mode or "worsen",
        measure=passive.measure or "weight",
        stand=None if stand is None else periods.in_days(stand),
        business=stand is not None and stand.unit == "business days",
        notify=tuple((notify.who.value, periods.in_days(notify.period)) for notify in passive.notify),
    )


# --- lists -------------------------------------------------------------------------------------


def _list(block: tree.ListBlock) -> core.ListRule:
    kind = one(block.clauses, tree.ListKind)
    divest = one(block.clauses, tree.Divest)
    breach = one(block.clauses, tree.OnBreach)
    silent = kind is not None and kind.name in lists.SILENT
    return core.ListRule(
        id=block.id.value,
        title=block.title.value,
        kind=kind.name if kind else "restricted",
        covers=tuple(named for covers in every(block.clauses, tree.Covers) for named in _named(covers)),
        forbid=_verbs(one(block.clauses, tree.Forbid), divest),
        window=None if divest is None else (periods.in_days(divest.period), FROZEN),
        substitutes=tuple(_substitution(part) for part in every(block.clauses, tree.Substitution)),
        effective=_effective(block.clauses),
        scope=_scope(one(block.clauses, tree.Applies)),
        citations=_citations(block.clauses),
        outcome=OUTCOMES[breach.outcome] if breach else SILENT if silent else Outcome.BLOCK,
        visible_to=_visible(block.clauses),
        file=block.span.file,
        span=block.span,
    )


def _verbs(forbid: tree.Forbid | None, divest: tree.Divest | None) -> tuple[str, ...]:
    said = tuple(verb for word in (forbid.verbs if forbid else ()) for verb in VERBS[word])
    inside = ("buy",) if divest else ()
    return tuple(dict.fromkeys((*said, *inside)))


def _named(covers: tree.Covers) -> Iterator[core.Named]:
    """`derivatives` widens what is named in the same clause."""
    wide = any(entry.name is None and entry.level.words == "derivatives" for entry in covers.entries)
    for entry in covers.entries:
        if entry.name is not None:
            yield core.Named(entry.level.words, entry.name.value, wide)


def _substitution(part: tree.Substitution) -> tuple[str, tuple[tuple[str, Fraction | None], ...], bool]:
    chain = tuple((one.name.value, None if one.share is None else one.share.value / 100) for one in part.chain)
    return part.name.value, chain, part.else_cash


# --- waivers -----------------------------------------------------------------------------------


def _waiver(waiver: tree.Waiver, names: Names) -> core.Waiver:
    """`names`: those of the rule that is waived."""
    covering = one(waiver.clauses, tree.Covering)
    moves, lifts = one(waiver.clauses, tree.Moves), one(waiver.clauses, tree.Lifts)
    reason, approved = one(waiver.clauses, tree.Reason), one(waiver.clauses, tree.Approved)
    assert approved is not None, "a waiver is signed"
    return core.Waiver(
        id=waiver.id.value,
        rule=waiver.rule.value,
        scope=_scope(covering),
        level=covering.level.words if covering and covering.level else None,
        group=covering.group.value if covering and covering.group else None,
        raises_to=None if moves is None else scalar(moves.bound, names, names.counting.unit),
        no_purchases=(moves is not None and moves.no_purchases) or (lifts is not None and lifts.no_purchases),
        effective=_effective(waiver.clauses),
        reason=reason.reason.value if reason else "",
        evidence=reason.evidence.value if reason and reason.evidence else None,
        approved_by=approved.by.value,
        approved_on=approved.on,
        visible_to=_visible(waiver.clauses),
        file=waiver.span.file,
        span=waiver.span,
    )


# --- clauses of any block ----------------------------------------------------------------------


def _citations(clauses_: Iterable[object]) -> tuple[core.Citation, ...]:
    return tuple(
        core.Citation(
            c.title.value, c.section.value if c.section else None, c.quote.value if c.quote else None
        )
        for c in every(clauses_, tree.Citation)
    )  # fmt: skip


def _scope(scope: tree.Applies | tree.Covering | None) -> core.Scope:
    """A list without a scope holds for every account, and so does a waiver."""
    return core.Scope("account") if scope is None else core.Scope(scope.kind, scope.name.value if scope.name else None)


def _effective(clauses_: Iterable[object]) -> core.Effective:
    held = tuple(clauses_)
    days, known = one(held, tree.Effective), one(held, tree.Known)
    return core.Effective(
        days.start.day if days else None,
        days.end.day if days and days.end else None,
        known.day if known else None,
    )


def _visible(clauses_: Iterable[object]) -> str | None:
    visible = one(clauses_, tree.Visible)
    return visible.roles[0].value if visible else None
