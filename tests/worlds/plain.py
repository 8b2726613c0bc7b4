"""A second reading of the core, with no forms, no intervals and no sharing: facts in, truth out.

For books without gaps, judged as they stand, without look-through. Written from the core's docstrings, to be held
against binding and the judge; slow and short on purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from policy.book.facts import Book, Instrument, Lot
from policy.ir import core
from policy.ir.bound import Op

ZERO = Fraction(0)
COMPARE: dict[Op, Callable[[Fraction, Fraction], bool]] = {
    Op.LE: lambda a, b: a <= b,
    Op.LT: lambda a, b: a < b,
    Op.GE: lambda a, b: a >= b,
    Op.GT: lambda a, b: a > b,
}


@dataclass(frozen=True)
class Holding:
    account: str
    instrument: Instrument
    lots: tuple[Lot, ...]

    @property
    def units(self) -> Fraction:
        return self.long - self.short

    @property
    def long(self) -> Fraction:
        return sum((lot.quantity for lot in self.lots if lot.quantity > 0), ZERO)

    @property
    def short(self) -> Fraction:
        return -sum((lot.quantity for lot in self.lots if lot.quantity < 0), ZERO)


Group = tuple[Holding, ...]
CASH = Instrument("cash", "cash", None, "", facts={"asset class": "cash"})


@dataclass(frozen=True)
class Plain:
    """One scope of one rule. `universe`: what could be held, held or not. `group`: the one at hand."""

    book: Book
    rule: core.Rule
    accounts: tuple[str, ...]
    universe: frozenset[tuple[str, str]]
    group: Group = ()
    level: str = ""
    name: str = ""

    @cached_property
    def held(self) -> Group:
        return tuple(
            Holding(a, self.book.instruments[name], self.lots(a, name))
            for a, name in sorted(self.universe)
            if a in self.accounts
        )

    @cached_property
    def balances(self) -> Group:
        """Cash, as what it is worth."""
        today = self.book.as_of
        worth = {a: self.cash((a,)) for a in self.accounts}
        return tuple(Holding(a, CASH, (Lot(a, a, "cash", money, None, today),)) for a, money in worth.items())

    def lots(self, account: str, name: str) -> tuple[Lot, ...]:
        return tuple(lot for lot in self.book.lots.values() if (lot.account, lot.instrument) == (account, name))

    def price(self, instrument: Instrument) -> Fraction:
        if instrument is CASH:
            return Fraction(1)
        latest = max((p for p in self.book.prices if p.instrument == instrument.id), key=lambda p: p.day)
        return latest.price * self.rate(instrument.currency)

    def rate(self, currency: str) -> Fraction:
        if currency == self.book.currency:
            return Fraction(1)
        return next(rate.rate for rate in self.book.rates if rate.currency == currency)

    def assets(self, accounts: tuple[str, ...]) -> Fraction:
        everything = [h for h in self.held if h.account in accounts]
        return self.cash(accounts) + sum((h.units * self.price(h.instrument) for h in everything), ZERO)

    def net(self, accounts: tuple[str, ...]) -> Fraction:
        owed = (self.book.accounts[a].facts["borrowings"] for a in accounts)
        return self.assets(accounts) - sum((debt for debt in owed if isinstance(debt, Fraction)), ZERO)

    def total_assets(self, accounts: tuple[str, ...]) -> Fraction:
        everything = [h for h in self.held if h.account in accounts]
        return self.cash(accounts) + sum((h.long * self.price(h.instrument) for h in everything), ZERO)

    def cash(self, accounts: tuple[str, ...]) -> Fraction:
        pairs = [item for a in accounts for item in self.book.accounts[a].cash.items()]
        return sum((amount * self.rate(currency) for currency, pair in pairs for amount in pair), ZERO)

    def settled(self, account: str) -> Fraction:
        pairs = self.book.accounts[account].cash.items()
        return sum((now * self.rate(c) for c, (now, _) in pairs), ZERO) + min(
            ZERO, sum((later * self.rate(c) for c, (_, later) in pairs), ZERO)
        )

    # --- groups and conditions

    def key(self, instrument: Instrument, level: str) -> str:
        match level:
            case _ if instrument is CASH:
                return "cash"
            case "security":
                return instrument.id
            case "issuer":
                return str(instrument.issuer)
            case "ultimate issuer":
                return self.line(instrument)[-1]
            case "currency":
                return instrument.currency
            case "identical group":
                return instrument.identical or instrument.id
            case _:
                return str(instrument.facts[level])

    def line(self, instrument: Instrument) -> list[str]:
        """The issuer and those above it."""
        chain = [str(instrument.issuer)]
        while (parent := self.book.issuers[chain[-1]].parent) is not None:
            chain.append(parent)
        return chain

    def groups(self, pick: core.Pick) -> dict[str, Group]:
        """What satisfies the pick, by key. A condition on quantities speaks of all that the facts let in."""
        may: dict[str, list[Holding]] = {}
        for holding in (*self.held, *(self.balances if pick.level == "asset class" else ())):
            if self.meets(pick.where, holding) is not False:
                may.setdefault(self.key(holding.instrument, pick.level), []).append(holding)
        found = {}
        for key, members in sorted(may.items()):
            inside = replace(self, group=tuple(members), level=pick.level, name=key)
            found[key] = tuple(h for h in members if inside.meets(pick.where, h))
        return found

    def meets(self, test: core.Test | None, holding: Holding) -> bool | None:
        """The condition on one holding; None where it hangs on quantities and there is no group yet."""
        match test:
            case None:
                return True
            case core.Fact(name, op, value):
                return _fact(self.fact(holding.instrument, name), op, value)
            case core.Listed(name):
                known = holding.instrument is not CASH
                names = (holding.instrument.id, *self.line(holding.instrument)) if known else ()
                return any(entry.subject in names for entry in self.book.entries if entry.list == name)
            case core.Named(_, name):
                return holding.instrument is not CASH and name in (
                    self.line(holding.instrument)[0],
                    self.line(holding.instrument)[-1],
                )
            case core.Compare():
                return self.truth(test) if self.group else None
            case core.All(parts):
                return _all([self.meets(part, holding) for part in parts])
            case core.Any(parts):
                return _not(_all([_not(self.meets(part, holding)) for part in parts]))
            case core.Not(part):
                return _not(self.meets(part, holding))
            case _:
                raise AssertionError(test)

    def fact(self, instrument: Instrument, name: str) -> object:
        if name in instrument.facts or instrument is CASH:
            return instrument.facts.get(name)
        return self.book.issuers[str(instrument.issuer)].facts[name]

    # --- numbers

    def measured(self, group: Group, measure: str = "value") -> Fraction:
        said = self.rule.measure if measure == "value" else measure
        return sum((self.counted(holding) * self.each(holding.instrument, said) for holding in group), ZERO)

    def is_held(self, holding: Holding) -> bool:
        return holding.long + (holding.short if self.rule.gross else 0) > 0

    def counted(self, holding: Holding) -> Fraction:
        return holding.long + holding.short if self.rule.gross else holding.units

    def each(self, instrument: Instrument, measure: str) -> Fraction:
        if instrument is CASH:
            return Fraction(measure != "votes held")
        if measure == "market value":
            return self.price(instrument)
        if measure == "par":
            return Fraction(str(instrument.facts["par per unit"])) * self.rate(instrument.currency)
        votes = instrument.facts.get("votes per share")
        return votes if measure == "votes held" and isinstance(votes, Fraction) else Fraction(1)

    def number(self, node: core.Scalar) -> Fraction:
        match node:
            case core.Amount(value, unit):
                return value / 100 * self.net(self.accounts) if unit == "points" else value
            case core.Term("net assets"):
                return self.net(self.accounts)
            case core.Term("total assets"):
                return self.total_assets(self.accounts)
            case core.Term("cash"):
                return self.cash(self.accounts)
            case core.Term("settled cash"):
                return sum((self.settled(a) for a in self.accounts), ZERO)
            case core.Term("assets under management" as name):
                return Fraction(str(self.book.facts[name]))
            case core.Term("plan assets" as name):
                return sum((Fraction(str(self.book.accounts[a].facts[name])) for a in self.accounts), ZERO)
            case core.Term("client risk tolerance" as name):
                levels = {Fraction(str(self.book.accounts[a].facts[name])) for a in self.accounts}
                if len(levels) > 1:
                    raise Unjudged
                return levels.pop()
            case core.Term("index weight"):
                return sum((self.weight(a) * self.net((a,)) for a in self.accounts), ZERO)
            case core.Own(measure):
                return self.measured(self.group, measure)
            case core.Scale(factor, inner):
                return factor * self.number(inner)
            case core.Total(pick, measure):
                return sum((self.measured(group, measure) for group in self.groups(pick).values()), ZERO)
            case core.Number(pick):
                return Fraction(sum(any(map(self.is_held, group)) for group in self.groups(pick).values()))
            case core.Largest(k, pick):
                return sum(sorted((self.measured(g) for g in self.groups(pick).values()), reverse=True)[:k], ZERO)
            case core.Sum(parts):
                return sum((self.number(part) for part in parts), ZERO)
            case core.Greatest(parts):
                return max(self.number(part) for part in parts)
            case _:
                raise AssertionError(node)

    def weight(self, account: str) -> Fraction:
        """The index weight of the group at hand: of all securities of its key."""
        weights = [w for w in self.book.weights if w.model == self.book.accounts[account].benchmark]
        stated = [w for w in weights if w.kind == self.level]
        securities = [w for w in weights if w.kind == "security"]
        found = sum((w.weight for w in stated if w.key == self.name), ZERO)
        if not stated:
            inside = (w for w in securities if self.key(self.book.instruments[w.key], self.level) == self.name)
            found = sum((w.weight for w in inside), ZERO)
        is_cash = (self.level, self.name) == ("asset class", "cash")
        return found + (1 - sum((w.weight for w in stated or securities), ZERO) if is_cash else ZERO)

    # --- tests

    def truth(self, test: core.Test) -> bool:
        match test:
            case core.Compare(core.Average(name, pick), op, right):
                chosen = [h for h in self.held if pick is None or self.meets(pick.where, h)]
                weight = self.measured(tuple(chosen))
                if weight < 0:
                    raise Unjudged
                scores = [self.measured((h,)) * Fraction(str(self.fact(h.instrument, name))) for h in chosen]
                return weight == 0 or COMPARE[op](sum(scores, ZERO), self.number(right) * weight)
            case core.Compare(left, op, right, base):
                if base is not None and self.number(base) <= 0:
                    raise Unjudged
                return COMPARE[op](self.number(left), self.number(right))
            case core.All(parts):
                return all(self.truth(part) for part in parts)
            case core.Any(parts):
                return any(self.truth(part) for part in parts)
            case core.Not(part):
                return not self.truth(part)
            case _:
                raise AssertionError(test)


class Unjudged(Exception):
    """A ratio over nothing or less, or accounts that do not agree: the judge's business, tested elsewhere."""


def _fact(value: object, op: str, limit: object) -> bool:
    if op in ("is", "is not"):
        return (value == limit) is (op == "is")
    if value is None:
        return False
    assert isinstance(value, Fraction)
    assert isinstance(limit, Fraction)
    return {"<=": value <= limit, "<": value < limit, ">=": value >= limit, ">": value > limit}[op]


def _all(found: list[bool | None]) -> bool | None:
    return False if False in found else None if None in found else True


def _not(found: bool | None) -> bool | None:
    return None if found is None else not found
