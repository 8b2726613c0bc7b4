"""The population of an export: how many there are and for how much money: proven as a whole, in what is
open, or not at all, and why not.

Exact sums. Accounts and households are counted once each, so that their parts may come to more than the total.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from server.desk.exam.case import Case, Why
from server.desk.exam.sheets import Row, Value
from server.desk.ledger import PAYING
from server.desk.proposals import State

PAYS = frozenset(side.value for side in PAYING)
ALL = "total"
COUNTED = ("proposals", "orders", "accounts with orders", "households")


@dataclass(slots=True)
class Totals:
    """By measure and currency, and then by column."""

    sums: dict[tuple[str, str], dict[str, Fraction]] = field(default_factory=dict)
    names: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))


def bought_and_sold(case: Case) -> tuple[Fraction, Fraction]:
    zero = Fraction(0)
    bought = sum((order.worth for order in case.orders if order.side in PAYS), zero)
    return bought, sum((order.worth for order in case.orders if order.side not in PAYS), zero)


def count(totals: Totals, case: Case) -> None:
    columns = (ALL, f"{case.proof}_proof") if case.why is None else (ALL, "without_proof", column_of(case.why))
    bought, sold = bought_and_sold(case)
    currency = "" if case.said is None else case.said.currency
    approved = case.state is State.APPROVED
    for column in columns:
        _add(totals, "proposals", "", column, 1)
        _add(totals, f"proposals {case.state.value}", "", column, 1)
        _add(totals, _wide(case), "", column, 1)
        _add(totals, "orders", "", column, len(case.orders))
        _add(totals, "orders approved", "", column, len(case.orders) if approved else 0)
        totals.names["accounts with orders"][column] |= {order.account for order in case.orders}
        totals.names["households"][column] |= set(filter(None, (case.row.households or "").split(",")))
        if currency:
            _add(totals, "bought", currency, column, bought)
            _add(totals, "sold", currency, column, sold)
            _add(totals, "bought, approved", currency, column, bought if approved else 0)
            _add(totals, "sold, approved", currency, column, sold if approved else 0)


def _wide(case: Case) -> str:
    if case.row.account is not None:
        return "proposals for one account"
    if case.said is None:
        return "proposals for all accounts, no answer"
    return f"proposals for all accounts, with{'' if case.orders else 'out'} orders here"


def rows(totals: Totals) -> Iterator[Row]:
    """What is always there first, in one order, then what there is some of."""
    for name in COUNTED:
        if name in ("proposals", "orders"):
            yield _row(name, "", totals.sums.get((name, ""), {}))
        else:
            found = totals.names[name]
            yield _row(name, "", {column: Fraction(len(found[column])) for column in found})
    for name, currency in sorted(key for key in totals.sums if key[0] not in COUNTED):
        yield _row(name, currency, totals.sums[name, currency])


def column_of(why: Why) -> str:
    return f"without_{why.name.lower()}"


def _add(totals: Totals, measure: str, currency: str, column: str, number: Fraction | int) -> None:
    found = totals.sums.setdefault((measure, currency), {})
    found[column] = found.get(column, Fraction(0)) + number


def _row(measure: str, currency: str, found: dict[str, Fraction]) -> Row:
    columns = (ALL, "whole_proof", "open_proof", "without_proof", *map(column_of, Why))
    said: dict[str, Value] = {column: found.get(column, Fraction(0)) for column in columns}
    return {"measure": measure, "currency": currency, **said}
