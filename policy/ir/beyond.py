"""Rules about the firm, read for one household: bound to the whole book once, then cut down to what its orders move.

What other households hold is then a constant. What proposals of theirs have reserved may be filled wholly, partly or
not at all: a constant that is not known, an interval, so that nothing passes which some of these fills would break.
Law (tests/laws/test_beyond.py): at any orders of the household and any fills of the others, each form that is cut down
contains what the whole one says; with nothing reserved it is that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

from policy.book.facts import Order
from policy.book.read import Index
from policy.interval import ZERO, Number, between, dot, high, hull, low, minus, plus, times
from policy.ir import meaning
from policy.ir.bind import bind_to
from policy.ir.bound import Bound, Form, Kind, Lin, Obligation, Point
from policy.ir.core import Library

ONE = Fraction(1)
FIRM = "firm"
"""The scope of an obligation that adds up all households."""

Above = Mapping[str, tuple[tuple[str, Number], ...]]
"""By quantity or form: the forms that it is a term of, with its factor there."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The obligations about a firm, bound to its whole book. `named`: the forms and quantities that they name;
    `before`: each form without any orders; `rank`: its place; `owned`: the quantities of each account."""

    bound: Bound
    named: tuple[str, ...]
    before: meaning.Values
    above: Above
    rank: Mapping[str, int]
    owned: Mapping[str, tuple[str, ...]]


def reaches_beyond(library: Library) -> bool:
    """Whether there are such rules."""
    return FIRM in {*(rule.scope.kind for rule in library.rules), *(found.scope.kind for found in library.lists)}


def whole(library: Library, facts: Index, orders: tuple[Order, ...], snapshot: str) -> Whole:
    """`orders` add instruments that accounts do not hold yet. `snapshot`: the hash of what the whole book is."""
    firm = replace(
        library,
        rules=tuple(rule for rule in library.rules if rule.scope.kind == FIRM),
        lists=library.lists,
    )
    found = bind_to(firm, facts, orders, snapshot=snapshot)
    kept = tuple(obligation for obligation in found.obligations if obligation.scope == FIRM)
    named = _named(kept)
    forms = _behind(found.forms, named)
    owned: dict[str, list[str]] = {}
    for name, quantity in found.quantities.items():
        owned.setdefault(quantity.account, []).append(name)
    above: dict[str, list[tuple[str, Number]]] = {}
    for name, form in forms.items():
        for factor, part in form.terms:
            above.setdefault(part, []).append((name, factor))
    return Whole(
        replace(found, obligations=kept, forms=forms),
        tuple(sorted(named)),
        meaning.values(forms, {}),
        {name: tuple(each) for name, each in above.items()},
        {name: place for place, name in enumerate(forms)},
        {account: tuple(names) for account, names in owned.items()},
    )


def cut(found: Whole, accounts: Collection[str], reserved: Iterable[Point]) -> Bound:
    """The obligations for whoever moves these accounts alone, over forms that are named so that they tell nothing of
    the others. `reserved`: what others may yet fill."""
    mine = {name for account in accounts for name in found.owned.get(account, ())}
    moved = _over(found, mine)
    held = _reserved(found, accounts, reserved)
    parts = {old: f"{FIRM}/part {number}" for number, old in enumerate(moved, 1)}
    new = {old: old if old in mine else f"{FIRM}/{number}" for number, old in enumerate(found.named, 1)}
    inner = {old: _form(found, old, parts, mine, moved) for old in moved}
    still = {old: Form(new[old], found.before.get(old, ZERO), (), None, None) for old in found.named if old not in mine}
    ends = {old: inner.get(old, form) for old, form in still.items()}
    tops = (replace(form, name=new[old], const=plus(form.const, held.get(old, ZERO))) for old, form in ends.items())
    boxed = _boxed((*inner.values(), *tops), found.bound)
    obligations = tuple(_cut(each, accounts, new) for each in found.bound.obligations)
    return replace(found.bound, quantities={}, forms=boxed, obligations=obligations, domains=())


def merged(own: Bound, beyond: Bound | None) -> Bound:
    """A household's bound book, in which rules about the firm are no more unknown than `beyond` leaves them."""
    if beyond is None:
        return own
    others = tuple(each for each in own.obligations if each.scope != FIRM)
    return replace(own, forms={**own.forms, **beyond.forms}, obligations=(*others, *beyond.obligations))


# --- once per book -----------------------------------------------------------------------------


def _named(obligations: Iterable[Obligation]) -> frozenset[str]:
    found: set[str] = set()

    def note(lin: Lin) -> Lin:
        found.update(name for _, name in lin.terms)
        return lin

    for obligation in obligations:
        for rung in obligation.ladder:
            _mapped(rung.formula, note)
    return frozenset(found)


def _behind(forms: Mapping[str, Form], named: Collection[str]) -> dict[str, Form]:
    wanted: set[str] = set()
    for name in reversed(list(forms)):
        if name in named or name in wanted:
            wanted.update(part for _, part in forms[name].terms)
            wanted.add(name)
    return {name: form for name, form in forms.items() if name in wanted}


