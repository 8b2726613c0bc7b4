"""Tests beside rules: that what they give is possible, and that they expect something of a rule that exists."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from dsl import tree, vocabulary
from dsl.check import facts, names
from dsl.check.names import Names
from dsl.check.place import Problems
from dsl.diagnostic import Diagnostic
from dsl.vocabulary import Kind, Source, Term

THINGS = ("security", "issuer", "account", "household", "fund")
BALANCES = frozenset({"net assets", "cash", "settled cash", "average net assets", "withdrawals due"})
"""What a case may give of an account besides its facts. Net assets are balanced with cash."""
VOLUMES = ("median daily volume", "average daily volume")
"""Given as one figure, they are the volume of every day."""
OF_SECURITIES = frozenset({"instrument", "issuer"})
OF_ACCOUNTS = frozenset({"account", "household", "firm", "scope"})


def problems(case: tree.Case, known: Collection[str]) -> Problems:
    if case.rule.value and case.rule.value not in known:  # without an id, the text has had its report
        fix = names.suggestion(case.rule.value, known) or "name a rule or a list of these files"
        yield Diagnostic("M360", f"there is no rule {case.rule.value} to test", case.rule.span, fix)
    if case.whole and not any(isinstance(step, tree.Expect) for step in case.steps):
        fix = "end it with `expect pass` or `expect block`"
        yield Diagnostic("M361", "this test expects nothing", case.title.span, fix)
    accounts = {s.name.value for s in case.steps if isinstance(s, tree.Thing) and s.level.words == "account"}
    for step in case.steps:
        yield from _step(step, accounts)


def _step(step: tree.Step, accounts: Collection[str]) -> Problems:
    match step:
        case tree.Given(term, value):
            yield from _given(term, value, accounts)
        case tree.Holding(facts=given):
            yield from _facts(given, OF_SECURITIES)
            yield from _account(step.account, accounts)
        case tree.When(facts=given, quantity=quantity):
            yield from _facts(given, OF_SECURITIES)
            yield from _account(step.account, accounts)
            yield from _above_zero(quantity)
        case tree.Thing(level, _, tags, _, given):
            yield from _thing(level, THINGS)
            owner = OF_ACCOUNTS if level.words in ("account", "household") else OF_SECURITIES
            yield from _facts(given, owner)
            if tags and level.words != "account":
                yield Diagnostic("M362", "accounts have tags, nothing else has", level.span, "leave `tagged` out")
        case tree.Contains(level, _, parts):
            yield from _thing(level, ("fund", "security"))
            total = sum(part.weight.value for part in parts)
            if total > 100:
                yield Diagnostic("M362", "a fund holds no more than 100% of itself", step.span, "correct a weight")
        case tree.Listing(level=level):
            yield from _thing(level, ("security", "issuer"))
        case tree.Past(quantity=quantity):
            yield from _above_zero(quantity)
            yield from _account(step.account, accounts)
        case tree.Weighs(term, level):
            yield from _weighs(term, level)
        case tree.Expect():
            yield from _expect(step)
        case _:
            pass


def _account(named: tree.Text | None, accounts: Collection[str]) -> Problems:
    if named is not None and named.value not in accounts:
        fix = names.suggestion(named.value, accounts) or f'write `given account "{named.value}"` above'
        yield Diagnostic("M362", f'no account "{named.value}" is given', named.span, fix)


def _above_zero(quantity: tree.Amount) -> Problems:
    if quantity.value <= 0:
        yield Diagnostic("M362", "an order has a quantity above zero", quantity.span, "write how many units")


def _thing(level: tree.Term, allowed: Iterable[str]) -> Problems:
    if level.words not in allowed:
        fix = names.suggestion(level.words, allowed) or f"write one of {', '.join(allowed)}"
        yield Diagnostic("M362", f"a test gives no {level.words} here", level.span, fix)


def _given(
    term: tree.Term, value: tree.Term | tree.Text | tree.Amount | tree.Instant, accounts: Collection[str]
) -> Problems:
    found = vocabulary.TERMS.get(term.words)
    if found is None:
        yield names.unknown(term, Names())
    elif len(accounts) > 1 and found.of in ("account", "scope"):
        fix = f'say it there: `given account "{min(accounts)}" with {term.words} is …`'
        yield Diagnostic("M362", f"which account has this {term.words}?", term.span, fix)
    elif term.words not in BALANCES and (found.of not in OF_ACCOUNTS or found.source is not Source.FACT):
        where = "it is known of securities: write it after `with`" if found.of in OF_SECURITIES else None
        yield Diagnostic("M362", f"`{term.words}` is not given for an account", term.span, where)
    else:
        yield from facts.value_problems(found, value)


def _facts(given: Iterable[tree.Fact], owners: Collection[str]) -> Problems:
    for fact in given:
        found = vocabulary.TERMS.get(fact.term.words)
        if found is None:
            yield names.unknown(fact.term, Names())
        elif found.of not in owners or not (_may_be_given(found) or (found.name in BALANCES and found.of == "scope")):
            yield Diagnostic("M362", f"`{fact.term.words}` is not a fact of this", fact.term.span,
                             "give it where it belongs")  # fmt: skip
        elif fact.value is not None:
            yield from facts.value_problems(found, fact.value)


def _may_be_given(found: Term) -> bool:
    return found.source in (Source.FACT, Source.FIELD) or found.name in ("ultimate issuer", *VOLUMES)


def _weighs(term: tree.Term, level: tree.Term) -> Problems:
    if term.words not in ("target weight", "index weight"):
        fix = "write `target weight` or `index weight`"
        yield Diagnostic("M362", f"`{term.words}` is no weight", term.span, fix)
    found = vocabulary.TERMS.get(level.words)
    if found is None or found.kind is not Kind.LEVEL:
        yield names.unknown(level, Names())


def _expect(expect: tree.Expect) -> Problems:
    level = expect.level
    if level is not None:
        found = vocabulary.TERMS.get(level.words)
        if found is None:
            yield names.unknown(level, Names())
        elif found.kind is not Kind.LEVEL:
            fix = 'write `of issuer "…"`'
            yield Diagnostic("M362", f"`{level.words}` names no groups", level.span, fix)
    if expect.outcome in ("pass", "unknown") and expect.by is not None:
        yield Diagnostic("M362", f"what is `{expect.outcome}` is not beyond its bound", expect.by.span,
                         "write `with headroom`")  # fmt: skip
    if expect.headroom is not None and expect.by is not None:
        yield Diagnostic("M362", "what is beyond its bound has no headroom", expect.by.span, "leave one of them out")
