"""What an account's orders must respect whatever the rules say, as rows (docs/rows.md, "Domains")."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise

from policy.interval import ZERO
from policy.ir.bound import Domain, Lin
from solver.encode.expression import NOTHING, Expression, added, column, constant
from solver.encode.rows import Draft
from solver.encode.sheet import LOW, ONE, Sheet
from solver.orders import Position, Positions


def cash(domain: Domain, sheet: Sheet) -> Draft:
    """Cash after orders is at least its floor."""
    draft = Draft(sheet, f"domain {domain.account}")
    left = sheet.end(Lin(ZERO, ((ONE, domain.cash),)), LOW)
    if isinstance(left, Expression):
        draft.at_least(f"{draft.source}:cash", added(left, -domain.cash_floor, constant(ONE)))
    return draft


def crossing(domain: Domain, sheet: Sheet, only: frozenset[str] | None = None) -> Draft:
    """No instrument is both bought and sold. `only`: the firsts of the pairs for which this is written (None: all)."""
    draft = Draft(sheet, f"domain {domain.account}")
    for buy, sells in domain.crossing:
        if only is None or buy in only:
            place = f"{draft.source}:{buy}"
            side = sheet.binary(place)
            draft.at_most(f"{place}/buy", added(column(buy), -sheet.boxes[buy][1], column(side)))
            for sell in sells:
                most = sheet.boxes[sell][1]
                draft.at_most(f"{place}/{sell}", added(added(column(sell), most, column(side)), -most, constant(ONE)))
    return draft


def relief(domain: Domain, sheet: Sheet, only: frozenset[str] | None = None) -> Draft:
    """A lot is touched only when the one before it is used up. `only`: the sales and covers, as relief names them."""
    draft = Draft(sheet, f"domain {domain.account}")
    for closing, lots in domain.relief.items():
        if domain.specific or (only is not None and closing not in only):
            continue
        for lot, following in pairwise(lots):
            place = f"{draft.source}:{lot}"
            used_up = sheet.binary(place)
            draft.at_least(f"{place}/done", added(column(lot), -sheet.boxes[lot][1], column(used_up)))
            draft.at_most(f"{place}/next", added(column(following), -sheet.boxes[following][1], column(used_up)))
    return draft


def minimum(domain: Domain, held: Positions, sheet: Sheet, only: frozenset[str] | None = None) -> Draft:
    """An order is worth the minimum trade, or closes the position, or is not placed. `only`: the instruments."""
    draft = Draft(sheet, f"domain {domain.account}")
    if domain.minimum_trade <= 0:
        return draft
    for instrument, price in domain.prices.items():
        if only is None or instrument in only:
            position = held.get((domain.account, instrument), Position((), ()))
            _least(f"{draft.source}:min buy {instrument}", position.opening, price, domain.minimum_trade, draft)
            whole = price * sum((sheet.boxes[name][1] for name in position.closing), ZERO)
            least = min(domain.minimum_trade, whole)
            _least(f"{draft.source}:min sell {instrument}", position.closing, price, least, draft)
    return draft


def _least(place: str, names: tuple[str, ...], price: Fraction, least: Fraction, draft: Draft) -> None:
    most = sum((draft.sheet.boxes[name][1] for name in names), ZERO)
    if most == 0:
        return
    placed = draft.sheet.binary(place)
    draft.at_least(f"{place}/least", added(added(NOTHING, price, _total(names)), -least, column(placed)))
    draft.at_most(f"{place}/most", added(_total(names), -most, column(placed)))


def _total(names: Iterable[str]) -> Expression:
    return Expression(ZERO, dict.fromkeys(names, ONE))