# --- once per household ------------------------------------------------------------------------


def _over(found: Whole, names: Collection[str]) -> dict[str, list[tuple[Number, str]]]:
    """The forms that these quantities move, in order, each with those of its terms that are moved."""
    seen: dict[str, list[tuple[Number, str]]] = {}
    waiting = sorted(names)
    while waiting:
        part = waiting.pop()
        for form, factor in found.above.get(part, ()):
            if form not in seen:
                waiting.append(form)
            seen.setdefault(form, []).append((factor, part))
    return {name: sorted(seen[name], key=lambda term: term[1]) for name in sorted(seen, key=found.rank.__getitem__)}


def _form(
    found: Whole,
    old: str,
    parts: Mapping[str, str],
    mine: Collection[str],
    moved: Mapping[str, list[tuple[Number, str]]],
) -> Form:
    """What is not moved is added to the constant: what is known of the whole less what is known of the moved, or, where
    a fact is missing, term by term."""
    terms = moved[old]
    nothing: Number = ZERO
    before = [(factor, found.before.get(part, ZERO)) for factor, part in terms]
    whole = found.before[old]
    const: Number
    if isinstance(whole, Fraction) and all(isinstance(number, Fraction) for pair in before for number in pair):
        const = minus(whole, dot(nothing, before))
    else:
        form = found.bound.forms[old]
        names = {part for _, part in terms}
        still = ((factor, found.before.get(part, ZERO)) for factor, part in form.terms if part not in names)
        const = dot(form.const, still)
    return Form(parts[old], const, tuple((factor, parts.get(part, part)) for factor, part in terms), None, None)


def _boxed(forms: Iterable[Form], bound: Bound) -> dict[str, Form]:
    """With the box of each, from its full expansion."""
    expanded: dict[str, tuple[Number, dict[str, Number]]] = {}
    found: dict[str, Form] = {}
    for form in forms:
        const, sums = form.const, dict[str, Number]()
        for factor, part in form.terms:
            inner, weights = expanded.get(part, (ZERO, {part: ONE}))
            const = plus(const, times(factor, inner))
            for name, weight in weights.items():
                sums[name] = plus(sums.get(name, ZERO), times(factor, weight))
        expanded[form.name] = const, sums
        box = const
        for name, weight in sums.items():
            quantity = bound.quantities[name]
            box = plus(box, times(weight, between(quantity.low, quantity.high)))
        found[form.name] = replace(form, low=low(box), high=high(box))
    return found


def _reserved(found: Whole, accounts: Collection[str], reserved: Iterable[Point]) -> dict[str, Number]:
    """By form: what the fills of others may add to it."""
    filled: dict[str, Number] = {}
    for point in reserved:
        for name, amount in point.items():
            quantity = found.bound.quantities.get(name)
            if quantity is None or quantity.account in accounts or quantity.kind is Kind.RESIDUE:
                continue
            filled[name] = plus(filled.get(name, ZERO), between(ZERO, amount))
            residue = found.bound.quantities[f"residue/{quantity.account}"]
            filled[residue.name] = hull(ZERO, between(residue.low, residue.high))
    total: dict[str, Number] = {}
    for name, fill in filled.items():
        weights: dict[str, Number] = {name: ONE}
        for form, terms in _over(found, (name,)).items():
            pairs: list[tuple[Number, Number]] = [(factor, weights[part]) for factor, part in terms]
            weights[form] = dot(ZERO, pairs)
        for form, each in weights.items():
            total[form] = plus(total.get(form, ZERO), times(each, fill))
    return total


def _cut(obligation: Obligation, accounts: Collection[str], new: Mapping[str, str]) -> Obligation:
    def renamed(lin: Lin) -> Lin:
        return Lin(lin.const, tuple((factor, new[name]) for factor, name in lin.terms))

    rungs = tuple(replace(rung, formula=_mapped(rung.formula, renamed)) for rung in obligation.ladder)
    unknowns = {_without_names(text, accounts) for text in obligation.unknowns}
    return replace(obligation, accounts=tuple(sorted(accounts)), ladder=rungs, unknowns=tuple(sorted(unknowns)))


_OF_ACCOUNT = re.compile(r" of account (.+)$")


def _without_names(text: str, accounts: Collection[str]) -> str:
    """What was missing, without the name of anybody else's account."""
    whose = _OF_ACCOUNT.search(text)
    return text if whose is None or whose[1] in accounts else f"{text[: whose.start()]} of another account of the firm"


def _mapped(node: Any, change: Callable[[Lin], Lin]) -> Any:
    """The formula with every linear scalar in it changed."""
    if isinstance(node, Lin):
        return change(node)
    if isinstance(node, tuple):
        return tuple(_mapped(part, change) for part in node)
    if is_dataclass(node) and not isinstance(node, type):
        return replace(node, **{field.name: _mapped(getattr(node, field.name), change) for field in fields(node)})
    return node
