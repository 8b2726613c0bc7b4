"""Which holdings a rule speaks of, and the groups that they make.

Conditions on facts are settled here, holding by holding; a condition on quantities (`where value > 5% of net
assets`) stays and becomes structure. A holding of which it is not known whether it belongs counts with
anything from nothing to its whole; a holding without a group key counts so in every group of the level, and
in a group of its own, wholly, beside others without a key, which may be of the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import assert_never

from dsl.vocabulary import Kind, Type, term
from policy.book.facts import Instrument, Lot, Value
from policy.book.groups import fact, is_derivative, is_named, key, name
from policy.book.holding import lot_fact
from policy.book.lists import listed
from policy.book.prices import rate as rate_of
from policy.interval import ZERO, Interval, Number, at_most, less, times
from policy.ir.core import (
    All,
    Amount,
    Any,
    Compare,
    Every,
    Fact,
    Forbid,
    Listed,
    Named,
    Not,
    Pick,
    Term,
    Test,
    WashSale,
)
from policy.ir.positions import Position, Universe

PERHAPS = Interval(ZERO, Fraction(1))
LIQUID = ("cash equivalent", "daily liquid asset", "weekly liquid asset")
CASH = Instrument("", "cash", None, "", facts={"asset class": "cash", **dict.fromkeys(LIQUID, True)})
"""What balances of cash are beside securities. An instrument without an id is none of the book's: nothing holds of it
but the facts that it carries."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """`weight` of a position's value that is `subject`'s: the position's own instrument at 1, or, through a fund,
    a constituent at its share. `subject` is None for what a fund does not disclose. `lot`: of this lot alone."""

    position: Position
    subject: Instrument | None
    weight: Number
    lot: Lot | None = None

    @property
    def name(self) -> str:
        """What is held, for people."""
        return self.subject.id if self.subject else f"undisclosed holdings of {self.position.instrument.id}"


@dataclass(frozen=True, slots=True)
class Part:
    """Exposures of a group that count while `when` (a condition on the group's quantities) holds; None: always."""

    when: Test | None
    exposures: tuple[Exposure, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """`key` within `level`, its name for people, and its parts. Found once per pick, so that it is its own identity.
    `apart`: what has no known key is a group of its own, and may as well be a part of another."""

    level: str
    key: str
    name: str
    parts: tuple[Part, ...]
    apart: bool = False

    @property
    def exposures(self) -> tuple[Exposure, ...]:
        return tuple(exposure for part in self.parts for exposure in part.exposures)


def groups(universe: Universe, exposures: Iterable[Exposure], pick: Pick, missing: set[str]) -> tuple[Group, ...]:
    """The groups of a pick, by key. `missing` collects the facts that were looked for and not found."""
    found: dict[str, dict[Test | None, list[Exposure]]] = {}
    nameless: list[tuple[Exposure, Test | None]] = []
    for exposure in exposures:
        certain, rest = residual(universe, pick.where, exposure, missing)
        if certain is False:
            continue
        if certain is None:
            exposure = _perhaps(exposure)
        group = _key(universe, exposure, pick.level)
        if group is None:
            missing.add(f"{pick.level} of {exposure.name}")
            nameless.append((exposure, rest))
        else:
            found.setdefault(group, {}).setdefault(rest, []).append(exposure)
    for parts in found.values():
        for exposure, rest in nameless:
            parts.setdefault(rest, []).append(_perhaps(exposure))
    named = [
        Group(pick.level, group, name(universe.index, pick.level, group), _parts(parts))
        for group, parts in sorted(found.items())
    ]
    return (*named, *_nameless(pick.level, nameless))


def _key(universe: Universe, exposure: Exposure, level: str) -> str | None:
    if level == "lot":
        return exposure.lot.id if exposure.lot else None
    if level == "account":
        return exposure.position.account
    if exposure.subject is not None and not exposure.subject.id:
        return str(exposure.subject.facts[level])
    if level == "order":
        return f"{exposure.position.account}/{exposure.position.instrument.id}"
    return None if exposure.subject is None else key(universe.index, exposure.subject.id, level)


def _parts(parts: dict[Test | None, list[Exposure]]) -> tuple[Part, ...]:
    return tuple(Part(when, tuple(exposures)) for when, exposures in parts.items())


def _nameless(level: str, exposures: Sequence[tuple[Exposure, Test | None]]) -> list[Group]:
    """A group of its own for every instrument whose key is missing; the others may belong to it, and what a fund does
    not disclose may be of many."""
    alone: dict[str, dict[Test | None, list[Exposure]]] = {}
    for subject in {exposure.name: None for exposure, _ in exposures}:
        parts = alone.setdefault(subject, {})
        for exposure, rest in exposures:
            own = exposure.name == subject and exposure.subject is not None
            parts.setdefault(rest, []).append(exposure if own else _perhaps(exposure))
    return [
        Group(level, f"? {subject}", f"of {subject}, not known", _parts(parts), True)
        for subject, parts in sorted(alone.items())
    ]


def _perhaps(exposure: Exposure) -> Exposure:
    return replace(exposure, weight=times(PERHAPS, exposure.weight))


def chosen(
    universe: Universe, found: Iterable[Exposure], where: Test | None, missing: set[str]
) -> tuple[Exposure, ...]:
    """The exposures that satisfy a condition on facts; perhaps, where it is unknown."""
    kept: list[Exposure] = []
    for exposure in found:
        certain, _ = residual(universe, where, exposure, missing)
        if certain is not False:
            kept.append(exposure if certain else _perhaps(exposure))
    return tuple(kept)


def speaks_of_quantities(test: Test | None) -> bool:
    """Whether a condition is more than facts."""
    match test:
        case Compare():
            return True
        case All(parts) | Any(parts):
            return any(speaks_of_quantities(part) for part in parts)
        case Not(part):
            return speaks_of_quantities(part)
        case _:
            return False


# --- conditions --------------------------------------------------------------------------------

Settled = tuple[bool | None, Test | None]
"""What the facts say, and the condition on quantities that is left; with one left, both must hold."""


def residual(universe: Universe, test: Test | None, exposure: Exposure, missing: set[str]) -> Settled:
    """The condition for one exposure, its facts settled."""
    match test:
        case None:
            return True, None
        case Compare():
            return True, test
        case Fact() | Listed() | Named() if exposure.subject is not None and not exposure.subject.id:
            return _carried(test, exposure.subject, missing), None
        case Fact():
            return fact_truth(universe, test, exposure, missing), None
        case Listed(words):
            member = on_list(universe, test, exposure.subject)
            if member is None:
                missing.add(f"whether {exposure.name} is on list {words}")
            return member, None
        case Named():
            return _is_named(universe, test, exposure.subject), None
        case All(parts):
            return _every([residual(universe, part, exposure, missing) for part in parts])
        case Any(parts):
            return _some([residual(universe, part, exposure, missing) for part in parts])
        case Not(part):
            return _opposite(residual(universe, part, exposure, missing))
        case Every() | Forbid() | WashSale():
            raise AssertionError(f"{type(test).__name__} is a clause, not a condition on holdings")
        case _:
            assert_never(test)


def _carried(test: Fact | Listed | Named, balance: Instrument, missing: set[str]) -> bool | None:
    """What is so of a balance of cash: it is on no list and of no name, and what may be true or false of securities is
    false of it. Of what it does not have (a sector, a duration) nothing is so, and therefore every `is not`: what an
    exception does not describe, it does not exempt. It has a currency, but balances are not told apart by it."""
    if not isinstance(test, Fact):
        return False
    if test.term == "currency":
        missing.add("currency of cash")
        return None
    known = term(test.term)
    otherwise = False if known is not None and known.type is Type.BOOL else None
    alike = balance.facts.get(test.term, otherwise) == test.value
    return alike if test.op == "is" else test.op == "is not" and not alike


def _every(parts: list[Settled]) -> Settled:
    sure = [certain for certain, _ in parts]
    left = tuple(rest for _, rest in parts if rest is not None)
    certain = False if False in sure else None if None in sure else True
    return certain, None if certain is False or not left else left[0] if len(left) == 1 else All(left)


def _some(parts: list[Settled]) -> Settled:
    """Any part that holds by its facts alone settles it. Beside an unknown fact, a condition on quantities is
    given up: the holding counts perhaps."""
    alive = [(certain, rest) for certain, rest in parts if certain is not False]
    if any(certain and rest is None for certain, rest in alive):
        return True, None
    if not alive:
        return False, None
    if any(certain is None for certain, _ in alive):
        return None, None
    left = tuple(rest for _, rest in alive if rest is not None)
    return True, left[0] if len(left) == 1 else Any(left)


def _opposite(settled: Settled) -> Settled:
    certain, rest = settled
    if rest is None:
        return (None if certain is None else not certain), None
    return (True, Not(rest)) if certain else (None, None)


def fact_truth(universe: Universe, test: Fact, exposure: Exposure, missing: set[str]) -> bool | None:
    """`term op value`; a missing number is anything between the bounds that the vocabulary gives."""
    if isinstance(test.value, Term):
        return _two_facts(universe, test.term, test.op, test.value.name, exposure, missing)
    limit = test.value
    if isinstance(limit, Amount):
        rate = rate_of(universe.index, limit.unit)
        if rate is None:
            missing.add(f"exchange rate of {limit.unit}")
            return None
        limit = limit.value * rate
    value = fact_of(universe, exposure, test.term)
    if value is None:
        missing.add(f"{test.term} of {exposure.name}")
    if test.op in ("is", "is not") and isinstance(value, str) and exposure.subject and _is_level(test.term):
        return (limit in (value, name(universe.index, test.term, value))) is (test.op == "is")
    return compared(test.term, value, test.op, limit)


def _two_facts(
    universe: Universe, term: str, op: str, other: str, exposure: Exposure, missing: set[str]
) -> bool | None:
    """`complexity > client complexity approval`: each side is what is known of it, or its bounds."""
    sides: list[Number | None] = []
    for words in (term, other):
        value = fact_of(universe, exposure, words)
        if value is None:
            missing.add(f"{words} of {exposure.name}")
        sides.append(_number(words, value))
    left, right = sides
    return None if left is None or right is None else _in_order(left, op, right)


def fact_of(universe: Universe, exposure: Exposure, words: str) -> Value | None:
    """What is known of the exposure's subject, lot or account under a term."""
    known = term(words)
    if known is not None and known.of == "lot":
        return lot_fact(universe.index, exposure.lot, words) if exposure.lot else None
    if exposure.subject is None:
        return None
    return fact(universe.index, exposure.subject.id, words, exposure.position.account)


def _is_level(words: str) -> bool:
    known = term(words)
    return known is not None and known.kind is Kind.LEVEL


def on_list(universe: Universe, test: Listed, subject: Instrument | None) -> bool | None:
    """Whether the subject is on a list: by the list's own text, or by the book's entries. A list that is written out
    in the rules is complete unless the book holds entries of it as well; its text is as old as the list."""
    if subject is None:
        return None
    words = test.list
    text = universe.lists.get(words)
    written = _some([(_is_named(universe, named, subject), None) for named in text.covers])[0] if text else False
    in_book = words in universe.index.entries or f"list {words}" in universe.book.complete
    entered = listed(universe.index, words, subject.id, before=test.before) if in_book or text is None else False
    return True if written or entered else None if None in (written, entered) else False


def _is_named(universe: Universe, named: Named, subject: Instrument | None) -> bool | None:
    """By id or name at the level; an issuer also by its ultimate parent; derivatives by what they derive from."""
    if subject is None:
        return None
    levels = ("issuer", "ultimate issuer") if named.level == "issuer" else (named.level,)
    found = [is_named(universe.index, subject.id, level, named.name) for level in levels]
    if named.derivatives:
        found.append(_underlying_is_named(universe, named, subject))
    return True if True in found else None if None in found else False


def _underlying_is_named(universe: Universe, named: Named, subject: Instrument) -> bool | None:
    if subject.underlying is not None:
        return _is_named(universe, named, universe.book.instruments.get(subject.underlying))
    return False if subject.id in universe.index.undisclosed or is_derivative(subject) is False else None


def compared(name: str, value: Value | None, op: str, limit: Value) -> bool | None:
    """A fact against a constant."""
    if op in ("is", "is not"):
        if value is None:
            return None
        return (value == limit) is (op == "is")
    left, right = _number(name, value), _number(name, limit)
    return None if left is None or right is None else _in_order(left, op, right)


def _in_order(left: Number, op: str, right: Number) -> bool | None:
    match op:
        case "<=":
            return at_most(left, right)
        case "<":
            return less(left, right)
        case ">=":
            return at_most(right, left)
        case _:
            return less(right, left)


def _number(name: str, value: Value | None) -> Number | None:
    if isinstance(value, date):
        return Fraction(value.toordinal())
    if isinstance(value, Fraction):
        return value
    known = term(name)
    return Interval(known.low, known.high) if value is None and known is not None else None
