"""A random small book as quantities and forms, shaped as `policy.ir.bind` shapes a real one.

    units/A/I   what account A holds of I: lots, less sells, plus buys, less shorts, plus covers
    value/A/I   price · units; the price is an interval in some worlds
    cash/A, net assets/A, net assets/household, bought/A, issuer/X, sector/X

One holding may lack its sector: then every sector form counts it from nothing to whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

from policy.interval import ZERO, Interval, Number, between, high, low, plus, times
from policy.ir.bound import Domain, Form, Kind, Quantity

ONE = Fraction(1)
PERHAPS = Interval(ZERO, ONE)
STEPS = (ONE, ONE, ONE, Fraction(1, 1000), Fraction(1, 100), Fraction(1000))
UNKNOWN_PRICE = 0.012  # per instrument
UNKNOWN_SECTOR = 0.03


@dataclass(slots=True)
class Draft:
    """A book while it is made: forms keep their expansion over quantities, from which their boxes come."""

    quantities: dict[str, Quantity] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    domains: list[Domain] = field(default_factory=list)
    _expanded: dict[str, tuple[Number, dict[str, Number]]] = field(default_factory=dict)

    def quantity(self, quantity: Quantity) -> str:
        self.quantities[quantity.name] = quantity
        self._expanded[quantity.name] = (ZERO, {quantity.name: ONE})
        return quantity.name

    def form(self, name: str, const: Number, terms: list[tuple[Number, str]]) -> str:
        total, sums = const, dict[str, Number]()
        for factor, part in terms:
            inner, coefficients = self._expanded[part]
            total = plus(total, times(factor, inner))
            for quantity, coefficient in coefficients.items():
                sums[quantity] = plus(sums.get(quantity, ZERO), times(factor, coefficient))
        box = total
        for quantity, coefficient in sums.items():
            ends = self.quantities[quantity]
            box = plus(box, times(coefficient, between(ends.low, ends.high)))
        self._expanded[name] = (total, sums)
        self.forms[name] = Form(name, const, tuple(terms), low(box), high(box))
        return name


@dataclass(frozen=True, slots=True)
class Security:
    name: str
    price: Number
    issuer: str
    sector: str | None
    step: Fraction


def book(rng: Random, *, accounts: int, securities: int) -> Draft:
    """A book of a household; the groups that its securities belong to are forms."""
    draft = Draft()
    listed = [_security(rng, i) for i in range(securities)]
    names = [f"A{i}" for i in range(accounts)]
    for account in names:
        _account(rng, draft, account, listed)
    draft.form("net assets/household", ZERO, [(ONE, f"net assets/{a}") for a in names])
    for issuer in sorted({s.issuer for s in listed}):
        draft.form(
            f"issuer/{issuer}",
            ZERO,
            [(ONE, f"value/{a}/{s.name}") for a in names for s in listed if s.issuer == issuer],
        )
    for sector in sorted({s.sector for s in listed if s.sector}):
        weights = [(s, ONE if s.sector else PERHAPS) for s in listed if s.sector in (sector, None)]
        draft.form(f"sector/{sector}", ZERO, [(w, f"value/{a}/{s.name}") for a in names for s, w in weights])
    return draft


def _security(rng: Random, place: int) -> Security:
    cents = Fraction(rng.randint(1, 20_000), rng.choice((100, 100, 100, 10_000, 3, 7)))
    unknown = rng.random() < UNKNOWN_PRICE
    price: Number = rng.choice((Interval(ZERO, None), Interval(cents, 2 * cents))) if unknown else cents
    sector = None if rng.random() < UNKNOWN_SECTOR else f"S{rng.randrange(3)}"
    return Security(f"I{place}", price, f"X{rng.randrange(4)}", sector, rng.choice(STEPS))


def _account(rng: Random, draft: Draft, account: str, listed: list[Security]) -> None:
    cash: list[tuple[Number, str]] = []
    bought: list[tuple[Number, str]] = []
    relief: dict[str, tuple[str, ...]] = {}
    prices: dict[str, Fraction] = {}
    crossing = []
    for security in listed:
        known = security.price if isinstance(security.price, Fraction) else None
        buys, sells = _trades(rng, draft, account, security, tradable=known is not None)
        if known is not None:
            spread = known / rng.choice((200, 1000))
            cash += [(-known - spread, name) for name in buys] + [(known - spread, name) for name in sells]
            bought += [(known, name) for name in buys]
            prices[security.name] = known
            relief[security.name] = tuple(sells)
            crossing += [(name, tuple(sells)) for name in buys[:1] if sells]
    edge = Fraction(rng.randint(0, 500), 100)
    cash.append(
        (ONE, draft.quantity(Quantity(f"residue/{account}", Kind.RESIDUE, account, None, None, -edge, ONE, None)))
    )
    draft.form(f"cash/{account}", Fraction(rng.randint(-1_000, 2_000_000), 100), cash)
    draft.form(f"bought/{account}", ZERO, bought)
    held: list[tuple[Number, str]] = [(ONE, f"value/{account}/{s.name}") for s in listed]
    draft.form(f"net assets/{account}", ZERO, [(ONE, f"cash/{account}"), *held])
    draft.domains.append(
        Domain(account, f"cash/{account}", ZERO, relief, rng.random() < 0.5, tuple(crossing), ZERO, prices)
    )


def _trades(
    rng: Random, draft: Draft, account: str, security: Security, *, tradable: bool
) -> tuple[list[str], list[str]]:
    """Quantities and forms of one position: (what costs cash, what brings cash)."""
    key, step = f"{account}/{security.name}", security.step
    held, terms = ZERO, list[tuple[Number, str]]()
    buys, sells = list[str](), list[str]()

    def add(kind: Kind, lot: str | None, top: Fraction) -> None:
        name = f"{kind}/{lot or key}"
        top = top if tradable else ZERO
        draft.quantity(Quantity(name, kind, account, security.name, lot, ZERO, top, step))
        buying = kind in (Kind.BUY, Kind.COVER)
        terms.append((ONE if buying else -ONE, name))
        (buys if buying else sells).append(name)

    if rng.random() < 0.9:
        add(Kind.BUY, None, step * rng.randint(1, 300))
    for number in range(rng.choice((0, 1, 1, 2, 3))):
        amount = step * rng.randint(1, 200) + (step / 3 if rng.random() < 0.05 else 0)
        held += amount
        add(Kind.SELL, f"{key}/{number}", amount)
    if rng.random() < 0.1:
        add(Kind.SHORT, None, step * rng.randint(1, 50))
        amount = step * rng.randint(1, 50)
        held -= amount
        add(Kind.COVER, f"{key}/s", amount)
    draft.form(f"units/{key}", held, terms)
    draft.form(f"value/{key}", ZERO, [(security.price, f"units/{key}")])
    return buys, sells
