"""What of a price a rule looks at when it is bound, beside what things are worth at it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from policy.book.facts import Lot
from policy.book.holding import gain_per_unit
from policy.book.prices import price_age, quote
from policy.book.read import Held, Index
from policy.ir import core
from policy.ir.fields import words


class Look(Enum):
    """`ANY`: the number itself; `GAIN`: whether lots are worth less than their basis; `VOLUME`: the units traded on
    each day; `AGE`: whether the price is too old."""

    ANY = "price"
    GAIN = "gain"
    VOLUME = "volume"
    AGE = "age"


_BY_WORD = {
    "price": Look.ANY,
    "unrealised gain": Look.ANY,
    "notional": Look.ANY,
    "exposure": Look.ANY,
    "volatility": Look.ANY,
    "tracking error": Look.ANY,
    "below basis": Look.GAIN,
    "median daily volume": Look.VOLUME,
    "average daily volume": Look.VOLUME,
}


def looks(rule: core.Rule, waivers: Iterable[core.Waiver]) -> frozenset[Look]:
    """Of the rule, with its waivers. Risk is one of the first kind: what its ratio is shown over hangs on the range of
    net assets."""
    found = {_BY_WORD[word] for word in _words(rule, waivers) if word in _BY_WORD}
    if any(isinstance(step.test, core.WashSale) for clause in rule.clauses for step in clause.ladder):
        found.add(Look.GAIN)
    if any(term == "price" for term, _ in rule.freshness):
        found.add(Look.AGE)
    return frozenset(found)


def _words(rule: core.Rule, waivers: Iterable[core.Waiver]) -> Iterator[str]:
    yield rule.measure
    for clause in rule.clauses:
        for step in clause.ladder:
            yield from words(step.test)
    for waiver in waivers:
        if waiver.rule == rule.id and waiver.raises_to is not None:
            yield from words(waiver.raises_to)


@dataclass(frozen=True, slots=True)
class Moved:
    """Instruments whose prices moved, by what else of them moved with it. `worth`: those of which a unit is worth
    another amount; `new`: those that had no price above zero before, or have none now."""

    worth: frozenset[str]
    new: frozenset[str]
    volume: frozenset[str]
    age: frozenset[str]


def moved(before: Index, after: Index, priced: Iterable[str], ages: Iterable[int]) -> Moved:
    """What became of instruments that were priced. `ages`: the oldest ages that rules allow, in days."""
    limits = tuple(ages)
    worth, new, volume, age = set(), set(), set(), set()
    for name in priced:
        was, now = before.unit_values.get(name), after.unit_values.get(name)
        if was != now or quote(before, name) != quote(after, name):
            worth.add(name)
        if bool(was) is not bool(now) or (was is None) is not (now is None):
            new.add(name)
        if _volumes(before, name) != _volumes(after, name):
            volume.add(name)
        if _stale(before, name, limits) != _stale(after, name, limits):
            age.add(name)
    return Moved(frozenset(worth), frozenset(new), frozenset(volume), frozenset(age))


def _volumes(index: Index, name: str) -> Mapping[object, Fraction | None]:
    return {day: price.volume for day, price in index.quotes.get(name, {}).items()}


def _stale(index: Index, name: str, limits: Iterable[int]) -> list[bool]:
    old = price_age(index, name)
    return [old is None or old > limit for limit in limits]


def seen(kinds: frozenset[Look], moved: Moved, own: frozenset[str], turned: Callable[[frozenset[str]], bool]) -> bool:
    """Whether a rule that looks at these kinds of things may see it from a part: `own` are the instruments that the
    part knows of. `turned`: whether some lot of these is now at a loss, or no longer."""
    here = moved.worth & own
    return bool(
        (Look.ANY in kinds and here)
        or (Look.VOLUME in kinds and moved.volume & own)
        or (Look.AGE in kinds and moved.age & own)
        or (Look.GAIN in kinds and here and turned(here))
    )


def turned(before: Index, after: Index, held: Held, names: Iterable[str]) -> bool:
    """Whether some lot of what is `held` in these names is now at a loss, or no longer."""
    lots = (lot for name in names for lots in held.values() for lot in lots.get(name, ()))
    return any(_loses(before, lot) is not _loses(after, lot) for lot in lots)


def _loses(index: Index, lot: Lot) -> bool | None:
    gain = gain_per_unit(index, lot)
    return None if gain is None else gain < 0
