"""Who may see which finding. A rule that is visible to a role only is judged for everyone and named only there.

To others all such rules together are one line, the last one, always in the same words, and only when one of them
stops the orders: neither how many there are nor which of them it was can be read off. What merely warns, or is waived,
is addressed to those who may see it (a watch list must not change what an adviser is told), and what passes is silent:
whoever may not see it cannot even tell that a rule is there.

A waiver that is visible to a role only counts for everyone. Others read that their rule is waived, and not by which
waiver, by whom or why.

What is derived from a verdict for a reader (a price box, a worst group, an explanation) is derived from the verdict
as that reader sees it; otherwise its numbers would give the secret away.
"""

from __future__ import annotations

from collections.abc import Collection, Set
from dataclasses import replace

from policy.book.facts import Book
from policy.ir.bind import digest
from policy.ir.bound import Bound, Obligation, Origin, Outcome, Rung, Truth
from policy.ir.core import Library, ListRule, Rule, Waiver
from policy.judge.eval import worst
from policy.judge.verdict import Finding, Verdict

NOT_PERMITTED = "not permitted; compliance can say why, or who can"
UNNAMED = "a waiver that is not shown"

UNSEEN = Obligation(
    id="not shown",
    origin=Origin("not shown", "a rule that is not shown", 0, "", 0, 0, "", "", "00" * 32),
    scope="",
    accounts=(),
    group=None,
    moments=(),
    ladder=(Rung(Truth(False), Outcome.PASS),),
    otherwise=Outcome.BLOCK,
)
"""Stands for every rule that the reader may not see; its outcome is `otherwise`."""


def seen_by(verdict: Verdict, roles: Collection[str]) -> Verdict:
    """The verdict as someone with these roles may read it. A stop stays a stop of the same kind (unknown, consent or
    block): nobody is told less than that."""
    shown = tuple(_unnamed(f, roles) for f in verdict.findings if may_see(f.obligation, roles))
    hidden = worst(f.outcome for f in verdict.findings if not may_see(f.obligation, roles))
    if hidden.rank >= Outcome.CONSENT.rank:
        shown = (*shown, Finding(replace(UNSEEN, otherwise=hidden), hidden, NOT_PERMITTED, None, None))
    return Verdict(worst(f.outcome for f in shown), shown)


def stopped_unseen(seen: Verdict) -> bool:
    """Whether something stops the orders that the reader of this verdict may not see."""
    return any(finding.obligation.id == UNSEEN.id for finding in seen.findings)


def visible(bound: Bound, library: Library, roles: Collection[str]) -> Bound:
    """What is bound, as far as these roles may see it; its `library` is the hash of what they may read."""
    obligations = tuple(_without_names(o, roles) for o in bound.obligations if may_see(o, roles))
    return replace(bound, obligations=obligations, library=digest(readable(library, roles)))


def readable(library: Library, roles: Collection[str]) -> Library:
    """The rules, the lists, and the waivers of rules that these roles may read; of these, which are observed."""
    rules = tuple(rule for rule in library.rules if may_see(rule, roles))
    lists = tuple(found for found in library.lists if may_see(found, roles))
    names = {rule.id for rule in rules} | {found.id for found in lists}
    waivers = tuple(waiver for waiver in library.waivers if waiver.rule in names and may_see(waiver, roles))
    observed = tuple(name for name in library.observed if name in names)
    return replace(library, rules=rules, lists=lists, waivers=waivers, observed=observed)


def sees_all(library: Library, roles: Collection[str]) -> bool:
    """Whether nothing is kept from these roles: what is made of all rules alike (a proof bundle, a bound on how much
    better orders could be) is theirs to read."""
    return readable(library, roles) == library


def eyes(library: Library) -> frozenset[str]:
    """The roles that something is kept for from all others."""
    blocks: tuple[Rule | ListRule | Waiver, ...] = (*library.rules, *library.lists, *library.waivers)
    return frozenset(block.visible_to for block in blocks if block.visible_to is not None)


def kept_lists(library: Library, book: Book, roles: Collection[str]) -> Set[str]:
    """The lists of the book whose entries, and that they are there, these roles may not read: where something is kept
    from them, every list that no list of theirs names."""
    mine = readable(library, roles)
    if mine == library:
        return frozenset()
    stated = {name.removeprefix("list ") for name in book.complete if name.startswith("list ")}
    return ({entry.list for entry in book.entries} | stated) - {found.id for found in mine.lists}


def _unnamed(finding: Finding, roles: Collection[str]) -> Finding:
    reason = finding.reason
    for rung in finding.obligation.ladder:
        if not may_see(rung, roles):
            reason = reason.replace(rung.reason, UNNAMED)
    return replace(finding, reason=reason, obligation=_without_names(finding.obligation, roles))


def _without_names(obligation: Obligation, roles: Collection[str]) -> Obligation:
    """The same ladder, without the names of the waivers that these roles may not see."""
    if all(may_see(rung, roles) for rung in obligation.ladder):
        return obligation
    ladder = (rung if may_see(rung, roles) else replace(rung, reason=UNNAMED) for rung in obligation.ladder)
    return replace(obligation, ladder=tuple(ladder))


def may_see(what: Obligation | Rung | Rule | ListRule | Waiver, roles: Collection[str]) -> bool:
    return what.visible_to is None or what.visible_to in roles
