"""The objective as rows: what is over and under its target, in all and on each side of a trade (docs/rows.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from policy.interval import ZERO
from policy.ir.bound import Deviation, Domain, Objective
from solver.encode.expression import Expression, added, column
from solver.encode.rows import Draft
from solver.encode.sheet import ONE, Sheet


@dataclass(frozen=True, slots=True)
class Pair:
    """What may be bought, and what may be sold of the same instrument; `side`: the binary that decides."""

    buy: str
    sells: tuple[str, ...]
    side: str


def objective(
    goal: Objective, domains: Iterable[Domain], sheet: Sheet, only: frozenset[str] | None
) -> tuple[Draft, Expression]:
    """Rows, and what is minimised. `only`: the buys whose sides are told apart (None: all)."""
    draft = Draft(sheet, "objective")
    pairs = _pairs(domains, only)
    terms = dict(sheet.certain(goal.linear).terms)
    for deviation in goal.deviations:
        amount = sheet.certain(deviation.amount)
        low, high = sheet.box(amount)
        place = f"deviation {deviation.label}"
        over = sheet.auxiliary(f"{place}/over", ZERO, max(ZERO, high))
        under = sheet.auxiliary(f"{place}/under", ZERO, max(ZERO, -low))
        draft.equal(place, _split(amount, over, under))
        terms |= {over: deviation.over, under: deviation.under}
        if pairs:
            _sides(deviation, amount, pairs, draft)
    return draft, Expression(sheet.certain(goal.linear).const, {name: c for name, c in terms.items() if c})


def _split(amount: Expression, over: str, under: str) -> Expression:
    return added(added(amount, -ONE, column(over)), ONE, column(under))


def _pairs(domains: Iterable[Domain], only: frozenset[str] | None) -> Mapping[str, Pair]:
    """By each quantity of the pair."""
    found: dict[str, Pair] = {}
    for domain in domains:
        for buy, sells in domain.crossing:
            if only is None or buy in only:
                found |= dict.fromkeys((buy, *sells), Pair(buy, sells, f"domain {domain.account}:{buy}"))
    return found


def _sides(deviation: Deviation, amount: Expression, pairs: Mapping[str, Pair], draft: Draft) -> None:
    """The deviation said of each side, where it speaks of one pair alone."""
    const, parts = draft.sheet.expanded(amount)
    pair = pairs.get(next(iter(parts), ""))
    if pair is None or any(pairs.get(name) is not pair for name in parts):
        return
    place = f"deviation {deviation.label}"
    bought = {name: c for name, c in parts.items() if name == pair.buy}
    sold = {name: c for name, c in parts.items() if name != pair.buy}
    buying = Expression(ZERO, {**bought, pair.side: const} if const else bought)
    selling = Expression(const, {**sold, pair.side: -const} if const else sold)
    for end in ("over", "under"):
        whole = f"{place}/{end}"
        shares = [draft.sheet.auxiliary(f"{place}/{side} {end}", *draft.sheet.boxes[whole]) for side in ("buy", "sell")]
        draft.at_most(whole, Expression(ZERO, {**dict.fromkeys(shares, ONE), whole: -ONE}))
    draft.equal(f"{place}/buy", _split(buying, f"{place}/buy over", f"{place}/buy under"))
    draft.equal(f"{place}/sell", _split(selling, f"{place}/sell over", f"{place}/sell under"))
