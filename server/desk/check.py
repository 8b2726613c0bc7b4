"""Orders checked before they are placed: the reference's verdict (`server.desk.judge`), from tables that are kept.

Binding rules to a book and laying them out takes long, and hangs on orders only through the instruments that they
bring in: so it is kept, and a check reads whole numbers. What does not pass is then judged once more by the reference,
which gives each number and what it is made of. tests/twins/test_checks.py holds both ways against each other.
"""

import gc
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from policy.book.cash import residue
from policy.book.facts import Order, Side
from policy.book.problem import Problem
from policy.book.read import Index, index
from policy.ir import meaning
from policy.ir.alike import FIRM
from policy.ir.bind import bind_to
from policy.ir.bound import Bound, Form, Moment, Obligation, Outcome, Point
from policy.ir.core import Library
from policy.ir.disguised import disguised
from policy.ir.point import point_of
from policy.ir.stated import Statement, merged
from policy.judge import fast, reach
from policy.judge.eval import worst
from policy.judge.fast import Answers, Tables
from policy.judge.fills import claims, on_the_way
from policy.judge.redact import may_see, visible
from policy.judge.steady import by_rule, turning
from policy.judge.verdict import FillSafety, Finding, Verdict
from server.answer.verdict import left_open
from server.desk import kept
from server.desk.kept import Kept
from server.desk.loaded import Loaded
from server.desk.placed import batches
from server.running import Memory
from solver.certify import flaws


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: their roles, and the households that they may see, None for all."""

    roles: frozenset[str]
    households: frozenset[str] | None


@dataclass(frozen=True, slots=True, eq=False)
class About:
    """What can be said of an obligation whatever its numbers are. `judged`: how many of its rule are the reader's."""

    rule: str
    title: str
    judged: int
    id: str
    scope: str
    group: str | None


@dataclass(frozen=True, slots=True)
class View:
    """What a reader sees of bound rules. `places`: of obligations that are theirs (`own`: the same, and what they are
    about), `rules` by the number of their rule in the tables; `hidden`: of those that are judged and not named;
    obligations of other households alone are neither. `bound`: without obligations, for its names; `notices`: what the
    book leaves open, for who may see all of it."""

    places: tuple[int, ...]
    own: Mapping[int, About]
    rules: Mapping[int, tuple[int, ...]]
    hidden: frozenset[int]
    bound: Bound
    notices: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """Rules bound to a book and laid out. `beyond`: what the firm stated of all others; `strange`: names that
    deceive, which are to be mended before anything is judged. `trade`: which obligations speak of the way to the end,
    too; `cash`: the forms behind what each account can spend."""

    known: Index
    library: Library
    bound: Bound
    beyond: Statement | None
    tables: Tables
    strange: tuple[Problem, ...]
    trade: Mapping[int, Sequence[int]]
    cash: Mapping[str, Form]
    views: Kept[View] = field(default_factory=lambda: Kept(16))


@dataclass(frozen=True, slots=True)
class Checked:
    """`outcomes`: by place, `failing`: places that do not pass; `way`: findings of what is tested at trade and some
    fill might turn; `flaws`: what is wrong with the orders whatever the rules say."""

    ready: Ready
    orders: tuple[Order, ...]
    point: Point
    answers: Answers
    outcomes: Sequence[Outcome]
    failing: tuple[int, ...]
    way: dict[int, Finding]
    flaws: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beyond:
    """What the firm states of all others where a household's book is judged (`policy.ir.stated`). `beside`: proposals
    of others that hold something; `opened`: by account, instruments that orders bring in."""

    said: Statement | None = None
    beside: frozenset[str] = frozenset()
    opened: frozenset[tuple[str, str]] = frozenset()


ALONE = Beyond()


