"""Clauses of rules, lists and waivers in canonical words."""

from __future__ import annotations

from typing import assert_never

from dsl import tree
from dsl.format.demand import demand, either, forbid
from dsl.format.expression import SOFT, amount, instant, names, number, pick, quoted
from dsl.format.line import Lines, line

Clause = tree.RuleClause | tree.ListClause | tree.WaiverClause


def clause(node: Clause, depth: int) -> Lines:
    match node:
        case tree.Demand():
            yield from demand(node, depth)
        case tree.Either():
            yield from either(node, depth)
        case _:
            yield line(depth, _text(node), node.span)


def _text(node: Clause) -> str:
    match node:
        case tree.Citation():
            section = f"{SOFT}section {quoted(node.section)}" if node.section else ""
            return f"source {quoted(node.title)}{section}" + (f"{SOFT}quote {quoted(node.quote)}" if node.quote else "")
        case tree.Layer():
            return f"layer {node.name}"
        case tree.Reading():
            return f"reading {quoted(node.note)}"
        case tree.Applies():
            including = f"{SOFT}and ".join(term.words for term in node.including)
            return f"applies to {_scope(node)}" + (f",{SOFT}including {including}" if including else "")
        case tree.Counting():
            return _counting(node)
        case tree.Let():
            value = pick(node.value, bare=True) if isinstance(node.value, tree.Pick) else number(node.value)
            return f"let {node.name.words} = {value}"
        case tree.Missing():
            return f"missing data counts as {node.counts_as}"
        case tree.NotCalculable():
            return f"not calculable: derogation {quoted(node.derogation)}"
        case tree.Tested():
            return f"tested at {f',{SOFT}'.join(map(moment, node.moments))}"
        case tree.Passive():
            return _passive(node)
        case tree.Fresh():
            return f"data {node.term.words} no older than {amount(node.period)}"
        case tree.OnBreach():
            waiver = f",{SOFT}waiver by {names(node.waiver_by)}" if node.waiver_by else ""
            return f"on breach {node.outcome}{waiver}"
        case tree.Effective():
            return f"effective from {instant(node.start)} until {instant(node.end) if node.end else 'lifted'}"
        case tree.Known():
            return f"known from {node.day.isoformat()}"
        case tree.Visible():
            return f"visible to {names(node.roles)}"
        case tree.ListKind():
            return f"kind {node.name}"
        case tree.Covers():
            return f"covers {f',{SOFT}'.join(map(_entry, node.entries))}"
        case tree.Forbid():
            return forbid(node)
        case tree.Divest():
            return f"divest within {amount(node.period)}, then frozen"
        case tree.Substitution():
            return _substitution(node)
        case tree.Covering():
            whose = f"{node.kind} {quoted(node.name)}" if node.name else "every account"
            return whose + (f" {node.level.words} {quoted(node.group)}" if node.level and node.group else "")
        case tree.Moves():
            return f"{node.verb} limit to {number(node.bound)}" + (", no purchases" if node.no_purchases else "")
        case tree.Lifts():
            return "lifts the rule" + (", no purchases" if node.no_purchases else "")
        case tree.Reason():
            return f"reason {quoted(node.reason)}" + (
                f"{SOFT}evidence {quoted(node.evidence)}" if node.evidence else ""
            )
        case tree.Approved():
            return f"approved by {quoted(node.by)} on {node.on.isoformat()}"
        case tree.Demand() | tree.Either():
            raise AssertionError("demands take several lines")
        case _:
            assert_never(node)


def _scope(node: tree.Applies) -> str:
    if node.kind == "tagged":
        return f"accounts tagged {quoted(node.name)}" if node.name else "accounts"
    if node.kind == "firm":
        return "firm"
    return f"{node.kind} {quoted(node.name)}" if node.name else f"each {node.kind}"


def _counting(node: tree.Counting) -> str:
    parts = [node.measure.words]
    if node.through_funds:
        parts.append("through funds" + (f" above {amount(node.above)}" if node.above else ""))
    if node.gross_of_shorts:
        parts.append("gross of shorts")
    if node.adding:
        parts.append(f"with {node.adding.words}" + (f" within {amount(node.period)}" if node.period else ""))
    return f"counting {f',{SOFT}'.join(parts)}"


def moment(node: tree.Moment) -> str:
    of = f" of {pick(node.trigger)}" if node.trigger else ""
    return node.name + of + (" projected" if node.projected else "")


def _passive(node: tree.Passive) -> str:
    parts = [f"may stand {amount(node.stand)}"] if node.stand else []
    if node.mode == "worsen":
        parts.append("no trade may worsen it" + (f" in {node.measure}" if node.measure else ""))
    if node.mode == "cure":
        parts.append("must be cured by this proposal")
    parts += [f"notify {quoted(notify.who)} within {amount(notify.period)}" for notify in node.notify]
    return f"passive breach {f',{SOFT}'.join(parts)}"


def _entry(node: tree.Entry) -> str:
    return node.level.words + (f" {quoted(node.name)}" if node.name else "")


def _substitution(node: tree.Substitution) -> str:
    chain = [
        quoted(step.name) + (f" up to {amount(step.share)} of target" if step.share else "") for step in node.chain
    ]
    return f"substitute {quoted(node.name)} with {f',{SOFT}then '.join(chain)}" + (
        ", else cash" if node.else_cash else ""
    )
