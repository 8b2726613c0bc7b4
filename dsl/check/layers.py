"""Layers only tighten: the same limit in a lower layer may not allow more than a higher layer does.

Every rule in force is judged, so a looser limit below a tighter one never frees anybody; it says something that is
not so. Two limits are the same when they limit the same thing, counted in the same way, in the same direction. What
the texts do not settle (other bases, moving bounds, accounts that may or may not fall under both) is said to be open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from dsl import tree
from dsl.check import demands, names, rules
from dsl.check.demands import Aim
from dsl.check.find import one
from dsl.check.place import Problems
from dsl.check.refinements import CAPS
from dsl.diagnostic import Diagnostic, Related, Severity
from dsl.format.expression import SOFT, WORDS, number

ORDER = ("regulation", "firm", "mandate", "account")
DEFAULT = "mandate"
"""The layer of a rule that names none: most rules are clauses of a client's policy."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One limit of one rule. `subject`: what is limited, as far as two texts can be compared."""

    rule: tree.Rule
    layer: int
    applies: tree.Applies
    aim: Aim
    subject: tuple[object, ...]


def problems(found: Iterable[tree.Rule]) -> Problems:
    same: dict[tuple[object, ...], list[Stated]] = {}
    for rule in found:
        for stated in _stated(rule):
            same.setdefault(stated.subject, []).append(stated)
    for group in same.values():
        above = tuple({_limit(stated): stated for stated in reversed(group)}.values())
        for lower in group:
            highers = (h for h in above if h.layer < lower.layer and _overlap(h.rule, lower.rule))
            yield from islice((found for higher in highers for found in _compared(higher, lower)), 1)


def _limit(stated: Stated) -> tuple[object, ...]:
    """What two limits on one subject may differ in: rules that say the same are compared with once."""
    return stated.layer, stated.applies, stated.aim.op, stated.aim.bound, one(stated.rule.clauses, tree.Effective)


def layer(rule: tree.Rule) -> str:
    said = one(rule.clauses, tree.Layer)
    return said.name if said else DEFAULT


def _stated(rule: tree.Rule) -> Iterator[Stated]:
    applies = one(rule.clauses, tree.Applies)
    if applies is None or one(rule.clauses, tree.Either) is not None:
        return
    names_ = rules.named(rule)
    if any(isinstance(meaning, names.Quantity) for meaning in names_.given.values()):
        return
    counting = one(rule.clauses, tree.Counting)
    for clause in demands.clauses(rule):
        aim = demands.aim(clause.demand.test)
        if aim is not None:
            rest = tuple(r for r in clause.demand.refinements if isinstance(r, tree.Except | tree.Allow))
            subject = (*_subject(aim.subject, names_), aim.op in CAPS, counting, clause.demand.given, rest)
            yield Stated(rule, ORDER.index(layer(rule)), applies, aim, subject)


def _subject(subject: tree.Each | tree.Expr, names_: names.Names) -> tuple[object, ...]:
    match subject:
        case tree.Each(measure, pick) | tree.Total(measure, pick):
            return (type(subject), measure, names.holdings(pick, names_))
        case _:
            return (subject,)


def _overlap(a: tree.Rule, b: tree.Rule) -> bool:
    """Whether there is a day on which both are in force."""
    first, second = one(a.clauses, tree.Effective), one(b.clauses, tree.Effective)
    if first is None or second is None:
        return True
    return (first.end is None or second.start.day <= first.end.day) and (
        second.end is None or first.start.day <= second.end.day
    )


def _compared(higher: Stated, lower: Stated) -> Problems:
    sure = _covers(higher.applies, lower.applies)
    if sure is None:
        return
    above, below = demands.constant(higher.aim.bound), demands.constant(lower.aim.bound)
    related = (Related(f"the limit of {higher.rule.id.value}", higher.aim.bound.span),)
    ours, theirs = lower.rule.id.value, higher.rule.id.value
    if above is None or below is None or above[0] != below[0]:
        if sure:
            fix = "nothing to do if it is: both are judged, and the stricter one decides"
            yield Diagnostic(
                "M312", f"whether {ours} is at least as strict as {theirs} cannot be told from the text",
                lower.aim.bound.span, fix, Severity.WARNING, related,
            )  # fmt: skip
        return
    looser = below[1] > above[1] if lower.aim.op in CAPS else below[1] < above[1]
    opener = below[1] == above[1] and len(lower.aim.op) == 2 and len(higher.aim.op) == 1
    if not looser and not opener:
        return
    shown = f"{_said(lower.aim)} here, {_said(higher.aim)} there"
    if sure:
        yield Diagnostic(
            "M310", f"{ours} loosens {theirs}: {shown}",
            lower.aim.bound.span, "tighten it, or file a waiver", related=related,
        )  # fmt: skip
    else:
        yield Diagnostic(
            "M311", f"{ours} loosens {theirs} for accounts under both: {shown}",
            lower.aim.bound.span, "tighten it, or file a waiver", Severity.WARNING, related,
        )  # fmt: skip


def _said(aim: Aim) -> str:
    return f"{WORDS[aim.op]} {number(aim.bound)}".replace(SOFT, " ")


def _covers(higher: tree.Applies, lower: tree.Applies) -> bool | None:
    """Whether every account of the lower rule falls under the higher one: yes, perhaps (False), or never (None)."""
    alone = ("account", "tagged")
    if higher.kind in alone and lower.kind in alone:
        everyone = higher.kind == "account" and higher.name is None
        return everyone or (higher.kind == lower.kind and higher.name == lower.name) or _perhaps(higher, lower)
    if higher.kind != lower.kind:
        return None
    return higher.name is None or higher.name == lower.name or _perhaps(higher, lower)


def _perhaps(higher: tree.Applies, lower: tree.Applies) -> bool | None:
    """Two names of one kind are two things; a tag and a name, or two tags, may meet."""
    apart = higher.kind == lower.kind and higher.kind != "tagged" and None not in (higher.name, lower.name)
    return None if apart else False
