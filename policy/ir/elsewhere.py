"""What the firm states for a household (`policy.ir.stated`), from rules about the firm bound to its whole book.

What others hold is a constant. What proposals of theirs have reserved may be filled wholly, partly or not at all: a
constant that is not known, an interval, so that nothing passes which some of these fills would break. Law
(tests/laws/test_beyond.py): at any orders of the household and any fills of the others, what is stated and merged says
what the whole says, or is less sure; with nothing reserved it says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

from policy.book.read import Index
from policy.interval import ZERO, Number, between, dot, low, minus, plus, times
from policy.ir import bound, meaning
from policy.ir.alike import (
    ELSEWHERE,
    FIRM,
    Forms,
    Household,
    fitted,
    household,
    mapped,
    matters,
    names,
    same,
    side,
    total,
)
from policy.ir.beyond import Whole, over, reserved_in
from policy.ir.bind import Draft
from policy.ir.bound import Bound, Formula, Leaf, Lin, Obligation, Op, Point, Truth
from policy.ir.context import OF_HOLDINGS
from policy.ir.core import Library
from policy.ir.forms import ONE, Table
from policy.ir.moments import tolerated
from policy.ir.stated import NOTHING, Added, Statement
from policy.proof.roll import rolled


def stated(
    found: Whole,
    library: Library,
    facts: Index,
    own: Bound,
    reserved: Mapping[str, Point],
    *,
    run: str = "",
    beside: Iterable[str] = (),
) -> Statement:
    """What the firm states for whoever moves the accounts of `own`, bound to the book `facts` without any orders.
    `reserved`: what others may yet fill, by proposal; `beside`: these."""
    accounts = facts.book.accounts.keys()
    held = {quantity.instrument for quantity in own.quantities.values()}
    named = tuple(sorted(found.instruments - held))
    mine = household(own, library, facts, (), named)
    others = _others(found, own, accounts, reserved)
    numbers = _Numbers([], {}, [])
    said = tuple(_stated(each, at, others, mine, numbers) for at, each in enumerate(found.drafted, 1))
    kept = tuple(replace(each, accounts=tuple(sorted(accounts))) for each in said)
    taken = tuple(numbers.taken)
    roll, _ = rolled(beside)
    return Statement(found.bound.book, own.book, run, roll, named, tuple(numbers.added), kept, taken)


# --- the others ------------------------------------------------------------------------


Terms = Sequence[tuple[Number, str]]
Weights = Mapping[str, Number]
"""Coefficients over quantities."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What was worked out already: weights of forms of the firm and of the household, and which terms are alike."""

    there: dict[str, Weights]
    here: dict[str, Weights]
    alike: dict[tuple[Terms, Terms], bool]


@dataclass(frozen=True, slots=True)
class _Others:
    """The firm without the household. `mine`: its forms (of `own`) and quantities; `moved`: what rests on these, in
    order, each with those of its terms that do. `without`: what of it is others', without orders; `reserved`: what they
    may add."""

    whole: Whole
    accounts: Collection[str]
    mine: frozenset[str]
    moved: Mapping[str, list[tuple[Number, str]]]
    own: Forms
    without: Mapping[str, Number]
    reserved: Mapping[str, Number]
    known: _Known

    def is_strange(self, name: str) -> bool:
        """Whether it names an account, a lot or an order of somebody else."""
        whose = self.whole.whose.get(name) or self.whole.whose.get(name.partition("/")[0])
        return whose is not None and whose not in self.accounts

    def elsewhere(self, name: str) -> Number:
        if name in self.mine:
            return ZERO
        return self.without[name] if name in self.without else self.whole.before.get(name, ZERO)

    def settle(self, node: Any) -> bool:
        """Whether it is theirs alone: it names numbers, and none in which the household has a side; or a fact of
        somebody else's account."""
        if isinstance(node, Truth):
            return _said(node.why, self) != node.why
        found = names(node)
        return bool(found) and not any(name in self.mine or name in self.moved for name in found)


def _others(found: Whole, own: Bound, accounts: Set[str], reserved: Mapping[str, Point]) -> _Others:
    mine = same(own.forms, found.bound.forms) | (own.quantities.keys() & found.bound.quantities.keys())
    moved = {name: terms for name, terms in over(found, mine).items() if name not in mine}
    without: dict[str, Number] = {}
    for name, terms in moved.items():
        without[name] = _without(found, name, terms, mine, without)
    more, known = reserved_in(found, accounts, reserved), _Known({}, {}, {})
    return _Others(found, accounts, mine, moved, own.forms, without, more, known)


