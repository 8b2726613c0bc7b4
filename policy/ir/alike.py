"""A household's own side of rules about the firm: bound to its accounts alone as if they were the firm, and laid beside
what the firm states, part by part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from policy.book.facts import Order, Side
from policy.book.read import Index
from policy.interval import ZERO, Number, plus, times
from policy.ir import bound, core
from policy.ir.bind import drafted
from policy.ir.bound import Bound, Form, Leaf, Lin, Obligation, Truth
from policy.ir.forms import ONE

FIRM = "firm"
"""The scope of an obligation that adds up all accounts; and the first part of the names of what it adds up."""
ELSEWHERE = "what other accounts of the firm break"

Forms = Mapping[str, Form]


class StatementError(ValueError):
    """What is stated and what follows from the rules and the household's book do not fit together."""


def total(place: int) -> str:
    """The form of the number at this place."""
    return f"{FIRM}/{place}"


def own_side(place: int) -> str:
    return f"{FIRM}/own {place}"


@dataclass(frozen=True, slots=True)
class Household:
    """Rules about the firm bound to the accounts of a household alone, as if they were the firm: with the instruments
    that the firm has and they do not, so that there are the same groups. `touched`: forms and quantities that rest on
    what the household has, or may order."""

    forms: Forms
    quantities: Collection[str]
    obligations: Mapping[str, Obligation]
    touched: frozenset[str]


def household(
    own: Bound, library: core.Library, facts: Index, orders: tuple[Order, ...], named: Iterable[str]
) -> Household:
    """`own`: bound to the household's book for these orders."""
    book = replace(facts.book, elsewhere=None)
    home = next((name for name, account in sorted(book.accounts.items()) if not account.held_away), None)
    strange = sorted(set(named) - book.instruments.keys())
    if strange:
        raise StatementError(f"it names the instrument `{strange[0]}`, which the book does not have")
    more = () if home is None else tuple(Order(home, name, Side.SELL, ONE) for name in named)
    world, drafts = drafted(about_firm(library), replace(facts, book=book), (*orders, *more))
    forms = world.table.forms
    mine = same(own.forms, forms) | own.quantities.keys()
    found = {each.id: each for each, _ in drafts if each.scope == FIRM}
    return Household(forms, own.quantities.keys(), found, above(forms, mine))


def about_firm(library: core.Library) -> core.Library:
    """Its rules about the firm, and all lists, since rules speak of lists."""
    return replace(library, rules=tuple(rule for rule in library.rules if rule.scope.kind == FIRM))


def same(own: Forms, forms: Forms) -> frozenset[str]:
    """The forms of the household's that mean the same here, and anything at all."""
    return frozenset(
        name
        for name, form in own.items()
        if (form.terms or form.const)
        and (there := forms.get(name)) is not None
        and (there.const, there.terms) == (form.const, form.terms)
    )


def above(forms: Forms, names: Collection[str]) -> frozenset[str]:
    """These, and all forms that rest on them."""
    found = set(names)
    for name, form in forms.items():
        if name not in found and any(part in found for _, part in form.terms):
            found.add(name)
    return frozenset(found)


def fitted(obligation: Obligation, mine: Household) -> dict[str, Lin] | None:
    """The household's side of each number that the obligation speaks of, by the name of its form; None where the two
    are not built alike."""
    there = mine.obligations.get(obligation.id)
    if there is None or _head(there) != _head(obligation):
        return None
    found: dict[str, Lin] = {}
    try:
        for rung, other in zip(obligation.ladder, there.ladder, strict=True):
            _fit(rung.formula, other.formula, mine, found)
    except _ApartError:
        return None
    return found


def matters(name: str, mine: Household) -> bool:
    """Whether the household has a side in the obligation of this name."""
    return name in mine.obligations and bool(names(mine.obligations[name].ladder) & mine.touched)


