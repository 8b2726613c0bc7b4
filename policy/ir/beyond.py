"""Rules about the firm, bound to its whole book once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from zlib import crc32

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


GROUPS = 64  # of proposals, whose reserved orders are added up together

Opened = tuple[str, str]
"""An account, and an instrument of which it may have had nothing."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The obligations about a firm, bound to its whole book: `bound`, and as they are `drafted`, without tolerance.
    `before`: each form without any orders; `rank`: its place. `instruments`: what is held or may be bought;
    `whose`: the account of each account and lot. `named`: the forms and quantities that obligations speak of. As far as
    somebody asked: `moves`: by quantity, how far it moves each of these; `fills`: what reserved orders may add to them,
    some proposals at a time."""

    bound: Bound
    drafted: tuple[Draft, ...]
    before: meaning.Values
    above: Above
    rank: Mapping[str, int]
    instruments: frozenset[str]
    whose: Mapping[str, str]
    named: frozenset[str]
    moves: dict[str, Mapping[str, Number]] = field(default_factory=dict, compare=False)
    fills: dict[int, Fills] = field(default_factory=dict, compare=False)


class Fills(NamedTuple):
    """What the reserved orders of some proposals may add: `each`, by proposal, and all. `accounts`: with orders."""

    reserved: Mapping[str, Point]
    each: Mapping[str, Mapping[str, Number]]
    all: Mapping[str, Number]
    accounts: frozenset[str]


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
    known = found.bound.quantities
    return f"buy/{account}/{instrument}" in known or f"short/{account}/{instrument}" in known


def opened_by(point: Point) -> set[Opened]:
    """Of what something is to be bought or sold short."""
    names = (name.split("/", 2) for name in point if name.startswith(("buy/", "short/")))
    return {(account, instrument) for _, account, instrument in names}


def filled(found: Whole, reserved: Mapping[str, Point]) -> Bound:
    """The obligations where nobody orders anything but what is reserved, which may be filled or not."""
    more = reserved_in(found, frozenset(), reserved)
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


def reserved_in(found: Whole, accounts: Set[str], reserved: Mapping[str, Point]) -> dict[str, Number]:
    """By form and quantity that obligations speak of: what the fills of others may add to it. `accounts`: whose are
    left out; `reserved`: by proposal.

    One proposal more or less is no reason to add up the others again: they are added up in `GROUPS`, by their names."""
    groups: list[dict[str, Point]] = [{} for _ in range(GROUPS)]
    for name, point in reserved.items():
        groups[crc32(name.encode()) % GROUPS][name] = point
    found_ = [_filled(found, at, group) for at, group in enumerate(groups)]
    return _sum(
        fills.all
        if fills.accounts.isdisjoint(accounts)
        else _sum(_fills(found, p, accounts) for p in fills.reserved.values())
        for fills in found_
    )


def _filled(found: Whole, at: int, reserved: Mapping[str, Point]) -> Fills:
    known = found.fills.get(at)
    if known is None or known.reserved != reserved:
        old = known or Fills({}, {}, {}, frozenset())
        each = {
            name: old.each[name] if old.reserved.get(name) == point else _fills(found, point, frozenset())
            for name, point in reserved.items()
        }
        whose = (found.bound.quantities.get(name) for point in reserved.values() for name in point)
        accounts = frozenset(quantity.account for quantity in whose if quantity is not None)
        known = found.fills[at] = Fills(reserved, each, _sum(each.values()), accounts)
    return known


def _fills(found: Whole, point: Point, without: Set[str]) -> dict[str, Number]:
    """What the fills of one proposal may add, but for those in accounts that are left out."""
    fills: dict[str, Number] = {}
    for name, amount in point.items():
        quantity = found.bound.quantities.get(name)
        if quantity is None or quantity.account in without or quantity.kind is Kind.RESIDUE:
            continue
        fills[name] = between(ZERO, amount)
        if (left := f"residue/{quantity.account}") not in fills:
            residue = found.bound.quantities[left]
            fills[left] = hull(ZERO, between(residue.low, residue.high))
    sums: dict[str, list[tuple[Number, Number]]] = {}
    for name, fill in fills.items():
        for form, each in _moved(found, name).items():
            sums.setdefault(form, []).append((each, fill))
    return {form: dot(ZERO, pairs) for form, pairs in sums.items()}


def _sum(several: Iterable[Mapping[str, Number]]) -> dict[str, Number]:
    sums: dict[str, list[tuple[Number, Number]]] = {}
    for each in several:
        for form, number in each.items():
            sums.setdefault(form, []).append((ONE, number))
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
