"""What the words of the vocabulary are worth: bases of a scope or a group, flows, averages, in forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from dsl.vocabulary import term
from policy.book import history
from policy.book.calendar import ahead_end, is_stated, trailing_start
from policy.book.cash import cash as settled_and_not
from policy.book.facts import Value
from policy.book.groups import account_fact, fact
from policy.book.models import index_weight, target_weight
from policy.book.prices import average_volume, median_volume
from policy.book.prices import rate as rate_of
from policy.interval import ANYTHING, ZERO, Interval, Number, plus, times
from policy.ir import bound, core
from policy.ir.bound import Lin, Scalar
from policy.ir.context import Context, exposures, measured, net, total
from policy.ir.forms import ONE, added, lin, scaled
from policy.ir.picks import Exposure, chosen, fact_of
from policy.ir.positions import purchases, sales


def named(name: str, days: int | None, business: bool, ctx: Context) -> Scalar:
    """A base of the vocabulary: of the scope, or of the group at hand."""
    index, accounts = ctx.universe.index, ctx.accounts
    if days is not None and (business or name in VOLUMES) and not _calendar(ctx, name, days, business):
        return Lin(_number(ctx, name, None, ctx.group.name if ctx.group else ctx.scope))
    match name:
        case "net assets":
            return net(ctx)
        case "total assets":
            return _over_accounts(ctx, "total assets")
        case "cash":
            return _over_accounts(ctx, "cash")
        case "settled cash":
            return _settled(ctx)
        case "invested assets":
            return added([scaled(Fraction(-1), _over_accounts(ctx, "cash")), _over_accounts(ctx, "total assets")])
        case "average net assets":
            return Lin(_number(ctx, name, history.average_net_assets(index, accounts, days or 0, business), ctx.scope))
        case "withdrawals due":
            return Lin(_complete(ctx, "planned flows", history.withdrawals_due(index, accounts, days or 0, business)))
        case "target weight" | "index weight":
            return _weight(ctx, name)
        case "median daily volume":
            return _of_group(ctx, name, lambda i: median_volume(index, i, days or 0, business))
        case "average daily volume":
            return _of_group(ctx, name, lambda i: average_volume(index, i, days or 0, business))
    known = term(name)
    assert known is not None, f"`{name}` is not in the vocabulary"
    if known.of in ("instrument", "issuer"):
        return _of_group(ctx, name, lambda i: fact(index, i, name))
    return _stated(ctx, name) if known.of == "scope" else _agreed(ctx, name)


VOLUMES = frozenset({"median daily volume", "average daily volume"})
"""Asked of business days, in whichever days the window is counted."""


def _calendar(ctx: Context, name: str, days: int, business: bool) -> bool:
    """Whether the book says which days of the window are business days."""
    today, holidays = ctx.universe.book.as_of, ctx.universe.book.holidays
    if name == "withdrawals due":
        first, last = today, ahead_end(today, days, business, holidays)
    else:
        first, last = trailing_start(today, days, business, holidays), today
    known = is_stated(first, last, holidays)
    if not known:
        ctx.missing.add(f"holidays from {first} to {last}")
    return known


def _over_accounts(ctx: Context, form: str) -> Lin:
    return added(lin(f"{form}/{account}") for account in ctx.accounts)


def _settled(ctx: Context) -> Scalar:
    """What orders bring in has not settled on the day, what they cost is owed at once: the lesser of what has settled
    and all cash, account by account."""
    settled = [Lin(settled_and_not(ctx.universe.index, account)[0]) for account in ctx.accounts]
    each = [bound.Least((now, lin(f"cash/{account}"))) for now, account in zip(settled, ctx.accounts, strict=True)]
    return each[0] if len(each) == 1 else bound.Sum(tuple((ONE, part) for part in each))


def _stated(ctx: Context, name: str) -> Lin:
    """Amounts stated account by account, added over the accounts; unknown where one is missing."""
    sum_: Number = ZERO
    for account in ctx.accounts:
        value = account_fact(ctx.universe.index, account, name)
        sum_ = plus(sum_, _number(ctx, name, value, f"account {account}"))
    return Lin(sum_)


def _agreed(ctx: Context, name: str) -> Lin:
    """A fact of the firm, of the household or of each account: the same for all of the accounts, or unknown."""
    values = {account_fact(ctx.universe.index, account, name) for account in ctx.accounts}
    return Lin(_number(ctx, name, values.pop() if len(values) == 1 else None, ctx.scope))


def _of_group(ctx: Context, name: str, ask: Callable[[str], Value | None]) -> Lin:
    """A fact of the group's instruments, on which they must agree; unknown where one is missing."""
    assert ctx.group is not None, f"`{name}` outside of a group"
    values = {ask(e.subject.id) if e.subject and e.subject.id else None for e in ctx.group.exposures}
    value = values.pop() if len(values) == 1 else None
    return Lin(_number(ctx, name, value, ctx.group.name))


