"""Rows of the accounts and of the objective: what orders respect whatever the rules say, and what "better" costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from policy.canonical import Json, rational
from policy.proof.check.case import Case, Domain, Linear, Orders, orders_of
from policy.proof.check.columns import ONE, Expr, NoEndError, NotEncodedError, added, boxed, times
from policy.proof.check.evaluate import Values, linear
from policy.proof.check.from_json import linear as linear_from_json
from policy.proof.check.ranges import ZERO
from policy.proof.check.sheet import Sheet, add, binary
from policy.proof.reading import ShapeError, array, members, text


@dataclass(frozen=True, slots=True)
class Deviation:
    """over · max(0, amount) + under · max(0, −amount)."""

    label: str
    amount: Linear
    over: Fraction
    under: Fraction


@dataclass(frozen=True, slots=True)
class Objective:
    """Money, smaller is better."""

    linear: Linear
    deviations: tuple[Deviation, ...]


def objective(value: Json, case: Case) -> Objective:
    """The objective of its JSON; ShapeError where it names what the case does not define."""
    known = case.quantities.keys() | case.forms.keys()
    top = members(value, "linear", "deviations")
    deviations = []
    for item in array(top["deviations"]):
        part = members(item, "label", "amount", "over", "under")
        amount = linear_from_json(part["amount"], known)
        deviations.append(Deviation(text(part["label"]), amount, rational(part["over"]), rational(part["under"])))
    if len({deviation.label for deviation in deviations}) < len(deviations):
        raise ShapeError("two deviations of the objective have one label")
    return Objective(linear_from_json(top["linear"], known), tuple(deviations))


def cost(objective: Objective, at: Values) -> Fraction | None:
    """The objective at a point; None where a missing fact decides it."""
    total = linear(objective.linear, at)
    parts = [(deviation, linear(deviation.amount, at)) for deviation in objective.deviations]
    if isinstance(total, tuple) or any(isinstance(amount, tuple) for _, amount in parts):
        return None
    return total + sum(
        (part.over * max(ZERO, a) + part.under * max(ZERO, -a) for part, a in parts if isinstance(a, Fraction)), ZERO
    )


def add_objective(sheet: Sheet, objective: Objective) -> Expr:
    """The objective as an expression; each deviation is split into its two sides."""
    if not all(sheet.columns.is_exact(part) for part in (objective.linear, *(d.amount for d in objective.deviations))):
        raise ShapeError("the objective depends on a missing fact")
    parts, pairs = [sheet.columns.end(objective.linear, True)], _pairs(sheet.columns.case)
    for deviation in objective.deviations:
        amount = sheet.columns.end(deviation.amount, True)
        low, high = boxed(amount, sheet.box)
        name = f"deviation {deviation.label}"
        sheet.boxes[f"{name}/over"], sheet.boxes[f"{name}/under"] = (ZERO, max(ZERO, high)), (ZERO, max(ZERO, -low))
        over, under = Expr(terms=((ONE, f"{name}/over"),)), Expr(terms=((ONE, f"{name}/under"),))
        add(sheet, name, added([amount, times(-ONE, over), under]), low=ZERO, high=ZERO)
        parts += [times(deviation.over, over), times(deviation.under, under)]
        if sheet.wants(*(f"{name}/{side}" for side in ("over", "under", "buy", "sell"))):
            _add_sides(sheet, name, amount, pairs)
    return added(parts)


Pairs = Mapping[str, tuple[str, str]]
"""By quantity of a crossing pair: the pair's purchase, and the binary that lets it be bought."""


def _pairs(case: Case) -> Pairs:
    return {
        name: (buy, f"domain {domain.account}:{buy}")
        for domain in case.domains
        for buy, sells in domain.crossing
        for name in (buy, *sells)
    }


