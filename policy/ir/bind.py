"""Rules and a book become obligations: the one place where meaning meets facts.

What a rule says is looked up in the book here, once, and never again: filters on facts are settled, groups are
formed, limits become numbers. What cannot be settled because a fact is missing stays in the obligation as an
interval or an unknown truth.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from policy.book.facts import Book, Order
from policy.book.read import Index, index
from policy.ir import core, meaning
from policy.ir.bound import All, Any, Bound, Formula, Moment, Obligation, Origin, Outcome, Rung, Truth
from policy.ir.context import Context, picked, stale
from policy.ir.forbid import forbidden
from policy.ir.forms import Table
from policy.ir.moments import nothing_bought, tolerated
from policy.ir.picks import Group
from policy.ir.positions import Universe, universe
from policy.ir.scope import Scope, due, rules_in_force, scopes
from policy.ir.sentences import for_group, formula
from policy.ir.waivers import waived
from policy.ir.wash_sales import washed

Draft = tuple[Obligation, core.Passive | None]
"""An obligation without its tolerance rung, and how passive breaches are to be treated (None: not at all)."""

TOLERATED = "passive breach, not worsened"
REACHED = "reached before the orders, not worsened"


def bind(
    library: core.Library,
    book: Book,
    orders: tuple[Order, ...] = (),
    accounts: frozenset[str] | None = None,
    *,
    snapshot: str = "",
) -> Bound:
    """The library bound to the book. `orders` add instruments that accounts do not hold yet; `accounts` (all
    when None) are those whose quantities are decided; `snapshot` is the book's content hash."""
    return bind_to(library, index(book), orders, accounts, snapshot=snapshot)


def bind_to(
    library: core.Library,
    facts: Index,
    orders: tuple[Order, ...] = (),
    accounts: frozenset[str] | None = None,
    *,
    snapshot: str = "",
) -> Bound:
    """As `bind`, for a book that is indexed already."""
    return tolerant(library, *drafted(library, facts, orders, accounts), snapshot)


def tolerant(library: core.Library, world: Universe, drafts: Iterable[Draft], snapshot: str) -> Bound:
    """The drafts, each with the rung that excuses what was there before."""
    book, before = world.book, meaning.values(world.table.forms, {})
    return Bound(
        book.as_of,
        book.known_at,
        book.currency,
        world.table.quantities,
        world.table.forms,
        tuple(with_tolerance(obligation, passive, before, world.table) for obligation, passive in drafts),
        world.domains,
        snapshot,
        digest(library),
    )


def drafted(
    library: core.Library, facts: Index, orders: tuple[Order, ...] = (), accounts: frozenset[str] | None = None
) -> tuple[Universe, tuple[Draft, ...]]:
    """The book's quantities and forms, with those that the rules speak of, and the obligations over them."""
    world = universe(facts, library.lists, orders, accounts)
    rules = rules_in_force(library, facts.book)
    return world, tuple(draft for rule in rules for draft in _obligations(rule, library.waivers, world))


def digest(value: core.Library | core.Rule) -> str:
    """SHA-256 of what the rules mean: places in files do not count."""
    return hashlib.sha256(repr(value).encode()).hexdigest()


# --- one rule ----------------------------------------------------------------------------------


def _obligations(rule: core.Rule, waivers: Iterable[core.Waiver], world: Universe) -> Iterator[Draft]:
    origins = tuple(_origins(rule))
    for scope in scopes(rule.scope, world.book, world.positions):
        where = world, scope.name, scope.accounts
        ctx = Context(*where, rule.measure, rule.look_through, rule.de_minimis, set(), None, rule.gross)
        for origin, clause in zip(origins, rule.clauses, strict=True):
            for group, rungs, missing in _groups(clause, ctx):
                aged = tuple(_fresh(rung, ctx, rule, group) for rung in rungs) if rule.freshness else rungs
                whole = _draft(rule, origin, clause, ctx, group, aged, missing)
                for draft in _at_moments(whole, rungs, rule, ctx, waivers, group):
                    yield _of_whom(draft, scope) if scope.missing else draft


def _origins(rule: core.Rule) -> Iterator[Origin]:
    """Where the obligations of each clause come from."""
    authority = "; ".join(" ".join(part for part in (c.title, c.section) if part) for c in rule.citations)
    meaning_ = digest(rule)
    for number, clause in enumerate(rule.clauses, start=1):
        place = clause.span
        yield Origin(rule.id, rule.title, number, rule.file, place.line, place.column, authority, rule.layer, meaning_)


Rungs = tuple[Rung, ...]


