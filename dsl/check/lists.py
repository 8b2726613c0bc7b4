"""Lists: what they cover and forbid, since when, and what takes the place of what they take away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from dsl import tree
from dsl.check import names, periods, rules
from dsl.check.find import every, one
from dsl.check.numbers import Problems
from dsl.diagnostic import Diagnostic, Related
from dsl.source import Span

ONCE = (
    tree.ListKind, tree.Applies, tree.Effective, tree.Known, tree.Forbid, tree.Divest, tree.Missing, tree.OnBreach,
    tree.Visible,
)  # fmt: skip
SILENT = frozenset({"watch", "grey"})
"""Kinds of list that watch and forbid nothing."""
WIDENING = frozenset({"all instruments", "derivatives"})
BARRING = frozenset({"buy", "trade", "holding"})
NAMED = ("security", "issuer", "ultimate issuer")


def problems(block: tree.ListBlock) -> Problems:
    yield from rules.once(block.clauses, ONCE)
    yield from rules.known(block.clauses)
    if block.whole:
        yield from _required(block)
    for part in block.clauses:
        match part:
            case tree.Covers(entries):
                for entry in entries:
                    yield from _entry(entry)
            case tree.Applies():
                yield from rules.applies(part)
            case tree.Effective():
                yield from rules.effective(part)
            case tree.Visible():
                yield from rules.visible(part)
            case tree.Divest(period):
                yield from periods.length(period, business=False)
                yield from _divest(block, part)
            case tree.Missing("breach", span):
                yield Diagnostic("M345", "whether a list is complete is for the book to say", span, "leave this out")
            case tree.Substitution(chain=chain):
                yield from _shares(chain)
            case _:
                pass


def _required(block: tree.ListBlock) -> Problems:
    id_ = block.id
    kind = one(block.clauses, tree.ListKind)
    if kind is None:
        fix = "write `kind restricted`, `watch`, `grey`, `exclusion` or `sanctions`"
        yield Diagnostic("M340", f"list {id_.value} does not say of which kind it is", id_.span, fix)
    if one(block.clauses, tree.Effective) is None:
        fix = "write `effective from 2026-01-31 until lifted`"
        yield Diagnostic("M341", f"list {id_.value} does not say since when it holds", id_.span, fix)
    silent = kind is not None and kind.name in SILENT
    if one(block.clauses, tree.Forbid) is None and one(block.clauses, tree.Divest) is None and not silent:
        fix = "write `forbid buy, sell`, or make it `kind watch`"
        yield Diagnostic("M342", f"list {id_.value} forbids nothing", id_.span, fix)


def _entry(entry: tree.Entry) -> Problems:
    level = entry.level
    if entry.name is None:
        if level.words not in WIDENING:
            fix = names.suggestion(level.words, WIDENING) or f'name it: `{level.words} "ACME Corp"`'
            yield Diagnostic("M343", f"which {level.words}?", level.span, fix)
    elif level.words not in NAMED:
        fix = names.suggestion(level.words, NAMED) or 'write `security "…"` or `issuer "…"`'
        yield Diagnostic("M343", f"a list names securities and issuers, no `{level.words}`", level.span, fix)


def _divest(block: tree.ListBlock, divest: tree.Divest) -> Problems:
    """Inside the window sales are what is wanted."""
    forbid = one(block.clauses, tree.Forbid)
    if forbid is not None and {"sell", "trade"} & set(forbid.verbs):
        yield Diagnostic(
            "M344", "sales cannot be forbidden while the position is to be sold", forbid.span,
            "write `forbid buy`: `then frozen` forbids both afterwards",
            related=(Related("the window for selling", divest.span),),
        )  # fmt: skip


def _shares(chain: Iterable[tree.Substitute]) -> Problems:
    for step in chain:
        if step.share is not None and not 0 < step.share.value <= 100:
            yield Diagnostic("M303", "a share of the target lies between 0% and 100%", step.share.span, "write `50%`")


# --- all lists together ------------------------------------------------------------------------


def together(blocks: tuple[tree.ListBlock, ...]) -> Problems:
    """Substitutes: no circle, and none that a list forbids to buy at the same time."""
    chains = {
        part.name.value: part for block in blocks for part in block.clauses if isinstance(part, tree.Substitution)
    }
    yield from _circles(chains)
    barred = list(_barred(blocks))
    for block in blocks:
        for part in block.clauses:
            if isinstance(part, tree.Substitution):
                yield from _forbidden(part, block, barred)


def _circles(chains: Mapping[str, tree.Substitution]) -> Problems:
    reported: set[str] = set()
    for name, chain in chains.items():
        circle = _circle(name, chains)
        if circle and not reported & set(circle):
            reported |= set(circle)
            shown = " to ".join(f"`{step}`" for step in (*circle, circle[0]))
            yield Diagnostic("M346", f"these substitutes go in a circle: {shown}", chain.span, "leave one of them out")


def _circle(start: str, chains: Mapping[str, tree.Substitution]) -> tuple[str, ...]:
    """The names from `start` back to itself, where substitutes lead back; found depth first."""
    stack: list[tuple[str, tuple[str, ...]]] = [(start, (start,))]
    seen: set[str] = set()
    while stack:
        name, path = stack.pop()
        for step in chains[name].chain if name in chains else ():
            if step.name.value == start:
                return path
            if step.name.value not in seen:
                seen.add(step.name.value)
                stack.append((step.name.value, (*path, step.name.value)))
    return ()


Bar = tuple[str, str, Span, date, date | None]
"""Security, list, where it is named, from when until when it may not be bought."""


def _barred(blocks: Iterable[tree.ListBlock]) -> Iterator[Bar]:
    for block in blocks:
        forbid, days = one(block.clauses, tree.Forbid), one(block.clauses, tree.Effective)
        verbs: set[str] = set(forbid.verbs) if forbid else set()
        barring = bool(verbs & BARRING) or one(block.clauses, tree.Divest) is not None
        if days is None or not barring:
            continue
        for covers in every(block.clauses, tree.Covers):
            for entry in covers.entries:
                if entry.name is not None:
                    end = days.end.day if days.end else None
                    yield entry.name.value, block.id.value, entry.span, days.start.day, end


def _forbidden(part: tree.Substitution, block: tree.ListBlock, barred: Iterable[Bar]) -> Problems:
    days = one(block.clauses, tree.Effective)
    if days is None:
        return
    end = days.end.day if days.end else None
    for step in part.chain:
        for name, by, span, start, stop in barred:
            if name == step.name.value and (end is None or start <= end) and (stop is None or days.start.day <= stop):
                yield Diagnostic(
                    "M347", f"`{name}` is to stand in for `{part.name.value}`, and list {by} forbids to buy it",
                    step.span, "choose another substitute", related=(Related(f"on list {by}", span),),
                )  # fmt: skip
