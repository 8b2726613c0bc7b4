"""Households with a compliant answer planted: random orders first, then rules with limits that these orders keep.

What is held breaks some of the rules, which must be cured, so that doing nothing is no answer. A limit lies exactly
at the planted point now and then, and a little beyond it otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from policy.book.cash import own_worth, shortable
from policy.book.facts import (
    Account,
    Book,
    Cost,
    Household,
    Instrument,
    Issuer,
    Lot,
    Order,
    Price,
    Relief,
    Side,
    TaxKind,
    Weight,
)
from policy.book.read import Index, index
from policy.interval import ZERO
from policy.ir import core, meaning
from policy.ir.bind import bind_to
from policy.ir.bound import Bound, Leaf, Op, Point
from policy.ir.point import point_of
from tests.worlds.rules import plain, within

DAY = date(2026, 6, 30)
NET = core.Term("net assets")
STEPS = (Fraction(1),) * 9 + (Fraction(1, 1000),)


@dataclass(frozen=True, slots=True)
class Planted:
    """A bound household and a point of it that passes."""

    bound: Bound
    facts: Index
    point: Point


Template = Callable[[Fraction], core.Test]
"""A test with its limit: a share of net assets, or a number."""


def planted(seed: int, *, shorting: bool = False) -> Planted:
    """`shorting`: accounts may sell short, and are short of some of what their model is short of."""
    rng = Random(seed)
    book = _book(rng)
    facts = index(_turned(rng, book) if shorting else book)
    orders = _orders(rng, facts)
    point = point_of(facts, orders)
    assert isinstance(point, dict), point
    templates = rng.sample(_templates(rng), rng.randint(2, 5))
    rules = tuple(_rule(f"R{n}", _fitted(rng, facts, point, make)) for n, make in enumerate(templates))
    return Planted(bind_to(core.Library(rules, (), ()), facts, tuple(orders)), facts, point)


# --- the book --------------------------------------------------------------------------------------


def _book(rng: Random) -> Book:
    names = [f"S{n:02}" for n in range(rng.randint(6, 30))]
    accounts = [f"A{n}" for n in range(rng.choice((1, 1, 1, 2)))]
    prices = {name: Fraction(rng.randint(500, 30_000), 100) for name in names}
    if rng.random() < 0.1:
        prices[names[0]] *= 300  # one share is worth more than a twentieth of the whole
    shares = {name: rng.randint(1, 30) for name in names}
    weights = {name: Fraction(98 * share, 100 * sum(shares.values())) for name, share in shares.items()}
    lots = [lot for account in accounts for lot in _lots(rng, account, weights, prices)]
    return Book(
        as_of=DAY,
        known_at=DAY,
        currency="USD",
        issuers={f"X{n}": Issuer(f"X{n}", f"Issuer {n}") for n in range(len(names))},
        instruments={name: _instrument(rng, name, number) for number, name in enumerate(names)},
        households={"H": Household("H", "Household")},
        accounts={account: _account(rng, account) for account in accounts},
        lots={lot.id: lot for lot in lots},
        prices=tuple(Price(name, DAY, price) for name, price in prices.items()),
        weights=tuple(Weight("M", "security", name, weight) for name, weight in weights.items()),
    )


def _turned(rng: Random, book: Book) -> Book:
    """The book with every fourth instrument held and wanted short, a fifth as much of it."""
    turned = {name for name in book.instruments if rng.random() < 0.25}
    lots = (
        replace(lot, quantity=-Fraction(lot.quantity // 5 + 1)) if lot.instrument in turned else lot
        for lot in book.lots.values()
    )
    return replace(
        book,
        accounts={name: replace(account, short_sales=True) for name, account in book.accounts.items()},
        lots={lot.id: lot for lot in lots},
        weights=tuple(replace(w, weight=-w.weight / 5) if w.key in turned else w for w in book.weights),
    )


def _account(rng: Random, name: str) -> Account:
    return Account(
        name,
        name,
        "H",
        tax=rng.choice((TaxKind.TAXABLE, TaxKind.DEFERRED)),
        relief=rng.choice((Relief.SPECIFIC, Relief.SPECIFIC, Relief.FIFO, Relief.HIFO)),
        cash={"USD": (Fraction(rng.randint(0, 4_000_000), 100), ZERO)},
        model="M",
        cost=Cost(ticket=rng.choice((ZERO, ZERO, Fraction(5))), spread=Fraction(rng.randint(0, 20), 10_000)),
        minimum_trade=rng.choice((ZERO, ZERO, ZERO, Fraction(500))),
        facts={"borrowings": ZERO},
    )


def _instrument(rng: Random, name: str, number: int) -> Instrument:
    issuer = f"X{number if rng.random() < 0.8 else number // 2}"
    facts = {"sector": f"sector {rng.randrange(4)}", "risk score": Fraction(rng.randint(1, 7))}
    if rng.random() < 0.03:
        del facts["risk score"]
    return Instrument(name, name, issuer, "USD", step=rng.choice(STEPS), facts=facts)


def _lots(rng: Random, account: str, weights: dict[str, Fraction], prices: dict[str, Fraction]) -> list[Lot]:
    found = []
    for name, weight in weights.items():
        for number in range(rng.choice((0, 1, 1, 2, 3))):
            units = 1_000_000 * weight * Fraction(rng.randint(20, 120), 100) / prices[name] / 2
            if rng.random() < 0.05:
                units *= 6
            bought = DAY - timedelta(days=rng.randint(10, 1500))
            basis = prices[name] * Fraction(rng.randint(50, 130), 100)
            whole = Fraction(max(1, round(units)))
            found.append(Lot(f"{account}.{name}.{number}", account, name, whole, basis, bought))
    return found


def _orders(rng: Random, facts: Index) -> list[Order]:
    """Sales of some positions, and purchases of others for about what they bring; covers, and short sales."""
    orders: list[Order] = []
    for account in facts.book.accounts.values():
        money, bought = sum(account.cash["USD"]), set[str]()
        names = list(facts.book.instruments)
        rng.shuffle(names)
        for name in names:
            lots = facts.held.get(account.id, {}).get(name, ())
            price = facts.unit_values[name]
            short = any(lot.quantity < 0 for lot in lots)
            if lots and rng.random() < 0.5:
                pieces = tuple((lot.id, abs(lot.quantity)) for lot in lots)
                total = sum((amount for _, amount in pieces), ZERO)
                if total * price >= account.minimum_trade and not short:
                    orders.append(Order(account.id, name, Side.SELL, total, pieces))
                    money += total * price * Fraction(99, 100) - 10
                elif total * price >= account.minimum_trade:
                    orders.append(Order(account.id, name, Side.COVER, total, pieces))
                    money -= total * price * Fraction(1, 100) + 10
            elif account.short_sales and (short or not lots):
                units = Fraction(account.minimum_trade // price + rng.randint(1, 40))
                if units <= shortable(facts, account.id, name, own_worth(facts, account.id)):
                    orders.append(Order(account.id, name, Side.SHORT, units))
                    money -= units * price * Fraction(1, 100) + 10
            elif name not in bought and money > 20 * price:
                units = money * Fraction(rng.randint(10, 60), 100) * Fraction(98, 100) // price
                if units >= 1 and units * price >= account.minimum_trade:
                    orders.append(Order(account.id, name, Side.BUY, units))
                    money -= units * price * Fraction(101, 100) + 10
    return orders


# --- the rules -------------------------------------------------------------------------------------


def _templates(rng: Random) -> list[Template]:
    over = core.Pick("issuer", core.Compare(core.Own(), Op.GT, _share(Fraction(rng.choice((4, 5, 8)), 100)), NET))
    small = core.Pick("issuer", core.Compare(core.Own(), Op.LE, _share(Fraction(rng.choice((5, 10)), 100)), NET))
    held = core.Pick("security", core.Compare(core.Own(), Op.GT, core.Amount(ZERO, "USD")))
    k = rng.randint(2, 6)
    return [
        lambda p: core.Every(core.Pick("sector"), core.Compare(core.Own(), Op.LE, _share(p), NET)),
        lambda p: core.Every(core.Pick("issuer"), core.Compare(core.Own(), Op.LE, _share(p), NET)),
        lambda p: core.Compare(core.Total(over), Op.LE, _share(p), NET),
        lambda p: core.Compare(core.Sum((core.Total(small), core.Term("cash"))), Op.GE, _share(p), NET),
        lambda p: core.Compare(core.Largest(k, core.Pick("issuer")), Op.LE, _share(p), NET),
        lambda p: core.Compare(core.Number(held), Op.GE, core.Amount(p, "count")),
        lambda p: core.Compare(core.Average("risk score"), Op.LE, core.Amount(p, "score")),
        lambda p: core.Compare(core.Term("cash"), Op.GE, _share(p), NET),
    ]


def _share(p: Fraction) -> core.Scalar:
    return core.Scale(p, NET)


def _fitted(rng: Random, facts: Index, point: Point, make: Template) -> core.Test:
    """The test with a limit that the planted point keeps: exactly, or with a little room."""
    trial = bind_to(core.Library((_rule("T", make(Fraction(1))),), (), ()), facts)
    at = meaning.values(trial.forms, {name: v for name, v in point.items() if name in trial.quantities})
    leaves = [rung.formula for o in trial.obligations for rung in o.ladder[:1] if isinstance(rung.formula, Leaf)]
    shares = [_ratio(leaf, at) for leaf in leaves]
    if not leaves or None in shares:
        return make(Fraction(1) if not leaves or leaves[0].op is Op.LE else ZERO)
    cap = leaves[0].op is Op.LE
    known = [share for share in shares if share is not None]
    tightest = max(known) if cap else min(known)
    room = rng.choice((ZERO, Fraction(1, 1000), Fraction(1, 100), Fraction(1, 20)))
    return make(tightest * (1 + room) if cap else tightest * (1 - room))


def _ratio(leaf: Leaf, at: meaning.Values) -> Fraction | None:
    """The limit at which the leaf, made with a limit of one, would hold exactly."""
    measure, bound = meaning.scalar(leaf.measure, at), meaning.scalar(leaf.bound, at)
    if not isinstance(measure, Fraction) or not isinstance(bound, Fraction) or bound <= 0:
        return None
    return measure / bound


def _rule(name: str, test: core.Test) -> core.Rule:
    return plain(name, within(test), layer="mandate", passive=core.Passive("cure"))
