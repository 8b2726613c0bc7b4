"""The steps of tests in canonical words."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from dsl import tree
from dsl.format.expression import FIRST, SOFT, amount, digits, quoted, value


def step(node: tree.Step) -> str:
    match node:
        case tree.AsOf():
            moment = f" at {node.moment}" if node.moment else ""
            return f"as of {node.day.isoformat()}{moment}" + (
                f", known on {node.known.isoformat()}" if node.known else ""
            )
        case tree.Given():
            plain = isinstance(node.value, tree.Amount)
            return f"given {node.term.words} {'' if plain else 'is '}{value(node.value, node.term)}"
        case tree.Holding():
            cost = f" costing {_price(node.cost)}" if node.cost else ""
            return f"given hold {_traded(node)}{_at(node.price)}{cost}{_day('since', node.since)}{_facts(node.facts)}"
        case tree.Thing():
            tags = f" tagged {', '.join(map(quoted, node.tags))}" if node.tags else ""
            return f"given {node.level.words} {quoted(node.name)}{tags}{_at(node.price)}{_facts(node.facts)}"
        case tree.Contains():
            parts = [f"{amount(part.weight)} {quoted(part.name)}" for part in node.parts]
            return f"given {node.level.words} {quoted(node.name)} contains {f',{SOFT}'.join(parts)}"
        case tree.Listing():
            entry = f"{node.level.words} {quoted(node.name)}{_day('from', node.start)}{_day('until', node.end)}"
            return f"given list {quoted(node.list)} has {entry}"
        case tree.Past():
            result = f" at a {node.result}" if node.result else ""
            of = f" of {_price(node.amount)}" if node.amount else ""
            return f"given {node.verb} {_traded(node)}{_at(node.price)}{_day('on', node.day)}{result}{of}"
        case tree.Weighs():
            return f"given {node.term.words} of {node.level.words} {quoted(node.name)} is {amount(node.value)}"
        case tree.When():
            return f"when {node.verb} {_traded(node)}{_at(node.price)}{_facts(node.facts)}"
        case tree.Expect():
            return _expect(node)
        case _:
            assert_never(node)


def _traded(node: tree.Holding | tree.Past | tree.When) -> str:
    account = f" in account {quoted(node.account)}" if node.account else ""
    return f"{digits(node.quantity.value)} {quoted(node.security)}{account}"


def _at(price: tree.Amount | None) -> str:
    return f" at {_price(price)}" if price else ""


def _price(node: tree.Amount) -> str:
    """With cents, where there are none as well."""
    return amount(node) + (".00" if node.value.denominator == 1 else "")


def _day(word: str, day: date | None) -> str:
    return f" {word} {day.isoformat()}" if day else ""


def _facts(facts: tuple[tree.Fact, ...]) -> str:
    said = [f"{fact.term.words} is {value(fact.value, fact.term) if fact.value else 'unknown'}" for fact in facts]
    return f"{FIRST}with {f',{SOFT}'.join(said)}" if said else ""


def _expect(node: tree.Expect) -> str:
    of = f" of {node.level.words} {quoted(node.group)}" if node.level and node.group else ""
    measured = f" measured {amount(node.measured)}" if node.measured else ""
    headroom = f" with headroom {amount(node.headroom)}" if node.headroom else ""
    return f"expect {node.outcome}{of}{measured}{headroom}" + (f" by {amount(node.by)}" if node.by else "")
