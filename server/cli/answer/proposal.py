"""What `propose` answers: orders with their promises and proofs, or why there are none."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from policy.ir.bound import Bound
from policy.judge.pricebox import price_box
from policy.judge.redact import NOT_PERMITTED, seen_by, sees_all, visible
from server.cli.answer.number import Exact
from server.cli.answer.verdict import JudgeAnswer, judged
from server.desk.ledger import Ledger, Line
from server.desk.prepare import Task
from server.desk.propose import Answer, Proposed, Refused, refused_to
from solver.conflict import Alone, Give
from solver.conflict import Conflict as Proven
from solver.intent import worth
from solver.limit import units
from solver.refusal import Impossible, NotFound, NotSearched, Refusal
from solver.search import Step

SCALE = 10_000  # basis points


@dataclass(frozen=True, slots=True)
class LotUsed:
    lot: str
    quantity: Exact


@dataclass(frozen=True, slots=True)
class Ordered:
    """`batch`: released when the one before is filled. Money in the base currency; `short_gain`, `long_gain`: realised
    on lots held up to a year and longer, null where a basis is not known."""

    batch: int
    account: str
    side: str
    instrument: str
    name: str
    quantity: Exact
    price: Exact
    worth: Exact
    cost: Exact
    short_gain: Exact | None
    long_gain: Exact | None
    lots: tuple[LotUsed, ...]


@dataclass(frozen=True, slots=True)
class Money:
    """Sums over all orders. `tax`: the intent's rates on realised gains, simply."""

    bought: Exact
    sold: Exact
    cost: Exact
    short_gain: Exact
    long_gain: Exact
    tax: Exact
    unknown_gains: int


@dataclass(frozen=True, slots=True)
class Gap:
    """How much better compliant orders could be at most, in money and as basis points of net assets: proven by the
    certificate, and claimed by the search."""

    certified: Exact | None
    certified_bp: Exact | None
    claimed: Exact | None
    claimed_bp: Exact | None


@dataclass(frozen=True, slots=True)
class Tried:
    """One thing that the search did."""

    what: str
    by: str
    said: str
    worth: Exact | None
    bound: Exact | None


