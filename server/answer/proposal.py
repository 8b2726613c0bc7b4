"""What `propose` answers: orders with their promises and proofs, or why there are none."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from policy.book.problem import Problem
from policy.ir.bound import Bound, Outcome
from policy.judge.pricebox import price_box
from policy.judge.redact import NOT_PERMITTED, seen_by, sees_all, visible
from server.answer.number import Exact
from server.answer.verdict import JudgeAnswer, judged, left_open
from server.desk.ledger import Ledger, Line
from server.desk.prepare import Task, net_assets
from server.desk.propose import Answer, Proposed, Refused, refused_to
from solver.conflict import Alone, Give
from solver.conflict import Conflict as Proven
from solver.limit import units
from solver.prices import Price
from solver.reading import Reading
from solver.refusal import Impossible, NotFound, NotSearched, Refusal
from solver.search import Step, reproducible

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
class Costs:
    """What a rule's limit costs: loosened by one `unit`, it alone, orders are better by at most `each`, in the base
    currency, beside the gap that is open anyway. Proven by the certificate."""

    rule: str
    obligation: str
    title: str
    scope: str
    group: str | None
    unit: str
    each: Exact


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
    found and tried. Where `at_least` is null, `alone` says why: nothing that it gives is enough, or it is not known."""

    rule: str
    obligation: str
    title: str
    authority: str
    scope: str
    group: str | None
    unit: str
    at_least: Exact | None
    enough: Exact | None
    alone: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the proof: so many times this rule's limit asks for so much more than the book as it stands has."""

    rule: str
    obligation: str
    times: Exact
    asks: Exact


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules ask for in one case, weighted and added up: `short` more than all orders together could bring."""

    asked: tuple[Asked, ...]
    short: Exact
    unit: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot hold together. `minimal`: leaving out any one of them ends this proof, which speaks of
    divisible units and leaves out what is only judged. `proof`: every case of it."""

    minimal: bool
    rules: tuple[Gives, ...]
    proof: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class ProposeAnswer:
    """`answer`: "proposed"; "impossible": proven that no orders end in an outcome that is `allowed`; "not found", "not
    searched"; or "not permitted". `objective`: what the orders cost by the intent, and what doing nothing would.
    `price_box`: verdicts hold while every price stays within ± this share. `reproducible`: the search met no emergency
    clock, so that a rerun finds the same. `bundle`: the file that was written, null where there was nothing to file.

    All of it as its reader may see it. Where a rule is visible to other roles only, what the search said of all rules
    alike (`gap`, `costs`, `tried`, `reproducible`) is left out, and `bundle` is the open one, which a service has of
    orders alone; a refusal is that of the visible rules alone, or says neutrally "not permitted" where these would let
    orders through; and `price_box` is of the visible verdicts."""

    answer: str
    as_of: date
    currency: str
    allowed: tuple[str, ...]
    orders: tuple[Ordered, ...]
    money: Money | None
    objective: Exact | None
    objective_of_nothing: Exact
    gap: Gap | None
    costs: tuple[Costs, ...]
    price_box: Exact | None
    before: JudgeAnswer
    after: JudgeAnswer | None
    conflict: Conflict | None
    stands_in_the_way: tuple[str, ...]
    not_searched: tuple[str, ...]
    tried: tuple[Tried, ...]
    reproducible: bool | None
    bundle: str | None


def answer_of(task: Task, found: Answer, bundle: str | None, roles: Collection[str] = ()) -> ProposeAnswer:
    """The answer as whoever has these roles may read it."""
    if isinstance(found, Refused):
        return _refused(task, found, refused_to(task, found, roles), bundle, roles)
    return _proposed(task, found, bundle, roles)


def _proposed(task: Task, found: Proposed, bundle: str | None, roles: Collection[str]) -> ProposeAnswer:
    bound, whole = visible(task.bound, task.library, roles), sees_all(task.library, roles)
    named = {obligation.id for obligation in bound.obligations}
    return ProposeAnswer(
        answer="proposed",
        as_of=task.book.as_of,
        currency=task.book.currency,
        allowed=_allowed(task),
        orders=tuple(_ordered(task, line) for line in found.ledger.lines),
        money=_money(found.ledger),
        objective=found.worth,
        objective_of_nothing=found.nothing,
        gap=_gap(found, net_assets(task.bound)) if whole else None,
        costs=tuple(_costs(bound, found.prices)) if whole else (),
        price_box=price_box(task.bound, found.point, seen_by(found.ended, roles)).share,
        before=judged(bound, seen_by(found.before, roles), notices=_left_open(task, roles)),
        after=judged(bound, seen_by(found.verdict, roles), len(found.orders)),
        conflict=None,
        stands_in_the_way=(),
        not_searched=tuple(name for name in found.unsearched if name in named),
        tried=tuple(map(_tried, found.trace)) if whole else (),
        reproducible=reproducible(found.trace) if whole else None,
        bundle=bundle,
    )


