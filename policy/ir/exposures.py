"""What a scope holds, as the rule counts it: directly, lot by lot, or through the funds that it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from policy.book.facts import Instrument
from policy.book.lookthrough import constituents, left_out
from policy.book.models import weighted
from policy.interval import ZERO
from policy.ir.forms import ONE
from policy.ir.picks import CASH, Exposure
from policy.ir.positions import Position, Universe


def direct(universe: Universe, accounts: Iterable[str]) -> list[Exposure]:
    """Every position as itself."""
    return [Exposure(p, p.instrument, ONE) for account in accounts for p in universe.positions.get(account, ())]


def by_lot(universe: Universe, accounts: Iterable[str]) -> list[Exposure]:
    """Every lot held."""
    return [Exposure(e.position, e.subject, ONE, lot) for e in direct(universe, accounts) for lot in e.position.lots]


def cash(accounts: Iterable[str]) -> list[Exposure]:
    """The balances of cash, as what they are worth."""
    return [Exposure(_balance(account), CASH, ONE) for account in accounts]


def _balance(account: str) -> Position:
    form = f"cash/{account}"
    return Position(account, CASH, (), ONE, form, form, form, None, ())


def unheld(universe: Universe, accounts: Iterable[str], level: str, term: str) -> list[Exposure]:
    """What the models of the accounts give a weight to, at nothing: so that a group is there before it is held."""
    return [
        Exposure(_absent(universe, account, subject), subject, ZERO)
        for account in accounts
        for subject in weighted(universe.index, account, term, level) or ()
    ]


def untold(universe: Universe, accounts: Iterable[str], level: str, term: str) -> list[Exposure]:
    """What the model of an account may give a weight to, where the book has none that speaks of the level."""
    return [
        Exposure(_absent(universe, account, Instrument(said, said, None, "")), None, ZERO)
        for account in accounts
        if weighted(universe.index, account, term, level) is None
        for said in (f"the {MODELS[term]} of account {account}",)
    ]


MODELS = {"target weight": "model", "index weight": "benchmark"}


def _absent(universe: Universe, account: str, subject: Instrument) -> Position:
    nothing = universe.table.form(NOTHING, ZERO, ())
    return Position(account, subject, (), None, nothing, nothing, nothing, None, ())


NOTHING = "nothing"


def through_funds(universe: Universe, accounts: Iterable[str], de_minimis: Fraction | None) -> list[Exposure]:
    """Positions, with funds replaced by what they hold. A constituent below `de_minimis` of its fund is not
    counted (NI 81-102, 2.1(4)); what a fund, or a fund in it, does not disclose may be anything."""
    return [e for position in direct(universe, accounts) for e in _opened(universe, position.position, de_minimis)]


def _opened(universe: Universe, position: Position, de_minimis: Fraction | None) -> Iterator[Exposure]:
    fund = position.instrument.id
    parts = constituents(universe.index, fund, de_minimis)
    if parts == ():
        yield Exposure(position, position.instrument, ONE)
        return
    for subject, share in parts or ():
        yield Exposure(position, None if subject.constituents is None else subject, share)
    told = sum((share for _, share in parts or ()), ZERO)
    hidden = ONE - told - left_out(universe.index, fund, de_minimis)
    if hidden:
        yield Exposure(position, None, hidden)
