"""Small real books with a few small orders, and every state in which these may be partly filled, booked to the cent.

Tickets, spreads and prices off the cent make what booking adds matter; lots off the step make an order's pieces odd.
Limits lie exactly at, or a cent beside, what some state of the way measures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, product
from random import Random

from policy.book.facts import Account, Book, Cost, Lot, Order, Price, Relief, Side
from policy.book.fills import Fill, fills
from policy.book.read import Index, index
from policy.interval import ZERO
from policy.ir import core, meaning
from policy.ir.bind import bind_to
from policy.ir.bound import Bound, Formula, Leaf, Moment, Op, Point
from policy.ir.point import point_of
from policy.judge.eval import judge
from policy.judge.fills import Batch
from solver.release import released
from tests.worlds import mandates
from tests.worlds.firms import TODAY, firm, money
from tests.worlds.rules import within

ONE = Fraction(1)
CENT = Fraction(1, 100)
NET = core.Term("net assets")
STATES = 160
"""Of all orders at once, at most."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A bound book, its orders with their batches (`batches`: the same as the quantities that fill), and the point
    where all are filled."""

    facts: Index
    bound: Bound
    orders: tuple[Order, ...]
    batches: tuple[Batch, ...]
    end: Point


def ordered(rng: Random) -> Ordered:
    """One book; its orders are released in up to three batches."""
    facts = index(_book(rng))
    orders = _orders(rng, facts)
    end = booked(facts, orders)
    rules = mandates.library(rng, rules=2).rules + tuple(_fitted(rng, facts, orders, n) for n in range(4))
    library = core.Library(tuple(replace(rule, moments=(Moment.TRADE,)) for rule in rules), (), ())
    bound = bind_to(library, facts, orders)
    way, _ = released(bound, orders, judge(bound, end))
    numbered = tuple(replace(order, batch=number) for number, batch in enumerate(way.orders) for order in batch)
    return Ordered(facts, bound, numbered, way.quantities, end)


def booked(facts: Index, orders: tuple[Order, ...]) -> Point:
    point = point_of(facts, orders)
    assert isinstance(point, dict), point
    return point


# --- states ------------------------------------------------------------------------------------


def states(made: Ordered, *, together: bool) -> Iterator[Point]:
    """Every state along the release order, or with all orders released at once."""
    numbers = sorted({order.batch for order in made.orders})
    stages = [((), made.orders)] if together else [_stage(made.orders, number) for number in numbers]
    for done, working in stages:
        for filled in product(*(tuple(_fills(made.facts, order)) for order in working)):
            yield booked(made.facts, (*done, *(order for order in filled if order is not None)))


def _stage(orders: tuple[Order, ...], number: int) -> tuple[tuple[Order, ...], tuple[Order, ...]]:
    return tuple(o for o in orders if o.batch < number), tuple(o for o in orders if o.batch == number)


def _fills(facts: Index, order: Order) -> Iterator[Order | None]:
    """The order filled so far: a unit more each time, up to the end of a lot, and whole."""
    step = facts.book.instruments[order.instrument].step
    ends = set(accumulate(amount for _, amount in order.lots))
    yield None
    for filled in sorted({*ends, order.quantity, *(n * step for n in range(1, int(order.quantity // step) + 1))}):
        yield _part(order, filled)


def _part(order: Order, filled: Fraction) -> Order:
    lots, rest = [], filled
    for lot, amount in order.lots:
        lots.append((lot, min(amount, rest)))
        rest -= min(amount, rest)
    return replace(order, quantity=filled, lots=tuple((lot, amount) for lot, amount in lots if amount))


# --- books and orders --------------------------------------------------------------------------


def _book(rng: Random) -> Book:
    found = firm(rng, gaps=rng.random() < 0.3)
    steps = {
        name: replace(i, step=rng.choice((Fraction(1), Fraction(1), Fraction(1, 2))))
        for name, i in found.instruments.items()
    }
    accounts = {name: _account(rng, account) for name, account in found.accounts.items()}
    prices = {name: Price(name, TODAY, _price(rng)) for name in found.instruments}
    lots = [
        _lot(rng, name, account, instrument)
        for name, (account, instrument) in enumerate(
            (rng.choice(sorted(accounts)), rng.choice(sorted(steps))) for _ in range(rng.randint(3, 8))
        )
    ]
    return replace(
        found, instruments=steps, accounts=accounts, prices=tuple(prices.values()), lots={lot.id: lot for lot in lots}
    )


def _account(rng: Random, account: Account) -> Account:
    cost = Cost(
        rng.choice((ZERO, ZERO, money(rng, 0, 9))),
        rng.choice((ZERO, Fraction(1, 300))),
        rng.choice((ZERO, Fraction(7, 10_000), Fraction(1, 50))),
    )
    model = rng.choice(("M", None))
    return replace(account, held_away=False, model=model, cost=cost, cash={"USD": (money(rng, 450, 900), ZERO)})


def _price(rng: Random) -> Fraction:
    return rng.choice((Fraction(rng.randint(1, 99)), money(rng, 1, 99), Fraction(rng.randint(10_000, 990_000), 9_973)))


def _lot(rng: Random, number: int, account: str, instrument: str) -> Lot:
    quantity = rng.randint(1, 4) + rng.choice((ZERO, ZERO, Fraction(1, 2), Fraction(1, 3)))
    return Lot(f"L{number}", account, instrument, quantity, money(rng, 1, 99), TODAY.replace(day=1 + number))


def _orders(rng: Random, facts: Index) -> tuple[Order, ...]:
    found: list[Order] = []
    places = [(a, i) for a in sorted(facts.book.accounts) for i in sorted(facts.book.instruments)]
    room = Fraction(STATES)
    for account, instrument in rng.sample(places, len(places)):
        order = _order(rng, facts, account, instrument)
        if order is None or isinstance(point_of(facts, (order,)), tuple):
            continue
        levels = 1 + -(-order.quantity // facts.book.instruments[instrument].step)
        if levels <= room:
            found.append(_with_lots(facts, order))
            room /= levels
    numbers = [rng.randrange(rng.choice((1, 2, 2, 3))) for _ in found]
    if rng.random() < 0.5:
        numbers = [0 if order.side is Side.SELL else 1 for order in found]
    return tuple(replace(order, batch=number) for order, number in zip(found, numbers, strict=True))


def _with_lots(facts: Index, order: Order) -> Order:
    """The order with the lots that it uses, as orders of a proposal have them."""
    (fill,) = fills(facts, (order,))
    assert isinstance(fill, Fill)
    return replace(order, lots=tuple((lot.id, amount) for lot, amount in fill.pieces))


def _order(rng: Random, facts: Index, account: str, instrument: str) -> Order | None:
    held = [lot for lot in facts.book.lots.values() if (lot.account, lot.instrument) == (account, instrument)]
    step = facts.book.instruments[instrument].step
    if not held or rng.random() < 0.3:
        return Order(account, instrument, Side.BUY, step * rng.randint(1, 4)) if rng.random() < 0.5 else None
    if facts.book.accounts[account].relief is Relief.SPECIFIC:
        lot = rng.choice(held)
        return Order(account, instrument, Side.SELL, lot.quantity, ((lot.id, lot.quantity),))
    whole = sum((lot.quantity for lot in held), ZERO)
    return Order(
        account, instrument, Side.SELL, rng.choice((whole, max(step, whole // step * step / 2 // step * step)))
    )


# --- limits that lie on the way ----------------------------------------------------------------

Template = Callable[[Fraction], core.Test]
"""A test with its limit: an amount of money, or a share of net assets."""


def _fitted(rng: Random, facts: Index, orders: tuple[Order, ...], number: int) -> core.Rule:
    """A rule whose limit is what it measures in some state, or a little beside."""
    rule = replace(
        mandates.rule(rng, f"F-{number}", about_orders=False),
        scope=core.Scope(rng.choice(("account", "household", "firm"))),
        measure="market value",
        look_through=False,
        missing="unknown",
    )
    make = _template(rng)
    trial = bind_to(core.Library((_with(rule, make(ONE)),), (), ()), facts, orders)
    some = tuple(o for o in (rng.choice(tuple(_fills(facts, order))) for order in orders) if o is not None)
    at = meaning.values(trial.forms, booked(facts, some))
    ratios = [_ratio(o.ladder[0].formula, at) for o in trial.obligations]
    limit = rng.choice([ratio for ratio in ratios if ratio is not None] or [ONE])
    return _with(rule, make(limit + rng.choice((ZERO, ZERO, CENT, -CENT))))


def _ratio(formula: Formula, at: meaning.Values) -> Fraction | None:
    """The limit at which a test that was made with a limit of one would hold exactly."""
    assert isinstance(formula, Leaf)
    measure, bound = meaning.scalar(formula.measure, at), meaning.scalar(formula.bound, at)
    known = isinstance(measure, Fraction) and isinstance(bound, Fraction) and bound > 0
    return measure / bound if known else None


def _template(rng: Random) -> Template:
    op = rng.choice((Op.LE, Op.LE, Op.LT, Op.GE, Op.GT))
    pick = core.Pick(rng.choice(("security", "issuer", "sector")), mandates.where(rng))
    over = core.Compare(core.Own(), Op.GT, core.Scale(Fraction(rng.randint(5, 40), 100), NET), NET)
    left = rng.choice(
        (
            core.Total(pick),
            core.Term("cash"),
            core.Sum((core.Total(pick), core.Term("cash"))),
            core.Total(core.Pick("issuer", over)),
            core.Largest(2, core.Pick("issuer")),
        )
    )
    if rng.random() < 0.5:
        return lambda limit: core.Compare(left, op, core.Amount(limit, "USD"))
    return lambda limit: core.Compare(left, op, core.Scale(limit, NET), NET)


def _with(rule: core.Rule, test: core.Test) -> core.Rule:
    return replace(rule, clauses=(within(test),))
