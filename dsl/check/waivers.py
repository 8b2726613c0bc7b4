"""Waivers: signed, dated, of one rule, by someone who may sign, and not without end."""

from __future__ import annotations

from collections.abc import Mapping

from dsl import tree
from dsl.check import conditions, demands, names, numbers, rules
from dsl.check.agreement import disagreement
from dsl.check.demands import Aim
from dsl.check.find import one
from dsl.check.place import Place, Problems
from dsl.check.refinements import CAPS
from dsl.check.unit import unit_of
from dsl.diagnostic import Diagnostic, Related, Severity
from dsl.units import fits

ONCE = (tree.Covering, tree.Moves, tree.Lifts, tree.Effective, tree.Reason, tree.Approved, tree.Visible)
Waivable = tree.Rule | tree.ListBlock
TOGETHER = {"firm": ("account", "household"), "household": ("account",)}
"""Whose accounts a rule judges together, and of what a waiver of it then covers no single one."""


def problems(waiver: tree.Waiver, known: Mapping[str, Waivable]) -> Problems:
    yield from rules.once(waiver.clauses, ONCE)
    if waiver.whole:
        yield from _required(waiver)
    yield from _dates(waiver)
    if (visible := one(waiver.clauses, tree.Visible)) is not None:
        yield from rules.visible(visible)
    waived = known.get(waiver.rule.value)
    if waived is None:
        fix = names.suggestion(waiver.rule.value, known) or "name a rule of these files"
        yield Diagnostic("M320", f"there is no rule {waiver.rule.value} to waive", waiver.rule.span, fix)
        return
    yield from _in_force(waiver, waived)
    yield from _warning(waiver, waived)
    yield from _signed(waiver, waived)
    yield from _covering(waiver, waived)
    moves = one(waiver.clauses, tree.Moves)
    if moves is not None and isinstance(waived, tree.Rule):
        yield from _moves(moves, waived)
    elif moves is not None:
        yield Diagnostic("M328", f"list {waived.id.value} has no limit", moves.span, "write `lifts the rule`")


def _required(waiver: tree.Waiver) -> Problems:
    id_ = waiver.id
    days = one(waiver.clauses, tree.Effective)
    if days is None:
        fix = "write `effective from 2026-01-31 until 2026-06-30`"
        yield Diagnostic("M321", f"waiver {id_.value} does not say when it holds", id_.span, fix)
    elif days.end is None:
        yield Diagnostic("M321", f"waiver {id_.value} has no end", days.span, "write `until` and a date")
    if one(waiver.clauses, tree.Reason) is None:
        yield Diagnostic("M322", f"waiver {id_.value} gives no reason", id_.span, 'write `reason "…" evidence "…"`')
    if one(waiver.clauses, tree.Approved) is None:
        yield Diagnostic("M323", f"waiver {id_.value} is signed by nobody", id_.span,
                         'write `approved by "…" on 2026-01-31`')  # fmt: skip
    moves, lifts = one(waiver.clauses, tree.Moves), one(waiver.clauses, tree.Lifts)
    if moves is None and lifts is None:
        fix = "write `raises limit to 8% of net assets` or `lifts the rule`"
        yield Diagnostic("M324", f"waiver {id_.value} allows nothing", id_.span, fix)
    elif moves is not None and lifts is not None:
        yield Diagnostic("M230", "a waiver moves the limit or lifts the rule", lifts.span, "leave one of them out")


def _dates(waiver: tree.Waiver) -> Problems:
    days, approved = one(waiver.clauses, tree.Effective), one(waiver.clauses, tree.Approved)
    if days is None:
        return
    yield from rules.effective(days)
    for instant in (days.start, *((days.end,) if days.end else ())):
        if instant.clock is not None:
            yield Diagnostic("M309", "a waiver goes by whole days", instant.span, f"write `{instant.day}`")
    if approved is not None and approved.on > days.start.day:
        yield Diagnostic(
            "M325", f"signed on {approved.on}, after it takes effect", approved.span,
            f"let it begin on {approved.on} or later",
        )  # fmt: skip


def _in_force(waiver: tree.Waiver, rule: Waivable) -> Problems:
    """A waiver has a day on which its rule holds."""
    ours, theirs = one(waiver.clauses, tree.Effective), one(rule.clauses, tree.Effective)
    if ours is None or theirs is None:
        return
    before = ours.end is not None and ours.end.day < theirs.start.day
    after = theirs.end is not None and theirs.end.day < ours.start.day
    if before or after:
        yield Diagnostic(
            "M329", f"rule {rule.id.value} does not hold on any day of this waiver", ours.span, "correct the dates",
            Severity.WARNING, (Related("when the rule holds", theirs.span),),
        )  # fmt: skip


def promised(rule: Waivable) -> Problems:
    """Who may waive a rule is said where there is something to waive."""
    breach = _only_warns(rule)
    if breach is not None and breach.waiver_by:
        yield Diagnostic(
            "M329", "a warning stops nothing, so nobody needs a waiver of it", breach.span,
            "leave `waiver by` out, or write `on breach block`", Severity.WARNING,
        )  # fmt: skip


def _warning(waiver: tree.Waiver, rule: Waivable) -> Problems:
    breach = _only_warns(rule)
    if breach is not None:
        yield Diagnostic(
            "M329", f"rule {rule.id.value} only warns, and a warning stops nothing", waiver.rule.span,
            "leave the waiver out", Severity.WARNING, (Related("the rule", breach.span),),
        )  # fmt: skip


