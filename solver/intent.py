"""What is wanted: targets and their price, taxes, cash, and limits that the client sets for this once.

Rules say what is allowed, an intent says what is better. What an intent demands (cash to raise, instruments to leave
alone, a budget of turnover) becomes obligations like any other, so that the judge has the word on them too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from policy.interval import ZERO
from policy.ir.bound import Bound, Form, Kind, Leaf, Lin, Moment, Obligation, Op, Origin, Outcome, Quantity, Rung

ONE = Fraction(1)
BOUGHT = (Kind.BUY, Kind.COVER)


@dataclass(frozen=True, slots=True)
class Drift:
    """Money that a unit of money away from its target costs: `inside` the band, `outside` what is beyond it (at
    least as much). `band`: half its width, as a share of net assets; 0: no band, only `outside` counts."""

    inside: Fraction = Fraction(1, 200)
    outside: Fraction = Fraction(1, 100)
    band: Fraction = ZERO


@dataclass(frozen=True, slots=True)
class Tax:
    """Rates on realised gains of lots held up to a year, and longer. `loss`: what a unit of tax saved by a loss is
    worth, 0 to 1."""

    short: Fraction = ZERO
    long: Fraction = ZERO
    loss: Fraction = ONE


@dataclass(frozen=True, slots=True)
class Pin:
    """Of one instrument in one account: what is bought less what is sold, in units, is `least` or more and `most` or
    less, each where it is said. A purchase counts with what covers a short, a sale with what is sold short."""

    account: str
    instrument: str
    least: Fraction | None = None
    most: Fraction | None = None
    reason: str = "as asked"


@dataclass(frozen=True, slots=True)
class Intent:
    """`level`: what the model's weights speak of ("security", "asset class" …). `model`: one for all accounts
    together; None: each account has its own. `friction`: price of a unit of money traded beyond its cost, so that
    ties go to doing less. `idle`: price of a unit of money that cash is off its target. `raise_cash`: by account,
    money that must be spendable at the end. `never_trade`: instruments, `leave_alone`: accounts in which nothing is
    traded; `pins`: no two of one instrument in one account. `turnover`: purchases and sales together, as a share of
    an account's net assets. `gap`: stop when this close to the bound, as a share of net assets."""

    level: str = "security"
    model: str | None = None
    drift: Drift = Drift()
    tax: Tax = Tax()
    friction: Fraction = Fraction(1, 100_000)
    idle: Fraction = Fraction(1, 1000)
    raise_cash: Mapping[str, Fraction] = field(default_factory=dict)
    never_trade: frozenset[str] = frozenset()
    leave_alone: frozenset[str] = frozenset()
    pins: tuple[Pin, ...] = ()
    turnover: Fraction | None = None
    allowed: frozenset[Outcome] = frozenset({Outcome.PASS})
    gap: Fraction = Fraction(1, 10_000)


def demanded(bound: Bound, intent: Intent) -> Bound:
    """The bound book with the intent's demands among its obligations."""
    extra = tuple(_demands(bound, intent))
    return replace(bound, obligations=bound.obligations + extra) if extra else bound


def _demands(bound: Bound, intent: Intent) -> Iterator[Obligation]:
    for domain in bound.domains:
        name = domain.account
        mine = [q for q in bound.quantities.values() if q.account == name and q.instrument is not None]
        if name in intent.raise_cash:
            cash = Lin(ZERO, ((ONE, domain.cash),))
            yield _demand("cash to raise", name, cash, Op.GE, intent.raise_cash[name], bound.currency)
        if left_alone := tuple((ONE, q.name) for q in mine if q.instrument in intent.never_trade):
            yield _demand("never trade", name, Lin(ZERO, left_alone), Op.LE, ZERO, "units")
        if name in intent.leave_alone:
            yield _demand("leave alone", name, Lin(ZERO, tuple((ONE, q.name) for q in mine)), Op.LE, ZERO, "units")
        for pin in intent.pins:
            if pin.account == name:
                yield from _pinned(pin, [q for q in mine if q.instrument == pin.instrument])
        if intent.turnover is not None:
            traded = tuple((domain.prices[q.instrument or ""], q.name) for q in mine if q.instrument in domain.prices)
            budget = intent.turnover * worth(bound.forms, f"net assets/{name}")
            yield _demand("turnover", name, Lin(ZERO, traded), Op.LE, budget, bound.currency)


def _pinned(pin: Pin, mine: Iterable[Quantity]) -> Iterator[Obligation]:
    net = Lin(ZERO, tuple((ONE if q.kind in BOUGHT else -ONE, q.name) for q in mine))
    for op, limit, word in ((Op.GE, pin.least, "at least"), (Op.LE, pin.most, "at most")):
        if limit is not None:
            yield _demand(f"{pin.instrument} {word}", pin.account, net, op, limit, "units", pin.reason)


def _demand(
    what: str, account: str, measure: Lin, op: Op, limit: Fraction, unit: str, reason: str = "as asked"
) -> Obligation:
    origin = Origin("intent", "What was asked for", 1, "intent", 1, 1, "the intent", "intent", "0" * 64)
    rung = Rung(Leaf(measure, op, Lin(limit), None, f"{what} of {account}", None, unit), Outcome.PASS, reason)
    name, scope = f"intent/{what}/{account}", f"account {account}"
    return Obligation(name, origin, scope, (account,), None, (Moment.PROPOSAL,), (rung,), Outcome.BLOCK)


def worth(forms: Mapping[str, Form], name: str) -> Fraction:
    """What is known of a form before any order: unknown parts count as nothing."""
    known: dict[str, Fraction] = {}
    for form in forms.values():
        total = form.const if isinstance(form.const, Fraction) else ZERO
        for coefficient, part in form.terms:
            if part in known and isinstance(coefficient, Fraction):
                total += coefficient * known[part]
        known[form.name] = total
        if form.name == name:
            break
    return known.get(name, ZERO)
