"""Waivers: signed, dated exceptions, each one more rung with its own bound and end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from policy.ir import core
from policy.ir.bound import All, Formula, Leaf, Obligation, Outcome, Rung, Truth
from policy.ir.bound import Any as AnyOf
from policy.ir.context import Context
from policy.ir.moments import nothing_bought
from policy.ir.picks import Group
from policy.ir.scope import in_force
from policy.ir.sentences import scalar


def waived(
    obligation: Obligation, rule: core.Rule, ctx: Context, waivers: Iterable[core.Waiver], group: Group | None
) -> Obligation:
    """The obligation with a rung for every waiver of its rule that is in force here, before the rungs that are worse
    than waived. A waiver acts on what is known to lie within it: an unknown measure is not waived. Where the rule only
    warns there is nothing to waive."""
    if obligation.otherwise.rank <= Outcome.WAIVED.rank:
        return obligation
    book = ctx.universe.book
    rungs = [
        Rung(
            _allowed(waiver, obligation, ctx, group),
            Outcome.WAIVED,
            f"waiver {waiver.id}, {waiver.approved_by}",
            visible_to=waiver.visible_to,
        )
        for waiver in waivers
        if in_force(waiver.effective, book.as_of, book.known_at) and _covers(waiver, rule, ctx, group)
    ]
    ladder = sorted((*obligation.ladder, *rungs), key=lambda rung: rung.outcome.rank)
    return replace(obligation, ladder=tuple(ladder)) if rungs else obligation


def _covers(waiver: core.Waiver, rule: core.Rule, ctx: Context, group: Group | None) -> bool:
    """One account's waiver does not reach what is judged over several, a household's what is judged over the firm, nor
    one sector's an issuer of its name. Accounts, households and groups are named by their ids: several may share a
    name, and a household's own book does not say who else has it."""
    if waiver.scope.name is not None and (rule.scope.kind == "firm" or not _whole_of(waiver.scope, ctx)):
        return False
    if waiver.group is None:
        return True
    return group is not None and (waiver.level, waiver.group) == (group.level, group.key)


def _whole_of(whose: core.Scope, ctx: Context) -> bool:
    """Whether all that is judged here as one is this account's, or this household's. An account that states no
    household is in none that a waiver names: a waiver acts on what is known."""
    if whose.kind == "account":
        return ctx.accounts == (whose.name,)
    return all(ctx.universe.book.accounts[name].household == whose.name for name in ctx.accounts)


def _allowed(waiver: core.Waiver, obligation: Obligation, ctx: Context, group: Group | None) -> Formula:
    """The clause's own test with the raised bound, and no purchases where the waiver says so."""
    own = obligation.ladder[0].formula
    raised: Formula = Truth(True)
    if waiver.raises_to is not None:
        inner = ctx if group is None else ctx.within(group)
        raised = _raised(own, waiver.raises_to, inner)
    if not waiver.no_purchases:
        return raised
    return All((nothing_bought((own,), ctx, group), raised))


def _raised(own: Formula, limit: core.Scalar, ctx: Context) -> Formula:
    match own:
        case Leaf():
            return replace(own, bound=scalar(limit, ctx))
        case All(parts):
            return All(tuple(_raised(part, limit, ctx) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_raised(part, limit, ctx) for part in parts))
        case _:
            return own