def _only_warns(rule: Waivable) -> tree.OnBreach | None:
    """Where the rule says so, and no rung of it says another thing."""
    breach = one(rule.clauses, tree.OnBreach)
    clauses = demands.clauses(rule) if isinstance(rule, tree.Rule) else ()
    ladders = any(isinstance(r, tree.Ladder) for clause in clauses for r in clause.demand.refinements)
    return breach if breach is not None and breach.outcome == "warn" and not ladders else None


def _signed(waiver: tree.Waiver, rule: Waivable) -> Problems:
    approved = one(waiver.clauses, tree.Approved)
    breach = one(rule.clauses, tree.OnBreach)
    entitled = breach.waiver_by if breach else ()
    said = breach.span if breach else rule.id.span
    if not entitled:
        yield Diagnostic(
            "M326", f"nobody may waive rule {rule.id.value}", waiver.rule.span,
            'name who may in the rule: `on breach block, waiver by "CCO"`', related=(Related("the rule", said),),
        )  # fmt: skip
    elif approved is not None and approved.by.value not in {text.value for text in entitled}:
        who = " or ".join(f'"{text.value}"' for text in entitled)
        yield Diagnostic(
            "M326", f'"{approved.by.value}" may not waive rule {rule.id.value}', approved.by.span,
            f"it is waived by {who}", related=(Related("who may", said),),
        )  # fmt: skip


def _covering(waiver: tree.Waiver, rule: Waivable) -> Problems:
    """A waiver for one household, account or group is for what the rule judges within it."""
    covering, applies = one(waiver.clauses, tree.Covering), one(rule.clauses, tree.Applies)
    if covering is None:
        return
    if covering.name is not None and applies is not None and covering.kind in TOGETHER.get(applies.kind, ()):
        one_of = "the firm" if applies.kind == "firm" else "a household"
        fix = "write `every account`" if applies.kind == "firm" else 'write `household "…"` or `every account`'
        what = f"rule {rule.id.value} judges the accounts of {one_of} together"
        yield Diagnostic("M327", what, covering.name.span, fix)
    if covering.level is None:
        return
    levels = _levels(rule) if isinstance(rule, tree.Rule) else {"security"}
    said = covering.level.words
    if said not in levels:
        fix = f"it judges each {' and each '.join(sorted(levels))}" if levels else "leave the group out"
        yield Diagnostic("M327", f"rule {rule.id.value} does not judge each {said}", covering.level.span, fix)


def _levels(rule: tree.Rule) -> set[str]:
    names_ = rules.named(rule)
    found = (_level(clause.demand.test, names_) for clause in demands.clauses(rule))
    return {level for level in found if level is not None}


def _level(test: tree.Test, names_: names.Names) -> str | None:
    match test:
        case tree.Limit(tree.Each(pick=pick)) | tree.Band(tree.Each(pick=pick)) | tree.Between(tree.Each(pick=pick)):
            found = names.group(pick.level, names_)
            return found.level if found else None
        case tree.HoldMinimum(pick=pick):
            found = names.group(pick.level, names_)
            return found.level if found else None
        case tree.Forbid():
            return "identical group" if conditions.is_wash_sale(test) else "security"
        case _:
            return None


def _moves(moves: tree.Moves, rule: tree.Rule) -> Problems:
    """The bound of a rule with one limit, and one that goes further."""
    found = [clause.demand for clause in demands.clauses(rule)]
    aim = demands.aim(found[0].test) if len(found) == 1 else None
    if (
        aim is None
        or _crossed(aim.subject)
        or any(isinstance(r, tree.Ladder | tree.Allow) for r in found[0].refinements)
    ):
        fix = "write `lifts the rule`, or give the limit a rule of its own"
        yield Diagnostic("M328", f"rule {rule.id.value} has no one limit that could move", moves.span, fix)
        return
    verb = "raises" if aim.op in CAPS else "lowers"
    if moves.verb != verb:
        kind = "cap" if verb == "raises" else "floor"
        yield Diagnostic("M328", f"rule {rule.id.value} is a {kind}", moves.span, f"write `{verb} limit to …`")
        return
    yield from _further(moves, aim, rules.named(rule))


def _crossed(subject: tree.Each | tree.Expr) -> bool:
    """Averages and risks are limited after being multiplied out: their bound is not one number to move."""
    return isinstance(subject, tree.Average) or (not isinstance(subject, tree.Each) and conditions.is_risk(subject))


def _further(moves: tree.Moves, aim: Aim, names_: names.Names) -> Problems:
    group = names.group(aim.subject.pick.level, names_) if isinstance(aim.subject, tree.Each) else None
    found = list(numbers.problems(moves.bound, Place(names_, group.level if group else None)))
    yield from found
    a, b = unit_of(aim.bound, names_), unit_of(moves.bound, names_)
    if found or a is None or b is None:
        return
    if not fits(b, a):
        yield disagreement(aim.bound, a, moves.bound, b)
        return
    old, new = demands.constant(aim.bound), demands.constant(moves.bound)
    if old is None or new is None or old[0] != new[0]:
        return
    if (new[1] <= old[1]) if aim.op in CAPS else (new[1] >= old[1]):
        yield Diagnostic(
            "M329", "this waiver allows nothing that the rule does not", moves.bound.span, "correct the number",
            Severity.WARNING, (Related("the rule's limit", aim.bound.span),),
        )  # fmt: skip
