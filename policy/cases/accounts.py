"""The accounts of a test, what they hold, and what happened in them.

One account holds everything where none is named, and an account falls under the rule unless its tags say otherwise. It
owes nothing that is not given, and may sell short where the test does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

from dsl import tree
from dsl.check.find import every
from dsl.vocabulary import TERMS, Source
from policy.book.facts import Account, Balance, Flow, Household, Lot, Relief, Side, Trade
from policy.cases.steps import HOME, Steps, account_names, given_facts, home, known, merged, stated, things
from policy.interval import ZERO
from policy.ir import core

REST = "the rest"
"""What fills the gap between the net assets that a test gives and the holdings and cash that it gives as well."""
MONTHS = 36
MODELS = {"target weight": "the model", "index weight": "the index"}
SIDES = {"bought": Side.BUY, "sold": Side.SELL}


def account(name: str, steps: Steps, scope: core.Scope, currency: str, priced: Mapping[str, tree.Amount]) -> Account:
    """An account without tags falls under the rule; one with tags falls under it if the rule names one of them."""
    given = [thing for thing in things(steps, "account") if thing.name.value == name]
    tags = frozenset(tag.value for thing in given for tag in thing.tags)
    if not tags and scope.kind == "tagged" and scope.name:
        tags = frozenset({scope.name})
    called = scope.name if scope.kind == "account" and scope.name and name == HOME else name
    said = merged(fact for thing in given for fact in thing.facts)
    own = {"borrowings": ZERO, **said, **(given_facts(steps, "account", "scope") if name == home(steps) else {})}
    return Account(
        id=name,
        name=called,
        household=_home(steps, scope),
        tags=tags,
        short_sales=any(order.verb == "short" for order in every(steps, tree.When)),
        relief=Relief.FIFO,
        cash={currency: (_cash(steps, priced, name), ZERO)},
        model=MODELS["target weight"],
        benchmark=MODELS["index weight"],
        facts={words: value for words, value in known(own).items() if TERMS[words].source is Source.FACT},
    )


def _home(steps: Steps, scope: core.Scope) -> str:
    """All accounts of a test are of one household: the one that the rule names, or that the test gives."""
    given = [thing.name.value for thing in things(steps, "household")]
    return scope.name if scope.kind == "household" and scope.name else given[0] if given else "the household"


def households(steps: Steps, accounts: Mapping[str, Account]) -> dict[str, Household]:
    said = merged(fact for thing in things(steps, "household") for fact in thing.facts)
    facts = known({**said, **given_facts(steps, "household")})
    return {name: Household(name, name, facts) for a in accounts.values() if (name := a.household)}


def _cash(steps: Steps, priced: Mapping[str, tree.Amount], name: str) -> Fraction:
    """As given, or what net assets leave over the holdings."""
    cash = stated(steps, "cash", name)
    cash = stated(steps, "settled cash", name) if cash is None else cash
    assets = _assets(steps, name)
    return cash if cash is not None else ZERO if assets is None else assets - _worth(steps, priced, name)


def _assets(steps: Steps, name: str) -> Fraction | None:
    """What is there beside what is owed, where net assets are given."""
    assets = stated(steps, "net assets", name)
    return None if assets is None else assets + (stated(steps, "borrowings", name) or ZERO)


def rest(steps: Steps, priced: Mapping[str, tree.Amount], name: str) -> Iterator[Lot]:
    """Where both net assets and cash are given, something else makes up the difference."""
    cash, assets = stated(steps, "cash", name), _assets(steps, name)
    if cash is not None and assets is not None:
        left = assets - cash - _worth(steps, priced, name)
        if left:
            yield Lot(f"lot {REST}/{name}", name, REST, left, None, None)


def _worth(steps: Steps, priced: Mapping[str, tree.Amount], name: str) -> Fraction:
    meant = home(steps)
    here = (h for h in every(steps, tree.Holding) if (h.account.value if h.account else meant) == name)
    return sum((h.quantity.value * priced[h.security.value].value for h in here if h.security.value in priced), ZERO)


# --- what happens over days --------------------------------------------------------------------


def lots(steps: Steps) -> Iterator[Lot]:
    meant = home(steps)
    for number, held in enumerate(every(steps, tree.Holding), start=1):
        account = held.account.value if held.account else meant
        cost = None if held.cost is None else held.cost.value
        if held.quantity.value:
            yield Lot(f"lot {number}", account, held.security.value, held.quantity.value, cost, held.since)


def trades(steps: Steps) -> Iterator[Trade]:
    meant = home(steps)
    for past in every(steps, tree.Past):
        gain: Fraction | None = None
        if past.result is not None:
            size = past.amount.value if past.amount else Fraction(1)
            gain = size if past.result == "gain" else -size
        account = past.account.value if past.account else meant
        yield Trade(
            account, past.security.value, SIDES[past.verb], past.quantity.value, past.price.value, past.day, gain
        )  # fmt: skip


def flows(steps: Steps, day: date) -> Iterator[Flow]:
    for account in account_names(steps):
        due = stated(steps, "withdrawals due", account)
        if due is not None:
            yield Flow(account, day, due)


def balances(steps: Steps, day: date) -> Iterator[Balance]:
    for account in account_names(steps):
        average = stated(steps, "average net assets", account)
        for back in range(MONTHS if average is not None else 0):
            months = day.year * 12 + day.month - 1 - back
            yield Balance(account, date(months // 12, months % 12 + 1, 1), average or ZERO)