def checked(
    memory: Memory, known: Loaded, orders: tuple[Order, ...], as_of: date, known_at: date, beyond: Beyond = ALONE
) -> Checked | tuple[Problem, ...]:
    """The orders judged at the end and on the way; or why they cannot be filled, or not be judged."""
    key = known.rules.manifest, known.facts.document, as_of, known_at, beyond.beside, beyond.opened
    bare = kept.of(
        memory.ready, (*key, not orders), lambda: _ready(known, as_of, known_at, beyond.said, standing=not orders)
    )
    point = bare.strange or point_of(bare.known, orders)
    if isinstance(point, tuple):
        return tuple(part for part in point if isinstance(part, Problem))
    ready = _for_orders(memory, key, bare, orders, point)
    answers = fast.judge_fast(ready.tables, point)
    way = _way(ready, answers, orders, point) if orders else {}
    outcomes = list(answers.outcomes)
    for place, finding in way.items():
        outcomes[place] = finding.outcome
    wrong = flaws(ready.bound, point, meaning.values(ready.cash, point)) if orders else ()
    return Checked(ready, orders, point, answers, outcomes, _failing(answers, outcomes, way), way, tuple(wrong))


def _failing(answers: Answers, outcomes: Sequence[Outcome], way: Mapping[int, Finding]) -> tuple[int, ...]:
    if answers.outcome is Outcome.PASS and not way:
        return ()
    return tuple(place for place, outcome in enumerate(outcomes) if outcome is not Outcome.PASS)


# --- once per rules, book, days and instruments ------------------------------------------------


def _ready(known: Loaded, as_of: date, known_at: date, beyond: Statement | None, *, standing: bool) -> Ready:
    book = known.facts.index.book
    same = (as_of, known_at) == (book.as_of, book.known_at)
    found = known.facts.index if same else index(replace(book, as_of=as_of, known_at=known_at))
    strange = disguised(known.rules.library, book)
    own = bind_to(known.rules.library, found, snapshot=known.facts.document)
    bound = merged(own, known.rules.library, found, beyond)
    return _laid_out(found, known.rules.library, bound, beyond, strange, standing=standing)


def _laid_out(
    known: Index,
    library: Library,
    bound: Bound,
    beyond: Statement | None,
    strange: tuple[Problem, ...],
    *,
    standing: bool,
) -> Ready:
    tables = fast.tables(bound, standing=standing)
    trade = by_rule(tables, (place for place, o in enumerate(bound.obligations) if Moment.TRADE in o.moments))
    cash = reach.behind(bound.forms, {domain.cash for domain in bound.domains})
    _settled()
    return Ready(known, library, bound, beyond, tables, strange, trade, cash)


def _settled() -> None:
    """What is kept is not looked through again: it is large, and in no cycle that the collector would have to find."""
    gc.collect()
    gc.freeze()


def _for_orders(memory: Memory, key: tuple[object, ...], bare: Ready, orders: tuple[Order, ...], point: Point) -> Ready:
    """Bound so that it holds the orders: as it is without any where that makes no difference, else for the instruments
    that they bring in, else for just these orders."""
    forms = bare.bound.forms
    new = frozenset((o.account, o.instrument) for o in orders if f"units/{o.account}/{o.instrument}" not in forms)
    named = tuple(Order(account, name, Side.SELL, Fraction(1)) for account, name in sorted(new))
    ready = kept.of(memory.ready, (*key, new), lambda: _bound_for(bare, named)) if new else bare
    return ready if holds(ready.known, ready.bound, orders, point) else _bound_for(bare, orders)


def _bound_for(bare: Ready, orders: tuple[Order, ...]) -> Ready:
    own = bind_to(bare.library, bare.known, orders, snapshot=bare.bound.book)
    bound = merged(own, bare.library, bare.known, bare.beyond, orders)
    return _laid_out(bare.known, bare.library, bound, bare.beyond, bare.strange, standing=False)


