"""The forms of a book as it stands, as sums over prices.

Without orders every quantity is zero, so that a form is a number that hangs on prices alone: a market value is units
held · price. Which coefficients are prices is known by where `policy.ir.positions` and `policy.ir.context` write them:
in market values, and where what is short is owed. What else looked at a price when it was bound (a filter on prices, a
lot's gain, a price's age) is no sum over prices, and not for this file: see `policy.judge.looks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from policy.interval import Interval, Number, negative
from policy.ir import meaning
from policy.ir.bound import Bound, Form

VALUES = ("value", "gross market value")
OWING = ("free cash", "total assets", "net assets")

Terms = tuple[tuple[Number, str], ...]


@dataclass(frozen=True, slots=True)
class Market:
    """Where prices stand: `values`: market values, `short`: forms of what is short, `either`: forms that stand in for a
    market value of which a fact is missing (`Table.either`); each with its instrument. `owing`: forms less what is
    short. `worth`: base currency per unit of the priced instruments, none of them zero; `at`: all forms."""

    values: Mapping[str, str]
    short: Mapping[str, str]
    either: Mapping[str, str]
    owing: frozenset[str]
    worth: Mapping[str, Fraction]
    at: meaning.Values


def price_of(instrument: str) -> str:
    """What the price of one unit is called, as a quantity."""
    return f"price/{instrument}"


def over_prices(bound: Bound) -> dict[str, Form] | None:
    """Each form over prices and earlier forms; None where one hangs on a price in another way."""
    market = _market(bound)
    found: dict[str, Form] = {}
    for name, form in bound.forms.items():
        terms = _terms(form, bound.forms, market)
        if terms is None:
            return None
        found[name] = Form(name, form.const, terms, None, None)
    return found


def _market(bound: Bound) -> Market:
    """Of what is tradable: only that has a price that can move to another without the rest changing."""
    worth = {name: price for domain in bound.domains for name, price in domain.prices.items() if price}
    places = [(domain.account, name) for domain in bound.domains for name, price in domain.prices.items() if price]

    def named(*kinds: str) -> dict[str, str]:
        return {f"{kind}/{account}/{name}": name for kind in kinds for account, name in places}

    owing = frozenset(f"{kind}/{domain.account}" for kind in OWING for domain in bound.domains)
    short = named("shorted")
    return Market(
        named(*VALUES), short, {**short, **named("long units")}, owing, worth, meaning.values(bound.forms, {})
    )


def _terms(form: Form, forms: Mapping[str, Form], market: Market) -> Terms | None:
    at = market.at
    if form.name in market.values:
        price = price_of(market.values[form.name])
        return tuple((at[units], price) for _, units in form.terms if at[units])
    terms: list[tuple[Number, str]] = []
    for factor, name in form.terms:
        if name not in forms:  # a quantity, which is zero
            continue
        if name in market.short and form.name in market.owing and isinstance(factor, Fraction):
            units = at[name] if factor > 0 else negative(at[name])
            terms += [(units, price_of(market.short[name]))] if units else []
        elif name in market.either and isinstance(factor, Interval) and at[name]:
            return None
        else:
            terms.append((factor, name))
    return tuple(terms)
