"""What the steps of a test say, gathered: things, facts, amounts, prices, and which account is meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from dsl import tree
from dsl.check.find import every
from dsl.vocabulary import TERMS, Source
from policy.book.facts import Value
from policy.ir.from_dsl.numbers import fact_value

Steps = Sequence[tree.Step]
Facts = Mapping[str, Value | None]
HOME = "the account"


def things(steps: Steps, level: str) -> list[tree.Thing]:
    return [thing for thing in every(steps, tree.Thing) if thing.level.words == level]


def home(steps: Steps) -> str:
    """The account that is meant where none is named: the only one given, or one that needs no name."""
    given = {thing.name.value for thing in things(steps, "account")}
    return given.pop() if len(given) == 1 else HOME


def account_names(steps: Steps) -> list[str]:
    """The accounts given, and the one that needs no name where something is said without one."""
    names = list(dict.fromkeys(thing.name.value for thing in things(steps, "account")))
    return names if names and not any(_homeless(step) for step in steps) else list(dict.fromkeys([*names, home(steps)]))


def _homeless(step: tree.Step) -> bool:
    return isinstance(step, tree.Holding | tree.When | tree.Past) and step.account is None


# --- facts and amounts -------------------------------------------------------------------------


def merged(facts: Iterable[tree.Fact]) -> dict[str, Value | None]:
    """The last value of each fact; None where the test says unknown."""
    return {f.term.words: None if f.value is None else fact_value(TERMS[f.term.words], f.value) for f in facts}


def known(facts: Facts) -> dict[str, Value]:
    return {words: value for words, value in facts.items() if value is not None}


def given_facts(steps: Steps, *owners: str) -> Facts:
    return {
        given.term.words: fact_value(TERMS[given.term.words], given.value)
        for given in every(steps, tree.Given)
        if TERMS[given.term.words].of in owners and TERMS[given.term.words].source is Source.FACT
    }


def stated(steps: Steps, words: str, account: str) -> Fraction | None:
    """The last amount given of an account under these words."""
    said: list[object] = [
        fact.value
        for thing in things(steps, "account")
        if thing.name.value == account
        for fact in thing.facts
        if fact.term.words == words
    ]
    if account == home(steps):
        said += [given.value for given in every(steps, tree.Given) if given.term.words == words]
    last = said[-1] if said else None
    return last.value if isinstance(last, tree.Amount) else None


def prices(steps: Steps) -> dict[str, tree.Amount]:
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


def currency_of(steps: Steps) -> str:
    given = (g.value.unit for g in every(steps, tree.Given) if isinstance(g.value, tree.Amount))
    priced = (price.unit for price in prices(steps).values())
    return next((unit for unit in (*given, *priced) if unit.isupper()), "USD")