def _number(ctx: Context, name: str, value: Value | None, of: str) -> Number:
    if isinstance(value, Fraction):
        return value
    ctx.missing.add(f"{name} of {of}")
    known = term(name)
    return ANYTHING if known is None else Interval(known.low, known.high)


def _weight(ctx: Context, name: str) -> Lin:
    """The group's weight in the accounts' models or benchmarks, of each account's own net assets."""
    assert ctx.group is not None, f"`{name}` outside of a group"
    ask = target_weight if name == "target weight" else index_weight
    parts = []
    for account in ctx.accounts:
        weight = ask(ctx.universe.index, account, ctx.group.level, ctx.group.key)
        if weight is None:
            ctx.missing.add(f"{name} of {ctx.group.name} in account {account}")
        parts.append(lin(f"net assets/{account}", Interval(ZERO, ONE) if weight is None else weight))
    return added(parts)


def flow(kind: str, days: int | None, ctx: Context) -> Scalar:
    """Money bought or sold by these orders, and over the days before them."""
    match kind:
        case "purchases":
            return _traded(ctx, "buy", days)
        case "sales":
            return _traded(ctx, "sell", days)
        case _:
            return bound.Least((_traded(ctx, "buy", days), _traded(ctx, "sell", days)))


def _traded(ctx: Context, side: str, days: int | None) -> Lin:
    table, terms = ctx.universe.table, []
    for account in ctx.accounts:
        for position in ctx.universe.positions.get(account, ()):
            names = purchases(position) if side == "buy" else sales(position)
            terms += [(position.price or ZERO, name) for name in names]
    now = lin(table.form(f"{side} orders/{ctx.scope}", ZERO, tuple(terms)))
    if days is None:
        return now
    before = history.purchases if side == "buy" else history.sales
    return added([now, Lin(_complete(ctx, "history", before(ctx.universe.index, ctx.accounts, days)))])


def _complete(ctx: Context, what: str, found: Number) -> Number:
    if not isinstance(found, Fraction):
        ctx.missing.add(f"complete {what} of {ctx.scope}")
    return found


def ratio(node: core.Average, ctx: Context) -> tuple[Lin, Lin]:
    """An average as numerator and weight: Σ fact · value, and Σ value."""
    where = None if node.pick is None else node.pick.where
    known = term(node.fact)
    spread = ANYTHING if known is None else Interval(known.low, known.high)
    found = chosen(ctx.universe, exposures(ctx), where, ctx.missing)
    above: list[tuple[Number, str]] = []
    for exposure in found:
        value = fact_of(ctx.universe, exposure, node.fact)
        if not isinstance(value, Fraction):
            ctx.missing.add(f"{node.fact} of {exposure.name}")
        score = value if isinstance(value, Fraction) else spread
        above.append((times(score, exposure.weight), measured(ctx, exposure.position, "value")))
    return total(ctx, f"{node.fact} weighted", tuple(above)), weighed(ctx, "weight of the average", found, "value")


def amount(value: Fraction, unit: str, ctx: Context) -> Lin:
    """Points are points of net assets; a percent that stands alone is a number; money of another currency
    is worth its rate, and unknown without one."""
    if unit == "points":
        return scaled(value / 100, net(ctx))
    if unit == "percent":
        return Lin(value / 100)
    rate = rate_of(ctx.universe.index, unit) if len(unit) == 3 and unit.isupper() else ONE
    if rate is None:
        ctx.missing.add(f"exchange rate of {unit}")
    return Lin(ANYTHING if rate is None else value * rate)


def weighed(ctx: Context, label: str, found: Iterable[Exposure], measure: str) -> Lin:
    """The exposures, measured, as one form."""
    return total(ctx, label, tuple((e.weight, measured(ctx, e.position, measure)) for e in found))
