"""Prices that are far from the last ones: told, and not refused, for a security may split or fail."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from policy.book.amount import number_text
from policy.book.facts import Price
from policy.canonical import Json

FACTOR = 10
MOST = 100  # that are named


@dataclass(frozen=True, slots=True)
class Jump:
    """`before`, on the day `since`: the last price until then; exact, in the instrument's own currency."""

    instrument: str
    day: str
    price: str
    since: str
    before: str


@dataclass(frozen=True, slots=True)
class Jumps:
    """Prices that are more than ten times the last ones, or less than a tenth: how many, and the first hundred."""

    count: int
    prices: tuple[Jump, ...]


def jumps(before: Iterable[Mapping[str, Any]], after: Iterable[Price], names: Collection[str] | None) -> Jumps | None:
    """Of the last prices of each instrument; of `names` alone where it is not None. `before`: rows as a snapshot has
    them. None where no price is so."""
    old: dict[str, tuple[str, str]] = {}
    for row in before:
        name = row["instrument"]
        if (names is None or name in names) and row["day"] >= old.get(name, ("",))[0]:
            old[name] = row["day"], row["price"]
    new: dict[str, Price] = {}
    for price in after:
        name = price.instrument
        if name in old and (name not in new or price.day >= new[name].day):
            new[name] = price
    far = ((name, price) for name, price in sorted(new.items()) if _far(price, Fraction(old[name][1])))
    found = [_jump(name, price, *old[name]) for name, price in far]
    return Jumps(len(found), tuple(found[:MOST])) if found else None


def told(found: Jumps | None) -> dict[str, Json]:
    """As an event says it, where there is something to say."""
    return {} if found is None else {"jumps": asdict(found) | {"prices": [asdict(each) for each in found.prices]}}


def _far(price: Price, before: Fraction) -> bool:
    low, high = sorted((price.price, before))
    return high > FACTOR * low


def _jump(name: str, price: Price, since: str, before: str) -> Jump:
    return Jump(name, price.day.isoformat(), number_text(price.price), since, before)