def _without(
    found: Whole, name: str, terms: list[tuple[Number, str]], mine: Collection[str], without: Mapping[str, Number]
) -> Number:
    """All of it less what is the household's; term by term where a fact is missing."""
    nothing: Number = ZERO
    before = [(factor, found.before.get(part, ZERO)) for factor, part in terms]
    after = {part: nothing if part in mine else without[part] for _, part in terms}
    whole_ = found.before[name]
    if isinstance(whole_, Fraction) and all(isinstance(number, Fraction) for pair in before for number in pair):
        return plus(minus(whole_, dot(nothing, before)), dot(nothing, [(f, after[part]) for f, part in terms]))
    form = found.bound.forms[name]
    return dot(form.const, ((factor, after.get(part, found.before.get(part, ZERO))) for factor, part in form.terms))


# --- an obligation -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of a statement, each once."""

    added: list[Added]
    places: dict[Hashable, int]
    taken: list[str]

    def name(self, key: Hashable, made: Added) -> str:
        if key not in self.places:
            self.added.append(made)
            self.places[key] = len(self.added)
        return total(self.places[key])


@dataclass(frozen=True, slots=True)
class _Made:
    """The numbers of one obligation by their place: those of the firm's forms, and formulas that are others' alone.
    `passive`: in which measure what was there before is excused."""

    passive: str | None
    found: list[Lin | Formula]

    def named(self, one: Lin | Formula) -> Lin:
        if one not in self.found:
            self.found.append(one)
        return Lin(ZERO, ((ONE, total(self.found.index(one) + 1)),))


def _stated(draft: Draft, at: int, others: _Others, mine: Household, numbers: _Numbers) -> Obligation:
    """The obligation over numbers of the statement: with sides of the household's that follow, where they are built
    alike and come to the same; else with sides that are stated."""
    each, passive = draft
    made = _Made(None if passive is None else passive.measure, [])
    plain = replace(
        _unnamed(each, at, others),
        ladder=tuple(replace(rung, formula=_formula(rung.formula, others, made)) for rung in each.ladder),
    )
    sides = fitted(plain, mine) or {}
    following = [
        _following(one, sides.get(total(place)), others, mine) if isinstance(one, Lin) else _broken(one, others, made)
        for place, one in enumerate(made.found, 1)
    ]
    if None in following or (not sides and matters(plain.id, mine)):
        numbers.taken.append(plain.id)
        following = [
            _telling(one, others) if isinstance(one, Lin) else _broken(one, others, made) for one in made.found
        ]
    known = {
        total(place): numbers.name((one, added.own is None, "" if isinstance(one, Lin) else made.passive), added)
        for place, (one, added) in enumerate(zip(made.found, following, strict=True), 1)
        if added is not None
    }

    def renamed(lin: Lin) -> Lin:
        return Lin(lin.const, tuple((factor, known[name]) for factor, name in lin.terms))

    rungs = tuple(replace(rung, formula=mapped(rung.formula, renamed)) for rung in plain.ladder)
    return replace(plain, ladder=rungs)


def _formula(node: Any, others: _Others, made: _Made) -> Any:
    """The node with each number by its place among those `made`, and what others alone keep or break as one number."""
    match node:
        case bound.All(parts) | bound.Any(parts):
            theirs = tuple(part for part in parts if others.settle(part))
            kept = tuple(_formula(part, others, made) for part in parts if not others.settle(part))
            return type(node)((*kept, _theirs(type(node)(theirs), made)) if theirs else kept)
        case Leaf() | bound.Not() | Truth() if others.settle(node):
            return _theirs(node, made)
        case Lin(_, ()):
            return node
        case Lin():
            return made.named(node)
        case tuple():
            return tuple(_formula(part, others, made) for part in node)
        case str():
            return _said(node, others)
        case _ if is_dataclass(node) and not isinstance(node, type):
            inner = {field.name: _formula(getattr(node, field.name), others, made) for field in fields(node)}
            return replace(node, **inner)
        case _:
            return node


def _theirs(node: Formula, made: _Made) -> Leaf:
    return Leaf(made.named(node), Op.LE, Lin(ZERO), label=ELSEWHERE, unit="count")