def holds(known: Index, bound: Bound, orders: Sequence[Order], point: Point) -> bool:
    """Whether binding for these orders gives this bound book again: it looks at their instruments, at purchases that
    are larger than a box, and at how many orders make up a residue (`policy.ir.positions`)."""
    for account in {order.account for order in orders}:
        given = [order.instrument for order in orders if order.account == account]
        box = bound.quantities[f"residue/{account}"]
        if any(f"units/{account}/{name}" not in bound.forms for name in given):
            return False
        if residue(known, account, given) != (box.low, box.high):
            return False
    return all(name in bound.quantities and amount <= bound.quantities[name].high for name, amount in point.items())


# --- once per check ----------------------------------------------------------------------------


def _way(ready: Ready, answers: Answers, orders: Sequence[Order], point: Point) -> dict[int, Finding]:
    """The findings of what some fill could turn, without numbers where all states on the way are allowed."""
    places = turning(answers, ready.trade)
    if not places:
        return {}
    ended = tuple(_end(ready, answers, place) for place in places)
    released = batches(ready.known, ready.bound, orders, point)
    found = on_the_way(ready.bound, Verdict(worst(f.outcome for f in ended), ended), released)
    return dict(zip(places, found.findings, strict=True))


def _end(ready: Ready, answers: Answers, place: int) -> Finding:
    obligation = ready.bound.obligations[place]
    return Finding(obligation, answers.outcomes[place], answers.reasons[place], answers.within[place], None)


def findings(found: Checked, places: Iterable[int]) -> tuple[Finding, ...]:
    """With all their numbers, as the reference gives them."""
    places = list(places)
    ends = [place for place in places if not _broken(found, place)]
    whole = dict(zip(ends, fast.findings(found.answers, ends), strict=True))
    return tuple(_told(found, place, whole.get(place)) for place in places)


def _told(found: Checked, place: int, ended: Finding | None) -> Finding:
    """`ended`: the finding at the end, unless that of a state on the way takes its place."""
    if ended is None:
        return found.way[place]
    if place in found.way:
        return replace(ended, fills=found.way[place].fills)
    return replace(ended, fills=FillSafety.ALWAYS) if found.orders and claims(ended) else ended


def _broken(found: Checked, place: int) -> bool:
    """Whether the finding is of a state on the way."""
    return place in found.way and found.way[place].state is not None


# --- who sees what -----------------------------------------------------------------------------


def view(ready: Ready, reader: Reader) -> View:
    return kept.of(ready.views, reader, lambda: _view(ready, reader))


def _view(ready: Ready, reader: Reader) -> View:
    bound, own = ready.bound, _own(ready, reader)
    places: list[int] = []
    hidden: list[int] = []
    for place, obligation in enumerate(bound.obligations):
        if own is not None and own.isdisjoint(obligation.accounts):
            continue
        theirs = own is None or (obligation.scope != FIRM and own.issuperset(obligation.accounts))
        mine = theirs and may_see(obligation, reader.roles)
        (places if mine else hidden).append(place)
    seen = frozenset(places)
    rules = {at: tuple(p for p in rule.places if p in seen) for at, rule in enumerate(ready.tables.rules)}
    about = {place: _about(bound.obligations[place], len(theirs)) for theirs in rules.values() for place in theirs}
    mine_only = visible(replace(bound, obligations=()), ready.library, reader.roles)
    shown = {at: theirs for at, theirs in rules.items() if theirs}
    notices = left_open(ready.known, ready.library, reader.roles) if own is None else ()
    return View(tuple(places), about, shown, frozenset(hidden), mine_only, notices)


def _about(told: Obligation, judged: int) -> About:
    return About(told.origin.rule, told.origin.title, judged, told.id, told.scope, told.group)


def _own(ready: Ready, reader: Reader) -> frozenset[str] | None:
    """The accounts that the reader may see, None for all."""
    if reader.households is None:
        return None
    accounts = ready.known.book.accounts.values()
    return frozenset(account.id for account in accounts if account.household in reader.households)
