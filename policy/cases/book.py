"""The small book that a test gives in words.

What a test does not say is chosen so that only what it says matters: a security is its own issuer until it is given
another, histories and lists are complete, one account holds everything and falls under the rule. What it gives as
`unknown`, and every other fact that it does not give, is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import lcm

from dsl import tree
from dsl.check.find import every, one
from dsl.vocabulary import TERMS, Source
from policy.book.facts import (
    Account,
    Balance,
    Book,
    Flow,
    Household,
    Instrument,
    Issuer,
    ListEntry,
    Lot,
    Order,
    Price,
    Relief,
    Side,
    Trade,
    Value,
    Weight,
)
from policy.ir import core
from policy.ir.from_dsl.numbers import fact_value

ZERO = Fraction(0)
QUARTER_END = date(2026, 3, 31)
"""The day of a test that names none: a quarter end, so that every moment can be tested."""
HOME = "the account"
REST = "the rest"
"""What fills the gap between the net assets that a test gives and the holdings and cash that it gives as well."""
VOLUME_DAYS = 400
VOLUMES = ("median daily volume", "average daily volume")
MONTHS = 36
MODELS = {"target weight": "the model", "index weight": "the index"}
SIDES = {"bought": Side.BUY, "sold": Side.SELL}
STRUCTURE = frozenset({"issuer", "ultimate issuer", "currency", "underlying", "identical group"})
"""Facts that are columns of an instrument or an issuer."""

Steps = Sequence[tree.Step]
Facts = Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class Under:
    """What the book is built under: the scope of the rule tested, since when it holds, lists that rules speak of."""

    scope: core.Scope
    start: date | None
    lists: frozenset[str]


def book(steps: Steps, under: Under) -> Book:
    as_of = one(steps, tree.AsOf)
    day = as_of.day if as_of else max(QUARTER_END, under.start or QUARTER_END)
    currency = _currency(steps)
    priced = _prices(steps)
    instruments = _instruments(steps, currency)
    accounts = {
        name: _account(name, steps, under, {currency: (_cash(steps, priced, name), ZERO)}) for name in _names(steps)
    }
    rest = tuple(lot for name in accounts for lot in _rest(steps, priced, name))
    named = {i.issuer for i in instruments.values() if i.issuer}
    return Book(
        as_of=day,
        known_at=as_of.known if as_of and as_of.known else day,
        currency=currency,
        issuers=_issuers(steps, named),
        instruments=instruments | ({REST: _security(REST, currency)} if rest else {}),
        households=_households(steps, accounts),
        accounts=accounts,
        lots={lot.id: lot for lot in (*_lots(steps), *rest)},
        prices=(*_series(steps, priced, day), *((Price(REST, day, Fraction(1)),) if rest else ())),
        entries=tuple(_entries(steps, day)),
        trades=tuple(_trades(steps)),
        flows=tuple(_flows(steps, day)),
        balances=tuple(_balances(steps, day)),
        weights=tuple(
            Weight(MODELS[w.term.words], w.level.words, w.name.value, w.value.value / 100)
            for w in every(steps, tree.Weighs)
        ),
        complete={
            **{f"list {name}": date.min for name in under.lists},
            **{f"history {account}": date.min for account in accounts},
        },
        facts=_known(_given(steps, "firm")),
    )


def orders(steps: Steps) -> tuple[Order, ...]:
    home = _home(steps)
    return tuple(
        Order(w.account.value if w.account else home, w.security.value, Side(w.verb), w.quantity.value)
        for w in every(steps, tree.When)
    )


# --- accounts ----------------------------------------------------------------------------------


def _home(steps: Steps) -> str:
    """The account that is meant where none is named: the only one given, or one that needs no name."""
    given = {thing.name.value for thing in _things(steps, "account")}
    return given.pop() if len(given) == 1 else HOME


def _names(steps: Steps) -> list[str]:
    """The accounts given, and the one that needs no name where something is said without one."""
    names = list(dict.fromkeys(thing.name.value for thing in _things(steps, "account")))
    return (
        names if names and not any(_homeless(step) for step in steps) else list(dict.fromkeys([*names, _home(steps)]))
    )


def _things(steps: Steps, level: str) -> list[tree.Thing]:
    return [thing for thing in every(steps, tree.Thing) if thing.level.words == level]


def _homeless(step: tree.Step) -> bool:
    return isinstance(step, tree.Holding | tree.When | tree.Past) and step.account is None


def _account(name: str, steps: Steps, under: Under, cash: Mapping[str, tuple[Fraction, Fraction]]) -> Account:
    """An account without tags falls under the rule; one with tags falls under it if the rule names one of them."""
    scope = under.scope
    things = [thing for thing in _things(steps, "account") if thing.name.value == name]
    tags = frozenset(tag.value for thing in things for tag in thing.tags)
    if not tags and scope.kind == "tagged" and scope.name:
        tags = frozenset({scope.name})
    called = scope.name if scope.kind == "account" and scope.name and name == HOME else name
    said = _merged(fact for thing in things for fact in thing.facts)
    own = {**said, **(_given(steps, "account", "scope") if name == _home(steps) else {})}
    return Account(
        id=name,
        name=called,
        household=scope.name or "the household",
        tags=tags,
        relief=Relief.FIFO,
        cash=cash,
        model=MODELS["target weight"],
        benchmark=MODELS["index weight"],
        facts={words: value for words, value in _known(own).items() if TERMS[words].source is Source.FACT},
    )


def _households(steps: Steps, accounts: Mapping[str, Account]) -> dict[str, Household]:
    said = _merged(fact for thing in _things(steps, "household") for fact in thing.facts)
    facts = _known({**said, **_given(steps, "household")})
    return {home: Household(home, home, facts) for a in accounts.values() if (home := a.household)}


def _given(steps: Steps, *owners: str) -> Facts:
    return {
        given.term.words: fact_value(TERMS[given.term.words], given.value)
        for given in every(steps, tree.Given)
        if TERMS[given.term.words].of in owners and TERMS[given.term.words].source is Source.FACT
    }


def _stated(steps: Steps, words: str, account: str) -> Fraction | None:
    """The last amount given of an account under these words."""
    said: list[object] = [
        fact.value
        for thing in _things(steps, "account")
        if thing.name.value == account
        for fact in thing.facts
        if fact.term.words == words
    ]
    if account == _home(steps):
        said += [given.value for given in every(steps, tree.Given) if given.term.words == words]
    last = said[-1] if said else None
    return last.value if isinstance(last, tree.Amount) else None


def _cash(steps: Steps, priced: Mapping[str, tree.Amount], account: str) -> Fraction:
    """As given, or what net assets leave over the holdings."""
    cash = _stated(steps, "cash", account)
    cash = _stated(steps, "settled cash", account) if cash is None else cash
    assets = _stated(steps, "net assets", account)
    return cash if cash is not None else ZERO if assets is None else assets - _worth(steps, priced, account)


def _rest(steps: Steps, priced: Mapping[str, tree.Amount], account: str) -> Iterator[Lot]:
    """Where both net assets and cash are given, something else makes up the difference."""
    cash, assets = _stated(steps, "cash", account), _stated(steps, "net assets", account)
    if cash is not None and assets is not None:
        left = assets - cash - _worth(steps, priced, account)
        if left:
            yield Lot(f"lot {REST}/{account}", account, REST, left, None, None)


def _worth(steps: Steps, priced: Mapping[str, tree.Amount], account: str) -> Fraction:
    home = _home(steps)
    here = (h for h in every(steps, tree.Holding) if (h.account.value if h.account else home) == account)
    return sum((h.quantity.value * priced[h.security.value].value for h in here if h.security.value in priced), ZERO)


# --- securities and issuers --------------------------------------------------------------------


def _currency(steps: Steps) -> str:
    given = (g.value.unit for g in every(steps, tree.Given) if isinstance(g.value, tree.Amount))
    priced = (price.unit for price in _prices(steps).values())
    return next((unit for unit in (*given, *priced) if unit.isupper()), "USD")


def _prices(steps: Steps) -> dict[str, tree.Amount]:
    """The last price of each security."""
    found: dict[str, tree.Amount] = {}
    for step in steps:
        match step:
            case tree.Holding(security=name, price=price) | tree.When(security=name, price=price) if price:
                found[name.value] = price
            case tree.Thing(name=name, price=price) if price:
                found[name.value] = price
            case _:
                pass
    return found


def _security_facts(steps: Steps) -> dict[str, list[tree.Fact]]:
    """Every security that the test names, with what it says of it."""
    found: dict[str, list[tree.Fact]] = {}
    for step in steps:
        match step:
            case tree.Holding(security=name, facts=facts) | tree.When(security=name, facts=facts):
                found.setdefault(name.value, []).extend(facts)
            case tree.Thing(level=level, name=name, facts=facts) if level.words in ("security", "fund"):
                found.setdefault(name.value, []).extend(facts)
            case tree.Past(security=name):
                found.setdefault(name.value, [])
            case tree.Contains(name=name, parts=parts):
                for one_ in (name, *(part.name for part in parts)):
                    found.setdefault(one_.value, [])
            case tree.Listing(level=level, name=name) if level.words == "security":
                found.setdefault(name.value, [])
            case _:
                pass
    return found


def _instruments(steps: Steps, currency: str) -> dict[str, Instrument]:
    parts = {
        c.name.value: tuple((p.name.value, p.weight.value / 100) for p in c.parts) for c in every(steps, tree.Contains)
    }
    issuers = {thing.name.value for thing in _things(steps, "issuer")}
    inside = {part.name.value for c in every(steps, tree.Contains) for part in c.parts}
    priced = _prices(steps)
    found: dict[str, Instrument] = {}
    for name, said in _security_facts(steps).items():
        if name in issuers & inside and name not in priced:
            continue  # a fund's constituent that is an issuer, not a security
        facts = _merged(said)
        unit = priced[name].unit if name in priced else currency
        found[name] = replace(
            _security(name, _text(facts, "currency", unit)),
            issuer=_text(facts, "issuer", name) if facts.get("issuer", name) is not None else None,
            step=_step(steps, name),
            underlying=_text(facts, "underlying", "") or None,
            identical=_text(facts, "identical group", "") or None,
            constituents=parts.get(name, ()),
            facts={words: value for words, value in _known(facts).items() if words not in STRUCTURE},
        )
    return found


def _security(name: str, currency: str) -> Instrument:
    return Instrument(name, name, name, currency)


def _text(facts: Facts, words: str, otherwise: str) -> str:
    value = facts.get(words)
    return value if isinstance(value, str) else otherwise


def _step(steps: Steps, name: str) -> Fraction:
    """Whole units, or the fraction of one in which the test counts."""
    said = [s.quantity.value for s in steps if isinstance(s, tree.Holding | tree.When) and s.security.value == name]
    return Fraction(1, lcm(*(quantity.denominator for quantity in said)) if said else 1)


def _issuers(steps: Steps, named: Iterable[str]) -> dict[str, Issuer]:
    """Every issuer that is named, its parent where one is given."""
    facts: dict[str, dict[str, Value | None]] = {name: {} for name in sorted(named)}
    parents: dict[str, str] = {}
    for name, said in _security_facts(steps).items():
        merged = _merged(said)
        parent = merged.get("ultimate issuer")
        if isinstance(parent, str):
            parents[_text(merged, "issuer", name)] = parent
    for thing in _things(steps, "issuer"):
        merged = _merged(thing.facts)
        facts.setdefault(thing.name.value, {}).update(merged)
        if isinstance(merged.get("ultimate issuer"), str):
            parents[thing.name.value] = str(merged["ultimate issuer"])
    for parent in parents.values():
        facts.setdefault(parent, {})
    return {
        name: Issuer(
            name,
            name,
            parents[name] if parents.get(name, name) != name else None,
            {words: value for words, value in _known(own).items() if words not in STRUCTURE},
        )
        for name, own in facts.items()
    }


def _merged(facts: Iterable[tree.Fact]) -> dict[str, Value | None]:
    """The last value of each fact; None where the test says unknown."""
    return {f.term.words: None if f.value is None else fact_value(TERMS[f.term.words], f.value) for f in facts}


def _known(facts: Facts) -> dict[str, Value]:
    return {words: value for words, value in facts.items() if value is not None}


# --- what happens over days --------------------------------------------------------------------


def _lots(steps: Steps) -> Iterator[Lot]:
    home = _home(steps)
    for number, held in enumerate(every(steps, tree.Holding), start=1):
        account = held.account.value if held.account else home
        cost = None if held.cost is None else held.cost.value
        if held.quantity.value:
            yield Lot(f"lot {number}", account, held.security.value, held.quantity.value, cost, held.since)


def _series(steps: Steps, priced: Mapping[str, tree.Amount], day: date) -> Iterator[Price]:
    """Today's price, and a day's volume on every day that could be asked for."""
    said = {name: _merged(facts) for name, facts in _security_facts(steps).items()}
    for name, price in priced.items():
        volume = next((v for words in VOLUMES if (v := said.get(name, {}).get(words)) is not None), None)
        traded = volume if isinstance(volume, Fraction) else None
        yield Price(name, day, price.value, traded)
        if traded is not None:
            for back in range(1, VOLUME_DAYS):
                yield Price(name, day - timedelta(days=back), price.value, traded)


def _entries(steps: Steps, day: date) -> Iterator[ListEntry]:
    for entry in every(steps, tree.Listing):
        yield ListEntry(entry.list.value, entry.level.words, entry.name.value, entry.start or day, entry.end)


def _trades(steps: Steps) -> Iterator[Trade]:
    home = _home(steps)
    for past in every(steps, tree.Past):
        gain: Fraction | None = None
        if past.result is not None:
            size = past.amount.value if past.amount else Fraction(1)
            gain = size if past.result == "gain" else -size
        account = past.account.value if past.account else home
        yield Trade(
            account, past.security.value, SIDES[past.verb], past.quantity.value, past.price.value, past.day, gain
        )  # fmt: skip


def _flows(steps: Steps, day: date) -> Iterator[Flow]:
    for account in _names(steps):
        due = _stated(steps, "withdrawals due", account)
        if due is not None:
            yield Flow(account, day, due)


def _balances(steps: Steps, day: date) -> Iterator[Balance]:
    for account in _names(steps):
        average = _stated(steps, "average net assets", account)
        for back in range(MONTHS if average is not None else 0):
            months = day.year * 12 + day.month - 1 - back
            yield Balance(account, date(months // 12, months % 12 + 1, 1), average or ZERO)