def _broken(node: Formula, others: _Others, made: _Made) -> Added:
    """What others alone keep or break: 0, 1, or 2 where they may break it worse than before."""
    before = meaning.truth(node, others.whole.before)
    elsewhere = {True: ZERO, False: ONE, None: between(ZERO, ONE)}[before]
    reserved: Number = ZERO
    if any(others.reserved.get(name, ZERO) != ZERO for name in names(node)):
        after = {n: plus(others.whole.before.get(n, ZERO), others.reserved.get(n, ZERO)) for n in names(node)}
        there = {True: ZERO, False: between(ONE, TWO), None: between(ZERO, TWO)}[meaning.truth(node, after)]
        excused = (
            None if made.passive in (None, "units") else tolerated(node, others.whole.before, made.passive, Table())
        )
        if excused is not None and meaning.truth(excused, after):
            there = between(low(there), ONE)
        reserved = there if before is None else minus(there, elsewhere)
    return Added(elsewhere, reserved, NOTHING)


TWO = Fraction(2)


# --- a number ----------------------------------------------------------------------------------


def _following(lin: Lin, own: Lin | None, others: _Others, mine: Household) -> Added | None:
    """The number whose own side follows from rules and rows; None where that comes to something else here."""
    if own is None or not _same_side(lin, own, others, mine):
        return None
    const = side(own, mine, others.own).const
    if not isinstance(const, Fraction):
        return None
    return Added(minus(_elsewhere(lin, others), const), _more(lin, others), None)


def _same_side(lin: Lin, own: Lin, others: _Others, mine: Household) -> bool:
    """Whether both have the same coefficients over what the household may order."""

    def there(name: str) -> Terms | None:
        form = others.whole.bound.forms.get(name)
        return None if form is None else others.moved.get(name, form.terms if name in others.mine else ())

    def here(name: str) -> Terms | None:
        form = mine.forms.get(name)
        return None if form is None else form.terms

    pair = lin.terms, own.terms
    if pair not in others.known.alike:
        whole_, alone = others.known.there, others.known.here
        found = _sum(lin.terms, there, mine.quantities, whole_), _sum(own.terms, here, mine.quantities, alone)
        others.known.alike[pair] = found[0] == found[1]
    return others.known.alike[pair]


def _sum(
    terms: Terms, inner: Callable[[str], Terms | None], quantities: Collection[str], known: dict[str, Weights]
) -> Weights:
    """Coefficients over these quantities, each form's worked out once."""
    sums: dict[str, Number] = {}
    for factor, name in terms:
        if name not in known:
            below = inner(name)
            own = {name: ONE} if name in quantities else {}
            known[name] = own if below is None else _sum(below, inner, quantities, known)
        for part, weight in known[name].items():
            sums[part] = plus(sums.get(part, ZERO), times(factor, weight))
    return {name: factor for name, factor in sums.items() if factor != ZERO}


def _telling(lin: Lin, others: _Others) -> Added:
    """The number with its own side as the whole book has it."""
    sums: dict[str, Number] = {}
    waiting = [(factor, name) for factor, name in lin.terms]
    while waiting:
        factor, name = waiting.pop()
        if name in others.mine:
            sums[name] = plus(sums.get(name, ZERO), factor)
        else:
            waiting += [(times(factor, weight), part) for weight, part in others.moved.get(name, ())]
    own = Lin(ZERO, tuple((factor, name) for name, factor in sorted(sums.items()) if factor != ZERO))
    return Added(_elsewhere(lin, others), _more(lin, others), own)


def _elsewhere(lin: Lin, others: _Others) -> Number:
    return dot(lin.const, ((factor, others.elsewhere(name)) for factor, name in lin.terms))


def _more(lin: Lin, others: _Others) -> Number:
    nothing: Number = ZERO
    return dot(nothing, ((factor, others.reserved.get(name, ZERO)) for factor, name in lin.terms))


# --- without names of others -------------------------------------------------------------------


def _unnamed(each: Obligation, at: int, others: _Others) -> Obligation:
    """Without the names of anybody else's accounts and lots."""
    unknowns = tuple(sorted({_said(text, others) for text in each.unknowns}))
    group = None if each.group is None else _said(each.group, others)
    if group == each.group:
        return replace(each, unknowns=unknowns)
    name = f"{each.origin.rule}/{each.origin.clause}/{FIRM}/elsewhere {at}"
    return replace(each, id=name, group=group, unknowns=unknowns)


def _said(text: str, others: _Others) -> str:
    if others.is_strange(text):
        return "another of the firm"
    for level in OF_HOLDINGS:
        head, found, name = text.partition(f"{level} ")
        if found and others.is_strange(name.removesuffix(", not known")):
            return f"{head}another {level} of the firm"
    return text