def _refused(
    task: Task, found: Refused, seen: Refused | None, bundle: str | None, roles: Collection[str]
) -> ProposeAnswer:
    """`seen`: the refusal as the reader may see it, None where nothing that the reader sees stands in the way."""
    refusal = None if seen is None else seen.refusal
    return ProposeAnswer(
        answer=UNSAID if refusal is None else WORDS[type(refusal)],
        as_of=task.book.as_of,
        currency=task.book.currency,
        allowed=_allowed(task),
        orders=(),
        money=None,
        objective=None,
        objective_of_nothing=found.nothing,
        gap=None,
        costs=(),
        price_box=None,
        before=judged(
            visible(task.bound, task.library, roles), seen_by(found.before, roles), notices=_left_open(task, roles)
        ),
        after=None,
        conflict=_conflict(task.bound, refusal.conflict) if isinstance(refusal, Impossible) else None,
        stands_in_the_way=(NOT_PERMITTED,) if seen is None else seen.failing,
        not_searched=(),
        tried=() if seen is None else tuple(map(_tried, seen.trace)),
        reproducible=None if seen is None else reproducible(seen.trace),
        bundle=bundle,
    )


def _left_open(task: Task, roles: Collection[str]) -> tuple[Problem, ...]:
    return left_open(task.index, task.library, roles)


def _allowed(task: Task) -> tuple[str, ...]:
    return tuple(outcome.value for outcome in Outcome if outcome in task.intent.allowed)


WORDS: dict[type[Refusal], str] = {Impossible: "impossible", NotFound: "not found", NotSearched: "not searched"}
UNSAID = "not permitted"
"""The one word for whatever only rules refuse that the reader may not see."""


def _ordered(task: Task, line: Line) -> Ordered:
    order = line.order
    lots = tuple(LotUsed(lot, quantity) for lot, quantity in order.lots)
    return Ordered(
        batch=order.batch,
        account=order.account,
        side=order.side.value,
        instrument=order.instrument,
        name=task.book.instruments[order.instrument].name,
        quantity=order.quantity,
        price=line.price,
        worth=line.worth,
        cost=line.cost,
        short_gain=line.short,
        long_gain=line.long,
        lots=lots,
    )


def _money(ledger: Ledger) -> Money:
    return Money(
        bought=ledger.bought,
        sold=ledger.sold,
        cost=ledger.cost,
        short_gain=ledger.short,
        long_gain=ledger.long,
        tax=ledger.tax,
        unknown_gains=ledger.unknown_gains,
    )


def _gap(found: Proposed, assets: Fraction) -> Gap:
    return Gap(found.certified_gap, _bp(found.certified_gap, assets), found.claimed_gap, _bp(found.claimed_gap, assets))


def _bp(money: Fraction | None, assets: Fraction) -> Fraction | None:
    return None if money is None or assets <= 0 else money * SCALE / assets


def _costs(bound: Bound, prices: Iterable[Price]) -> Iterator[Costs]:
    """Dearest first. A rule whose limit stands in several rows costs no more than these together."""
    unit, each = units(bound), dict[str, Fraction]()
    for price in prices:
        each[price.source] = each.get(price.source, Fraction(0)) + price.each
    for source in sorted(each, key=each.__getitem__, reverse=True):
        named = _named(bound, source)
        yield Costs(named.rule, source, named.title, *named.place, unit.get(source, ""), each[source])


def _tried(step: Step) -> Tried:
    return Tried(step.what, step.backend, step.said, step.worth, step.bound)


def _conflict(bound: Bound, proven: Proven) -> Conflict:
    rules, unit = {obligation.id: obligation.origin.rule for obligation in bound.obligations}, units(bound)
    return Conflict(
        proven.minimal,
        tuple(_gives(bound, source, proven.alone[source], unit.get(source, "")) for source in proven.sources),
        tuple(_case(rules, reading) for reading in proven.readings),
    )


def _case(rules: Mapping[str, str], reading: Reading) -> Case:
    asked = (Asked(rules.get(p.source, p.source), p.source, abs(p.multiplier), p.asks) for p in reading.parts)
    return Case(tuple(asked), reading.short, reading.unit)


def _gives(bound: Bound, source: str, give: Give | Alone, unit: str) -> Gives:
    """The obligation, or the account whose cash is short, and the least that one of its limits must give."""
    amounts = (give.at_least, give.enough, None) if isinstance(give, Give) else (None, None, give.value)
    named = _named(bound, source)
    return Gives(named.rule, source, named.title, named.authority, *named.place, unit, *amounts)


@dataclass(frozen=True, slots=True)
class Named:
    """`place`: scope and group."""

    rule: str
    title: str
    authority: str
    place: tuple[str, str | None]


def _named(bound: Bound, source: str) -> Named:
    """What people call an obligation, or the account whose cash is short."""
    for obligation in bound.obligations:
        if obligation.id == source:
            origin = obligation.origin
            return Named(origin.rule, origin.title, origin.authority, (obligation.scope, obligation.group))
    account = source.removeprefix("domain ")
    return Named("cash", "No account spends more cash than it has", "", (f"account {account}", None))