def _groups(clause: core.Clause, ctx: Context) -> Iterator[tuple[Group | None, Rungs, set[str]]]:
    """The clause's ladder for each group that it is judged for, with the facts that were missing."""
    first = clause.ladder[0].test
    match first:
        case core.Every(pick):
            asked = core.All(tuple(step.test.test for step in clause.ladder if isinstance(step.test, core.Every)))
            shared: set[str] = set()
            for group in picked(replace(ctx, missing=shared), pick, asked):
                own = {fact for fact in shared if _concerns(fact, group)} if shared else set()
                inner = ctx.within(group, own)
                rungs = tuple(
                    Rung(for_group(step.test.test, inner, group), step.outcome, step.reason)
                    for step in clause.ladder
                    if isinstance(step.test, core.Every)
                )
                yield group, rungs, own
        case core.Forbid():
            for group, test, missing in forbidden(first, ctx):
                yield group, _one(clause, test), missing
        case core.WashSale():
            for group, test, missing in washed(first, ctx):
                yield group, _one(clause, test), missing
        case _:
            own = set()
            inner = replace(ctx, missing=own)
            yield None, tuple(Rung(formula(s.test, inner), s.outcome, s.reason) for s in clause.ladder), own


def _one(clause: core.Clause, test: Formula) -> Rungs:
    return (Rung(test, clause.ladder[0].outcome, clause.ladder[0].reason),)


def _concerns(fact: str, group: Group) -> bool:
    return any(fact.endswith(f" of {exposure.name}") for exposure in group.exposures)


def _fresh(rung: Rung, ctx: Context, rule: core.Rule, group: Group | None) -> Rung:
    """A rung that rests on data older than the rule allows may fail, and is otherwise unknown."""
    old = [kept for words, age in rule.freshness for kept in stale(ctx, words, age, group)]
    return replace(rung, formula=All((rung.formula, *old))) if old else rung


def _of_whom(draft: Draft, scope: Scope) -> Draft:
    """Where other accounts may belong to what is judged as one, what these break is broken, and nothing passes."""
    obligation, _ = draft
    doubt = Truth(None, f"which accounts {scope.name} is judged with")
    rungs = tuple(
        replace(rung, formula=All((rung.formula, doubt)) if scope.whole else doubt) for rung in obligation.ladder
    )
    return replace(obligation, ladder=rungs, unknowns=tuple(sorted({*obligation.unknowns, *scope.missing}))), None


def _draft(
    rule: core.Rule,
    origin: Origin,
    clause: core.Clause,
    ctx: Context,
    group: Group | None,
    rungs: Rungs,
    missing: set[str],
) -> Obligation:
    name = f"{rule.id}/{origin.clause}/{ctx.scope}"
    return Obligation(
        name if group is None else f"{name}/{group.level}/{group.key}",
        origin,
        ctx.scope,
        ctx.accounts,
        None if group is None else f"{group.level} {group.name}",
        rule.moments,
        rungs,
        clause.otherwise,
        rule.missing == "breach",
        tuple(sorted(missing)),
        rule.visible_to,
    )


def _at_moments(
    obligation: Obligation,
    own: Rungs,
    rule: core.Rule,
    ctx: Context,
    waivers: Iterable[core.Waiver],
    group: Group | None,
) -> Iterator[Draft]:
    """One obligation for the moments at which the end point counts, one for the literal purchase test: of `own`, the
    clause's rungs as they are written, hangs which purchases matter."""
    obligation = waived(obligation, rule, ctx, [w for w in waivers if w.rule == rule.id], group)
    ends = tuple(m for m in obligation.moments if m is not Moment.PURCHASE and due(m, ctx.universe.book.as_of))
    if Moment.PURCHASE in obligation.moments:
        unless = nothing_bought([rung.formula for rung in own], ctx, group)
        rungs = tuple(replace(rung, formula=_unless(unless, rung.formula)) for rung in obligation.ladder)
        name = f"{obligation.id}/purchase" if ends else obligation.id
        yield replace(obligation, id=name, moments=(Moment.PURCHASE,), ladder=rungs), None
    if ends:
        passive = rule.passive if rule.passive.mode == "worsen" else None
        if all(moment is Moment.TRIGGER for moment in ends):
            obligation = replace(obligation, otherwise=Outcome.WARN)
        yield obligation if ends == obligation.moments else replace(obligation, moments=ends), passive


def _unless(stopped: Formula, test: Formula) -> Formula:
    return stopped if isinstance(stopped, Truth) else Any((stopped, test))


def with_tolerance(
    obligation: Obligation, passive: core.Passive | None, before: meaning.Values, table: Table
) -> Obligation:
    """After the first rung: what no order caused may stand while no order worsens it. The leaf that worsening is
    defined on is the first rung's own: a warning or a consent that the book had reached before, within the clause's
    outer limits, is no more these orders' doing than a breach is."""
    if passive is None:
        return obligation
    first, *rest = obligation.ladder
    kept = tolerated(first.formula, before, passive.measure, table)
    if kept is None:
        return obligation
    within = any(meaning.truth(rung.formula, before) for rung in rest if rung.outcome is not Outcome.WAIVED)
    why = REACHED if within else TOLERATED
    return replace(obligation, ladder=(first, Rung(kept, Outcome.PASS, why, tolerance=True), *rest))