def _add_sides(sheet: Sheet, name: str, amount: Expr, pairs: Pairs) -> None:
    """What one crossing pair alone decides costs what it costs on the side of the purchase, or on that of the sales."""
    whole = _quantities(sheet, amount)
    decided = {pairs.get(quantity) for _, quantity in whole.terms}
    pair = decided.pop() if len(decided) == 1 else None
    if pair is None:
        return
    buy, side = pair
    switch = binary(sheet, side)
    off = added([Expr(ONE), times(-ONE, switch)])
    bought = Expr(terms=tuple(term for term in whole.terms if term[1] == buy))
    sold = Expr(terms=tuple(term for term in whole.terms if term[1] != buy))
    for end in ("over", "under"):
        both = []
        for where in ("buy", "sell"):
            sheet.boxes[f"{name}/{where} {end}"] = sheet.boxes[f"{name}/{end}"]
            both.append(Expr(terms=((ONE, f"{name}/{where} {end}"),)))
        add(sheet, f"{name}/{end}", added([*both, Expr(terms=((-ONE, f"{name}/{end}"),))]), high=ZERO)
    for where, parts in (("buy", bought), ("sell", sold)):
        there = times(whole.const, switch if where == "buy" else off)
        split = Expr(terms=((-ONE, f"{name}/{where} over"), (ONE, f"{name}/{where} under")))
        add(sheet, f"{name}/{where}", added([there, parts, split]), low=ZERO, high=ZERO)


def _quantities(sheet: Sheet, expr: Expr) -> Expr:
    """The expression over quantities alone."""
    return added([Expr(expr.const), *(times(factor, sheet.columns.whole(name)) for factor, name in expr.terms)])


def add_domains(sheet: Sheet) -> None:
    made_of = orders_of(sheet.columns.case)
    for domain in sheet.columns.case.domains:
        _add_domain(sheet, domain, made_of)


def _add_domain(sheet: Sheet, domain: Domain, made_of: Orders) -> None:
    at = f"domain {domain.account}:"
    cash = _cash(sheet, domain)
    if cash is not None:
        add(sheet, f"{at}cash", cash, low=domain.cash_floor)
    for buy, sells in domain.crossing:
        if not sheet.wants(f"{at}{buy}", f"{at}{buy}/buy", *(f"{at}{buy}/{sell}" for sell in sells)):
            continue
        switch = binary(sheet, f"{at}{buy}")
        unswitched = added([Expr(ONE), times(-ONE, switch)])
        add(sheet, f"{at}{buy}/buy", added([_all_of([buy]), times(-_room(sheet, [buy]), switch)]), high=ZERO)
        for sell in sells:
            kept = times(-_room(sheet, [sell]), unswitched)
            add(sheet, f"{at}{buy}/{sell}", added([_all_of([sell]), kept]), high=ZERO)
    if not domain.specific:
        for lots in domain.relief.values():
            _add_relief(sheet, lots, at)
    if domain.minimum_trade > 0:
        for instrument, price in domain.prices.items():
            for side, opens in (("buy", True), ("sell", False)):
                names = made_of.get((domain.account, instrument, opens), ())
                _add_minimum(sheet, domain.minimum_trade, price, names, f"{at}min {side} {instrument}", opens)


def _cash(sheet: Sheet, domain: Domain) -> Expr | None:
    try:
        return sheet.columns.end(Linear(ZERO, ((ONE, domain.cash),)), False)
    except (NoEndError, NotEncodedError):
        return None


def _add_relief(sheet: Sheet, lots: Iterable[str], at: str) -> None:
    """A lot is sold only when those before it are sold whole."""
    for lot, following in pairwise(lots):
        switch = binary(sheet, f"{at}{lot}")
        add(sheet, f"{at}{lot}/done", added([_all_of([lot]), times(-_room(sheet, [lot]), switch)]), low=ZERO)
        add(
            sheet,
            f"{at}{lot}/next",
            added([_all_of([following]), times(-_room(sheet, [following]), switch)]),
            high=ZERO,
        )


def _add_minimum(
    sheet: Sheet, minimum: Fraction, price: Fraction, names: tuple[str, ...], at: str, opens: bool
) -> None:
    """An order is worth the minimum or closes the position; or there is none."""
    room = _room(sheet, names)
    if room <= 0 or not sheet.wants(at, f"{at}/least", f"{at}/most"):
        return
    least = minimum if opens else min(minimum, price * room)
    switch = binary(sheet, at)
    add(sheet, f"{at}/least", added([times(price, _all_of(names)), times(-least, switch)]), low=ZERO)
    add(sheet, f"{at}/most", added([_all_of(names), times(-room, switch)]), high=ZERO)


def _all_of(names: Iterable[str]) -> Expr:
    return Expr(terms=tuple((ONE, name) for name in names))


def _room(sheet: Sheet, names: Iterable[str]) -> Fraction:
    return sum((sheet.columns.case.quantities[name].high for name in names), ZERO)
