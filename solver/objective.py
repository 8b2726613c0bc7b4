"""What "better" means, in money, smaller is better: drift from targets, tax on realised gains, trading cost, idle cash.

Everything is linear or convex in the quantities, and made of known numbers only: a holding without a price has no
drift, a lot without a basis is taxed as if it had cost nothing (a short one not at all).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from policy.book.costs import lost_per_unit
from policy.book.facts import TaxKind
from policy.book.groups import key
from policy.book.holding import is_long_term, unit_cost
from policy.book.prices import unit_value
from policy.book.read import Index
from policy.interval import ZERO, Interval
from policy.ir import meaning
from policy.ir.bound import Bound, Deviation, Kind, Lin, Objective, Point, Quantity
from solver.intent import ONE, Drift, Intent, Tax, worth

Targets = Mapping[str, Fraction]
"""Weight by key: instrument, or group of a level."""


def objective(bound: Bound, index: Index, intent: Intent) -> Objective:
    """The objective of the intent over the accounts of the bound book."""
    linear = tuple((cost, q.name) for q in bound.quantities.values() if (cost := _per_unit(q, index, intent)))
    deviations: list[Deviation] = []
    for label, accounts, model in _wholes(bound, index, intent):
        targets = index.weights.get((model or "", intent.level), {})
        base = sum((worth(bound.forms, f"net assets/{a}") for a in accounts), ZERO)
        base -= sum((intent.raise_cash.get(a, ZERO) for a in accounts), ZERO)
        deviations += _drift(label, bound, index, accounts, targets, base, intent)
        deviations += _idle(label, bound, accounts, targets, base, intent)
    return Objective(Lin(ZERO, linear), tuple(deviations))


def value(goal: Objective, at: meaning.Values) -> Fraction:
    """The objective at a point, exactly; `at`: the values of its quantities and forms."""
    total = _known(goal.linear, at)
    for deviation in goal.deviations:
        amount = _known(deviation.amount, at)
        total += deviation.over * max(ZERO, amount) + deviation.under * max(ZERO, -amount)
    return total


def at(bound: Bound, goal: Objective, point: Point) -> Fraction:
    """The objective at a point of a bound book."""
    return value(goal, meaning.values(bound.forms, point))


def _known(scalar: Lin, at: meaning.Values) -> Fraction:
    found = meaning.scalar(scalar, at)
    assert isinstance(found, Fraction), "an objective is made of known numbers"
    return found


# --- what a unit costs ---------------------------------------------------------------------------


def _per_unit(q: Quantity, index: Index, intent: Intent) -> Fraction:
    """Trading cost, friction and tax of one unit."""
    price = None if q.instrument is None else unit_value(index, q.instrument)
    if q.kind is Kind.RESIDUE or price is None:
        return ZERO
    cost = lost_per_unit(index.book.accounts[q.account].cost, price)
    return cost + intent.friction * price + _tax(q, index, intent.tax, price)


def _tax(q: Quantity, index: Index, tax: Tax, price: Fraction) -> Fraction:
    """On one unit of a lot that is closed; below zero for a loss. A short sale that is covered by a purchase gains or
    loses at short term, however long it was open (26 USC 1233(a), 1222)."""
    lot = index.book.lots.get(q.lot or "")
    if lot is None or index.book.accounts[q.account].tax is not TaxKind.TAXABLE:
        return ZERO
    basis = unit_cost(index, lot)
    if q.kind is Kind.COVER:
        gain, rate = ZERO if basis is None else basis - price, tax.short
    else:
        gain, rate = price - (basis or ZERO), tax.long if is_long_term(lot, index.book.as_of) else tax.short
    owed = rate * gain
    return owed * tax.loss if gain < 0 else owed


# --- distance from targets -----------------------------------------------------------------------


def _wholes(bound: Bound, index: Index, intent: Intent) -> Iterator[tuple[str, tuple[str, ...], str | None]]:
    """What has targets of its own: all accounts together, or each."""
    accounts = tuple(domain.account for domain in bound.domains)
    if intent.model is not None:
        yield "together", accounts, intent.model
        return
    for account in accounts:
        if index.book.accounts[account].model is not None:
            yield account, (account,), index.book.accounts[account].model


def _drift(
    label: str,
    bound: Bound,
    index: Index,
    accounts: tuple[str, ...],
    targets: Targets,
    base: Fraction,
    intent: Intent,
) -> Iterator[Deviation]:
    held = _held(bound, index, accounts, intent.level)
    for group in sorted(held.keys() | targets.keys()):
        amount = Lin(-targets.get(group, ZERO) * base, held.get(group, ()))
        if amount.terms:
            yield from _priced(f"{label}/{group}", amount, intent.drift, intent.drift.band * base)


def _held(
    bound: Bound, index: Index, accounts: Iterable[str], level: str
) -> dict[str, tuple[tuple[Fraction, str], ...]]:
    """The value forms of every group, where they are exact."""
    found: dict[str, tuple[tuple[Fraction, str], ...]] = {}
    for account in accounts:
        prefix = f"value/{account}/"
        for name, form in bound.forms.items():
            if name.startswith(prefix) and not any(isinstance(c, Interval) for c, _ in form.terms):
                instrument = name.removeprefix(prefix)
                group = instrument if level == "security" else key(index, instrument, level) or ""
                found[group] = (*found.get(group, ()), (ONE, name))
    return found


def _priced(label: str, amount: Lin, drift: Drift, band: Fraction) -> Iterator[Deviation]:
    """One convex price: its slope changes at zero and at both ends of the band."""
    if band == 0:
        yield Deviation(label, amount, drift.outside, drift.outside)
        return
    beyond = drift.outside - drift.inside
    yield Deviation(label, amount, drift.inside, drift.inside)
    yield Deviation(f"{label}/above", _moved(amount, -band), beyond, ZERO)
    yield Deviation(f"{label}/below", _moved(amount, band), ZERO, beyond)


def _moved(amount: Lin, by: Fraction) -> Lin:
    assert isinstance(amount.const, Fraction)
    return Lin(amount.const + by, amount.terms)


def _idle(
    label: str, bound: Bound, accounts: tuple[str, ...], targets: Targets, base: Fraction, intent: Intent
) -> Iterator[Deviation]:
    """Cash has the weight that the targets leave, and what is to be raised on top."""
    if intent.idle == 0 or not targets:
        return
    cash = tuple((ONE, f"spendable/{account}") for account in accounts)
    if any(isinstance(bound.forms[name].const, Interval) for _, name in cash):
        return
    asked = sum((intent.raise_cash.get(a, ZERO) for a in accounts), ZERO)
    wanted = (ONE - sum(targets.values(), ZERO)) * base + asked
    yield Deviation(f"{label}/cash", Lin(-wanted, cash), intent.idle, intent.idle)
