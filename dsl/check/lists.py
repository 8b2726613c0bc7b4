"""Lists: what they cover and forbid, since when, and what takes the place of what they take away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import dropwhile

from dsl import tree
from dsl.check import names, periods, rules
from dsl.check.find import every, one
from dsl.check.place import Problems
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
    barred: dict[str, list[Bar]] = {}
    for name, bar in _barred(blocks):
        barred.setdefault(name, []).append(bar)
    for block in blocks:
        for part in block.clauses:
            if isinstance(part, tree.Substitution):
                yield from _forbidden(part, block, barred)


def _circles(chains: Mapping[str, tree.Substitution]) -> Problems:
    left = _leading_on(chains)
    while left:
        circle = _circle(left)
        shown = " to ".join(f"`{step}`" for step in (*circle, circle[0]))
        said = "these substitutes go in a circle"
        yield Diagnostic("M346", f"{said}: {shown}", chains[circle[0]].span, "leave one of them out")
        left = _leading_on({name: chains[name] for name in left if name not in circle})


def _leading_on(chains: Mapping[str, tree.Substitution]) -> dict[str, str]:
    """For each name from which substitutes lead on for ever, a next one that does too. The others are left out."""
    steps = {name: [step.name.value for step in chain.chain] for name, chain in chains.items()}
    before: dict[str, list[str]] = {}
    for name, names_ in steps.items():
        for step in names_:
            before.setdefault(step, []).append(name)
    open_ = {name: sum(step in steps for step in names_) for name, names_ in steps.items()}
    ended = [name for name, count in open_.items() if count == 0]
    for name in ended:
        for earlier in before.get(name, ()):
            open_[earlier] -= 1
            if open_[earlier] == 0:
                ended.append(earlier)
    return {name: next(s for s in steps[name] if open_.get(s)) for name, count in open_.items() if count}


def _circle(leading: Mapping[str, str]) -> tuple[str, ...]:
    """Following one name on until one comes again."""
    path: dict[str, None] = {}
    name = next(iter(leading))
    while name not in path:
        path[name] = None
        name = leading[name]
    return tuple(dropwhile(lambda step: step != name, path))


Bar = tuple[str, Span, date, date | None]
"""List, where it names a security, from when until when that may not be bought."""


def _barred(blocks: Iterable[tree.ListBlock]) -> Iterator[tuple[str, Bar]]:
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
                    yield entry.name.value, (block.id.value, entry.span, days.start.day, end)


def _forbidden(part: tree.Substitution, block: tree.ListBlock, barred: Mapping[str, list[Bar]]) -> Problems:
    days = one(block.clauses, tree.Effective)
    if days is None:
        return
    end = days.end.day if days.end else None
    for step in part.chain:
        for by, span, start, stop in barred.get(step.name.value, ()):
            if (end is None or start <= end) and (stop is None or days.start.day <= stop):
                said = f"`{step.name.value}` is to stand in for `{part.name.value}`, and list {by} forbids to buy it"
                yield Diagnostic("M347", said, step.span, "choose another substitute",
                                 related=(Related(f"on list {by}", span),))  # fmt: skip
