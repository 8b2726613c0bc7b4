"""The securities and issuers that a test names, with their prices and volumes.

A security is its own issuer and identical to itself alone until another is given, and no derivative until something is
said of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import lcm

from dsl import tree
from dsl.check.find import every
from policy.book.facts import Instrument, Issuer, Price, Value
from policy.cases.steps import Facts, Steps, known, merged, prices, things

VOLUME_DAYS = 400
VOLUMES = ("median daily volume", "average daily volume")
STRUCTURE = frozenset({"issuer", "ultimate issuer", "currency", "underlying", "identical group"})
"""Facts that are columns of an instrument or an issuer."""


def security_facts(steps: Steps) -> dict[str, list[tree.Fact]]:
    """Every security that the test names, with what it says of it."""
    found: dict[str, list[tree.Fact]] = {}
    for step in steps:
        match step:
            case tree.Holding(security=name, facts=facts) | tree.When(security=name, facts=facts):
                found.setdefault(name.value, []).extend(facts)
            case tree.Thing(level=level, name=name, facts=facts) if level.words in ("security", "fund"):
                found.setdefault(name.value, []).extend(facts)
            case tree.Past(security=name):
                found.setdefault(name.value, [])
            case tree.Contains(name=name, parts=parts):
                for one_ in (name, *(part.name for part in parts)):
                    found.setdefault(one_.value, [])
            case tree.Listing(level=level, name=name) if level.words == "security":
                found.setdefault(name.value, [])
            case _:
                pass
    return found


def instruments(steps: Steps, currency: str) -> dict[str, Instrument]:
    parts = {
        c.name.value: tuple((p.name.value, p.weight.value / 100) for p in c.parts) for c in every(steps, tree.Contains)
    }
    issuers = {thing.name.value for thing in things(steps, "issuer")}
    inside = {part.name.value for c in every(steps, tree.Contains) for part in c.parts}
    priced = prices(steps)
    found: dict[str, Instrument] = {}
    for name, said in security_facts(steps).items():
        if name in issuers & inside and name not in priced:
            continue  # a fund's constituent that is an issuer, not a security
        facts = merged(said)
        unit = priced[name].unit if name in priced else currency
        found[name] = replace(
            security(name, _text(facts, "currency", unit)),
            issuer=_text(facts, "issuer", name) if facts.get("issuer", name) is not None else None,
            step=_step(steps, name),
            underlying=_text(facts, "underlying", "") or None,
            identical=_text(facts, "identical group", name) if facts.get("identical group", name) is not None else None,
            constituents=parts.get(name, ()),
            facts={
                words: value for words, value in {**_plain(facts), **known(facts)}.items() if words not in STRUCTURE
            },
        )
    return found


def _plain(facts: Facts) -> dict[str, Value]:
    return {} if facts.keys() & {"derivative", "security type", "underlying"} else {"derivative": False}


def security(name: str, currency: str) -> Instrument:
    return Instrument(name, name, name, currency, identical=name)


def _text(facts: Facts, words: str, otherwise: str) -> str:
    value = facts.get(words)
    return value if isinstance(value, str) else otherwise


def _step(steps: Steps, name: str) -> Fraction:
    """Whole units, or the fraction of one in which the test counts."""
    said = [s.quantity.value for s in steps if isinstance(s, tree.Holding | tree.When) and s.security.value == name]
    return Fraction(1, lcm(*(quantity.denominator for quantity in said)) if said else 1)


def issuers(steps: Steps, named: Iterable[str]) -> dict[str, Issuer]:
    """Every issuer that is named, its parent where one is given."""
    facts: dict[str, dict[str, Value | None]] = {name: {} for name in sorted(named)}
    parents: dict[str, str] = {}
    for name, said in security_facts(steps).items():
        found = merged(said)
        parent = found.get("ultimate issuer")
        if isinstance(parent, str):
            parents[_text(found, "issuer", name)] = parent
    for thing in things(steps, "issuer"):
        found = merged(thing.facts)
        facts.setdefault(thing.name.value, {}).update(found)
        if isinstance(found.get("ultimate issuer"), str):
            parents[thing.name.value] = str(found["ultimate issuer"])
    for parent in parents.values():
        facts.setdefault(parent, {})
    return {
        name: Issuer(
            name,
            name,
            parents[name] if parents.get(name, name) != name else None,
            {words: value for words, value in known(own).items() if words not in STRUCTURE},
        )
        for name, own in facts.items()
    }


def series(steps: Steps, priced: Mapping[str, tree.Amount], day: date) -> Iterator[Price]:
    """Today's price, and a day's volume on every day that could be asked for."""
    said = {name: merged(facts) for name, facts in security_facts(steps).items()}
    for name, price in priced.items():
        volume = next((v for words in VOLUMES if (v := said.get(name, {}).get(words)) is not None), None)
        traded = volume if isinstance(volume, Fraction) else None
        yield Price(name, day, price.value, traded)
        if traded is not None:
            for back in range(1, VOLUME_DAYS):
                yield Price(name, day - timedelta(days=back), price.value, traded)