@dataclass(frozen=True, slots=True)
class Gives:
    """How much a rule's limit would have to give, in its unit, all others kept: `at_least` is proven, `enough` was
    found and tried, null where it was not. `at_least` is null where nothing that it gives is enough, or, with `known`
    false, where that is not known."""

    rule: str
    obligation: str
    title: str
    authority: str
    scope: str
    group: str | None
    unit: str
    known: bool
    at_least: Exact | None
    enough: Exact | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the proof: so many times this rule's limit asks for so much more than the book as it stands has."""

    rule: str
    obligation: str
    times: Exact
    asks: Exact


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot hold together; `minimal`: leaving out any one of them would do. `proof`: they ask, weighted
    and added up, for `short` more than all orders together could supply; one list per case."""

    minimal: bool
    rules: tuple[Gives, ...]
    proof: tuple[tuple[Asked, ...], ...]
    short: tuple[Exact, ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProposeAnswer:
    """`answer`: "proposed", "impossible" (proven), "not found" or "not searched". `objective`: what the orders cost by
    the intent, and what doing nothing would. `price_box`: verdicts hold while every price stays within ± this share.
    `bundle`: the file that was written, null where there was nothing to file.

    All of it as its reader may see it. Where a rule is visible to other roles only, what the search said of all rules
    alike (`gap`, `tried`, `bundle`) is left out; a refusal is that of the visible rules alone, or says neutrally that
    the orders are not permitted; and `price_box` is of the visible verdicts."""

    answer: str
    as_of: date
    currency: str
    orders: tuple[Ordered, ...]
    money: Money | None
    objective: Exact | None
    objective_of_nothing: Exact | None
    gap: Gap | None
    price_box: Exact | None
    before: JudgeAnswer
    after: JudgeAnswer | None
    conflict: Conflict | None
    stands_in_the_way: tuple[str, ...]
    not_searched: tuple[str, ...]
    tried: tuple[Tried, ...]
    bundle: str | None


def answer_of(task: Task, found: Answer, bundle: str | None, roles: Collection[str] = ()) -> ProposeAnswer:
    """The answer as whoever has these roles may read it."""
    bound, whole = visible(task.bound, task.library, roles), sees_all(task.library, roles)
    before = judged(bound, seen_by(found.before, roles))
    if isinstance(found, Refused):
        return _refused(task, found, refused_to(task, found, roles), before, bundle)
    named = {obligation.id for obligation in bound.obligations}
    return ProposeAnswer(
        "proposed",
        task.book.as_of,
        task.book.currency,
        _orders(task, found.ledger),
        _money(found.ledger),
        found.worth,
        found.nothing,
        _gap(found, net_assets(task.bound)) if whole else None,
        price_box(task.bound, found.point, seen_by(found.ended, roles)).share,
        before,
        judged(bound, seen_by(found.verdict, roles), len(found.orders)),
        None,
        (),
        tuple(name for name in found.unsearched if name in named),
        tuple(map(_tried, found.trace)) if whole else (),
        bundle,
    )


def net_assets(bound: Bound) -> Fraction:
    """Of all accounts before any order, as far as it is known."""
    return sum((worth(bound.forms, f"net assets/{domain.account}") for domain in bound.domains), Fraction(0))


def _refused(
    task: Task, found: Refused, seen: Refused | None, before: JudgeAnswer, bundle: str | None
) -> ProposeAnswer:
    """`seen`: the refusal as the reader may see it, None where nothing that the reader sees stands in the way."""
    proven = seen.refusal if seen is not None else None
    return ProposeAnswer(
        WORDS[type(found.refusal)],
        task.book.as_of,
        task.book.currency,
        (),
        None,
        None,
        next((step.worth for step in found.trace if step.what == "do nothing"), None),
        None,
        None,
        before,
        None,
        _conflict(task.bound, proven.conflict) if isinstance(proven, Impossible) else None,
        (NOT_PERMITTED,) if seen is None else seen.failing,
        (),
        () if seen is None else tuple(map(_tried, seen.trace)),
        bundle,
    )


WORDS: dict[type[Refusal], str] = {Impossible: "impossible", NotFound: "not found", NotSearched: "not searched"}


def _orders(task: Task, ledger: Ledger) -> tuple[Ordered, ...]:
    return tuple(_ordered(task, line) for line in ledger.lines)


def _ordered(task: Task, line: Line) -> Ordered:
    order = line.order
    lots = tuple(LotUsed(lot, quantity) for lot, quantity in order.lots)
    name = task.book.instruments[order.instrument].name
    return Ordered(
        order.batch,
        order.account,
        order.side.value,
        order.instrument,
        name,
        order.quantity,
        line.price,
        line.worth,
        line.cost,
        line.short,
        line.long,
        lots,
    )


def _money(ledger: Ledger) -> Money:
    return Money(
        ledger.bought, ledger.sold, ledger.cost, ledger.short, ledger.long, ledger.tax, ledger.unknown_gains
    )  # fmt: skip


def _gap(found: Proposed, assets: Fraction) -> Gap:
    return Gap(found.certified_gap, _bp(found.certified_gap, assets), found.claimed_gap, _bp(found.claimed_gap, assets))


def _bp(money: Fraction | None, assets: Fraction) -> Fraction | None:
    return None if money is None or assets <= 0 else money * SCALE / assets


def _tried(step: Step) -> Tried:
    return Tried(step.what, step.backend, step.said, step.worth, step.bound)


def _conflict(bound: Bound, proven: Proven) -> Conflict:
    rules = {obligation.id: obligation.origin.rule for obligation in bound.obligations}
    unit = units(bound)
    return Conflict(
        proven.minimal,
        tuple(_gives(bound, source, proven, unit.get(source, "")) for source in proven.sources),
        tuple(
            tuple(Asked(rules.get(p.source, p.source), p.source, abs(p.multiplier), p.asks) for p in reading.parts)
            for reading in proven.readings
        ),
        tuple(reading.short for reading in proven.readings),
        tuple(reading.unit for reading in proven.readings),
    )


def _gives(bound: Bound, source: str, proven: Proven, unit: str) -> Gives:
    """The obligation, or the account whose cash is short, and the least that one of its limits must give."""
    least = proven.alone[source]
    given = (least.at_least, least.enough) if isinstance(least, Give) else (None, None)
    known = least is not Alone.UNKNOWN
    for obligation in bound.obligations:
        if obligation.id == source:
            origin, place = obligation.origin, (obligation.scope, obligation.group)
            return Gives(origin.rule, source, origin.title, origin.authority, *place, unit, known, *given)
    account = source.removeprefix("domain ")
    title = "No account spends more cash than it has"
    return Gives("cash", source, title, "", f"account {account}", None, unit, known, *given)