def side(lin: Lin, mine: Household, own: Forms) -> Lin:
    """A number of the household's in its own forms and quantities; what it cannot order is nothing."""
    sums: dict[str, Number] = {}
    const, waiting = lin.const, [(factor, name) for factor, name in lin.terms]
    while waiting:
        factor, name = waiting.pop()
        form, known = mine.forms.get(name), own.get(name)
        if form is None and name not in mine.quantities:
            continue
        if form is None or (known is not None and (known.const, known.terms) == (form.const, form.terms)):
            sums[name] = plus(sums.get(name, ZERO), factor)
        else:
            const = plus(const, times(factor, form.const))
            waiting += [(times(factor, weight), part) for weight, part in form.terms]
    return Lin(const, tuple((factor, name) for name, factor in sorted(sums.items()) if factor != ZERO))


# --- built alike -------------------------------------------------------------------------------


class _ApartError(ValueError):
    """The two are not built alike."""


def _head(each: Obligation) -> object:
    rungs = tuple(replace(rung, formula=Truth(True)) for rung in each.ladder)
    return replace(each, ladder=rungs, accounts=(), unknowns=())


def _fit(said: Any, mine: Any, home: Household, found: dict[str, Lin]) -> None:
    """Part by part: `said` names numbers where `mine` has the household's sides of them."""
    match said, mine:
        case Leaf(label=label), _ if label == ELSEWHERE:
            _require(not names(mine) & home.touched)
        case Lin(_, ()), _:
            _require(said == mine)
        case Lin(), Lin():
            ((_, name),) = said.terms
            _require(found.setdefault(name, mine) == mine)
        case Leaf(), Leaf():
            _require((said.op, said.label, said.unit) == (mine.op, mine.label, mine.unit))
            pairs = [(said.measure, mine.measure), (said.bound, mine.bound), (said.shown_over, mine.shown_over)]
            if said.base is not None:
                pairs.append((said.base, mine.base or mine.shown_over))
            for one, other in pairs:
                _fit(one, other, home, found)
        case ((bound.All() | bound.Any()), (bound.All() | bound.Any())):
            _fit_parts(said, mine, home, found)
        case tuple(), tuple():
            _require(len(said) == len(mine))
            for one, other in zip(said, mine, strict=True):
                _fit(one, other, home, found)
        case _ if is_dataclass(said) and not isinstance(said, type):
            _require(type(said) is type(mine))
            for field in fields(said):
                _fit(getattr(said, field.name), getattr(mine, field.name), home, found)
        case _:
            _require(said == mine)


def _fit_parts(
    said: bound.All | bound.Any, mine: bound.All | bound.Any, home: Household, found: dict[str, Lin]
) -> None:
    """What others alone keep or break stands beside the parts that the household has a side in."""
    _require(type(said) is type(mine))
    parts = tuple(part for part in said.parts if not (isinstance(part, Leaf) and part.label == ELSEWHERE))
    _fit(parts, tuple(part for part in mine.parts if not names(part) or names(part) & home.touched), home, found)


def _require(fits: bool) -> None:
    if not fits:
        raise _ApartError


# --- walks -------------------------------------------------------------------------------------


def names(node: Any) -> frozenset[str]:
    """The forms and quantities that it names."""
    found: set[str] = set()

    def note(lin: Lin) -> Lin:
        found.update(name for _, name in lin.terms)
        return lin

    mapped(node, note)
    return frozenset(found)


def mapped(node: Any, change: Callable[[Lin], Lin]) -> Any:
    """The same with every linear scalar in it changed."""
    if isinstance(node, Lin):
        return change(node)
    if isinstance(node, tuple):
        return tuple(mapped(part, change) for part in node)
    if is_dataclass(node) and not isinstance(node, type):
        return replace(node, **{field.name: mapped(getattr(node, field.name), change) for field in fields(node)})
    return node


def leaves(node: Any) -> Iterator[Leaf]:
    """All that stand in it."""
    if isinstance(node, Leaf):
        yield node
    if isinstance(node, tuple):
        for part in node:
            yield from leaves(part)
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            yield from leaves(getattr(node, field.name))
