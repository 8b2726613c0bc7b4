"""Rules about the firm, bound to its whole book once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from policy.book.facts import Book, Order, Side
from policy.book.read import Index
from policy.interval import ZERO, Number, between, dot, hull, plus
from policy.ir import meaning
from policy.ir.alike import FIRM, Forms, about_firm, names
from policy.ir.bind import Draft, drafted, tolerant
from policy.ir.bound import Bound, Form, Kind, Point
from policy.ir.core import Library
from policy.ir.forms import ONE

Above = Mapping[str, tuple[tuple[str, Number], ...]]
"""By quantity or form: the forms that it is a term of, with its factor there."""


Opened = tuple[str, str]
"""An account, and an instrument of which it may have had nothing."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The obligations about a firm, bound to its whole book: `bound`, and as they are `drafted`, without tolerance.
    `before`: each form without any orders; `rank`: its place. `instruments`: what is held or may be bought;
    `whose`: the account of each account and lot. `named`: the forms and quantities that obligations speak of; `moves`:
    by quantity, how far it moves each of these, as far as somebody asked."""

    bound: Bound
    drafted: tuple[Draft, ...]
    before: meaning.Values
    above: Above
    rank: Mapping[str, int]
    instruments: frozenset[str]
    whose: Mapping[str, str]
    named: frozenset[str]
    moves: dict[str, Mapping[str, Number]] = field(default_factory=dict, compare=False)


def reaches_beyond(library: Library) -> bool:
    """Whether there are such rules."""
    return FIRM in {*(rule.scope.kind for rule in library.rules), *(found.scope.kind for found in library.lists)}


def whole(library: Library, facts: Index, orders: tuple[Order, ...], snapshot: str) -> Whole:
    """`orders` add instruments that accounts do not hold yet. `snapshot`: the hash of what the whole book is."""
    about = about_firm(library)
    world, drafts = drafted(about, facts, orders)
    plain = tuple(draft for draft in drafts if draft[0].scope == FIRM)
    found = tolerant(about, world, plain, snapshot)
    named = names((found.obligations, plain))
    forms = _behind(found.forms, named)
    above: dict[str, list[tuple[str, Number]]] = {}
    for name, form in forms.items():
        for factor, part in form.terms:
            above.setdefault(part, []).append((name, factor))
    return Whole(
        replace(found, forms=forms),
        plain,
        meaning.values(forms, {}),
        {name: tuple(each) for name, each in above.items()},
        {name: place for place, name in enumerate(forms)},
        frozenset(each.instrument.id for held in world.positions.values() for each in held),
        {lot.id: lot.account for lot in facts.book.lots.values()} | {name: name for name in facts.book.accounts},
        named,
    )


def opening(found: Whole, book: Book, opened: Iterable[Opened]) -> tuple[Order, ...]:
    """Orders by which `whole` is bound for these as well, as far as it is not yet."""
    new = sorted(
        (account, name)
        for account, name in set(opened)
        if account in book.accounts and name in book.instruments and not offered(found, account, name)
    )
    return tuple(Order(account, name, Side.SELL, ONE) for account, name in new)


def offered(found: Whole, account: str, instrument: str) -> bool:
    """Whether it is bound so that the account may open a position in the instrument."""
    return not {f"buy/{account}/{instrument}", f"short/{account}/{instrument}"}.isdisjoint(found.bound.quantities)


def opened_by(point: Point) -> set[Opened]:
    """Of what something is to be bought or sold short."""
    names = (name.split("/", 2) for name in point if name.startswith(("buy/", "short/")))
    return {(account, instrument) for _, account, instrument in names}


def filled(found: Whole, reserved: Iterable[Point]) -> Bound:
    """The obligations where nobody orders anything but what is reserved, which may be filled or not."""
    more = reserved_in(found, (), reserved)
    forms = {
        name: Form(name, plus(found.before.get(name, ZERO), more.get(name, ZERO)), (), None, None)
        for name in found.named
    }
    return replace(found.bound, quantities={}, forms=forms, domains=())


def over(found: Whole, names_: Collection[str]) -> dict[str, list[tuple[Number, str]]]:
    """The forms that these forms and quantities move, in order, each with those of its terms that are moved."""
    seen: dict[str, list[tuple[Number, str]]] = {}
    waiting = sorted(names_)
    while waiting:
        part = waiting.pop()
        for form, factor in found.above.get(part, ()):
            if form not in seen and form not in names_:
                waiting.append(form)
            seen.setdefault(form, []).append((factor, part))
    return {name: sorted(seen[name], key=lambda term: term[1]) for name in sorted(seen, key=found.rank.__getitem__)}


def reserved_in(found: Whole, accounts: Collection[str], reserved: Iterable[Point]) -> dict[str, Number]:
    """By form and quantity that obligations speak of: what the fills of others may add to it."""
    filled_: dict[str, Number] = {}
    for point in reserved:
        for name, amount in point.items():
            quantity = found.bound.quantities.get(name)
            if quantity is None or quantity.account in accounts or quantity.kind is Kind.RESIDUE:
                continue
            filled_[name] = plus(filled_.get(name, ZERO), between(ZERO, amount))
            if (left := f"residue/{quantity.account}") not in filled_:
                residue = found.bound.quantities[left]
                filled_[left] = hull(ZERO, between(residue.low, residue.high))
    sums: dict[str, list[tuple[Number, Number]]] = {}
    for name, fill in filled_.items():
        for form, each in _moved(found, name).items():
            sums.setdefault(form, []).append((each, fill))
    return {form: dot(ZERO, pairs) for form, pairs in sums.items()}


def _moved(found: Whole, name: str) -> Mapping[str, Number]:
    known = found.moves.get(name)
    if known is None:
        weights: dict[str, Number] = {name: ONE}
        for form, terms in over(found, (name,)).items():
            pairs: list[tuple[Number, Number]] = [(factor, weights[part]) for factor, part in terms]
            weights[form] = dot(ZERO, pairs)
        known = found.moves[name] = {form: weight for form, weight in weights.items() if form in found.named}
    return known


# --- once per book -----------------------------------------------------------------------------


def _behind(forms: Forms, named: Collection[str]) -> dict[str, Form]:
    wanted: set[str] = set()
    for name in reversed(list(forms)):
        if name in named or name in wanted:
            wanted.update(part for _, part in forms[name].terms)
            wanted.add(name)
    return {name: form for name, form in forms.items() if name in wanted}
