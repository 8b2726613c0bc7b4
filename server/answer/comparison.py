"""Two answers to what one household should trade, side by side."""

from dataclasses import dataclass
from fractions import Fraction

from policy.book.facts import Side
from server.answer.number import Exact
from server.answer.proposal import ProposeAnswer

OPENS = frozenset({Side.BUY.value, Side.COVER.value})


@dataclass(frozen=True, slots=True)
class Traded:
    """What is bought of an instrument in an account less what is sold, in units, by each of the two."""

    account: str
    instrument: str
    name: str
    here: Exact
    there: Exact


@dataclass(frozen=True, slots=True)
class Comparison:
    """`objective`: how much more this one costs than the other, in money, each by its own intent; `tax`, `cost`: the
    same of the tax on realised gains and of what trading costs. Null where one of them has no orders. `trades`: where
    they differ."""

    answer: str
    other: str
    objective: Exact | None
    tax: Exact | None
    cost: Exact | None
    trades: tuple[Traded, ...]


def compared(one: ProposeAnswer, other: ProposeAnswer) -> Comparison:
    here, there = _net(one), _net(other)
    names = {order.instrument: order.name for answer in (other, one) for order in answer.orders}
    nothing = Fraction(0)
    trades = tuple(
        Traded(account, instrument, names[instrument], here.get(at, nothing), there.get(at, nothing))
        for at in sorted({*here, *there})
        for account, instrument in [at]
        if here.get(at, nothing) != there.get(at, nothing)
    )
    return Comparison(
        answer=one.answer,
        other=other.answer,
        objective=_more(one.objective, other.objective),
        tax=_more(_tax(one), _tax(other)),
        cost=_more(_cost(one), _cost(other)),
        trades=trades,
    )


def _net(answer: ProposeAnswer) -> dict[tuple[str, str], Fraction]:
    found: dict[tuple[str, str], Fraction] = {}
    for order in answer.orders:
        at = order.account, order.instrument
        signed = order.quantity if order.side in OPENS else -order.quantity
        found[at] = found.get(at, Fraction(0)) + signed
    return found


def _more(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else one - other


def _tax(answer: ProposeAnswer) -> Fraction | None:
    return None if answer.money is None else answer.money.tax


def _cost(answer: ProposeAnswer) -> Fraction | None:
    return None if answer.money is None else answer.money.cost
