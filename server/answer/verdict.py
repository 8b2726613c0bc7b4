"""A verdict as an answer: one finding per obligation that its reader may see (`policy.judge.redact`)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from policy.book.notices import notices as of_book
from policy.book.problem import Problem, pointer
from policy.book.read import Index
from policy.ir.bound import Bound
from policy.ir.core import Library
from policy.ir.scope import not_asked, uncovering
from policy.judge.redact import kept_lists, readable, seen_by, stopped_unseen, visible
from policy.judge.verdict import Finding as Judged
from policy.judge.verdict import Measured as Leaf
from policy.judge.verdict import Verdict
from server.answer.number import Amount, Exact, amount
from server.desk.judge import Judgement
from server.desk.room import LIVABLE, NO_ROOMS, Room, Rooms, rooms


@dataclass(frozen=True, slots=True)
class Contributor:
    """A part of what was measured, in the unit of the measure; largest first."""

    name: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Measured:
    """`what` compared with its limit, in `unit`. `headroom` is below zero where the limit is broken. `of`: the base,
    where people read value and limit as a share of it. `holds` is null where it is unknown."""

    what: str
    unit: str
    op: str
    value: Amount
    limit: Amount
    headroom: Amount
    of: Amount | None
    holds: bool | None
    contributors: tuple[Contributor, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One clause of one rule for one scope and one group. `within`: whether the clause's own limit holds, whatever a
    tolerance, waiver or consent excuses. `missing`: facts without which it could not be settled."""

    id: str
    rule: str
    title: str
    clause: int
    authority: str
    layer: str
    file: str
    line: int
    scope: str
    group: str | None
    moments: tuple[str, ...]
    outcome: str
    reason: str
    within: bool | None
    measured: Measured | None
    fills: str | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instead:
    """Of an order that is refused as it is, all others kept: the most that passes, and that passes with warnings; null
    where not even leaving it out would do. One unit more was judged too, and does not."""

    account: str
    side: str
    instrument: str
    quantity: Exact
    passes: Exact | None
    livable: Exact | None


@dataclass(frozen=True, slots=True)
class Notice:
    """What a book leaves open, in the row `id` of a `table`: nothing is wrong, but a rule may be unknown for it; of
    `rules`, one that binds no account."""

    table: str
    id: str
    what: str
    do: str


@dataclass(frozen=True, slots=True)
class JudgeAnswer:
    """`answer` is the worst outcome of the findings. Rules that are visible to other roles only are judged as well:
    where they stop the orders, all of them together are one last finding, `not shown`. `book`, `rules`: SHA-256 of
    the book, and of the rules that are visible. `flaws`: what is wrong with the orders whatever the rules say, such as
    cash that is not there. `would_pass`: for refused orders, by the visible rules; empty where another stops them;
    `not_tried`: of how many orders it was not looked for. `notices`: what the book leaves open."""

    answer: str
    as_of: date
    known_at: date
    currency: str
    book: str
    rules: str
    orders: int
    findings: tuple[Finding, ...]
    flaws: tuple[str, ...]
    would_pass: tuple[Instead, ...]
    not_tried: int
    notices: tuple[Notice, ...]


def answer_of(found: Judgement, library: Library, roles: Collection[str] = ()) -> JudgeAnswer:
    """As these roles may see it, who see every account; with what would pass instead, where the orders are refused."""
    seen = seen_by(found.verdict, roles)
    refused = bool(found.flaws) or seen.outcome not in LIVABLE
    asked = found.orders and refused and not stopped_unseen(seen)
    instead = rooms(found.known, found.bound, found.orders, roles) if asked else NO_ROOMS
    bound = visible(found.bound, library, roles)
    waivers = uncovering(readable(library, roles), found.known.book)
    notices = (*left_open(found.known, library, roles), *waivers)
    return judged(bound, seen, len(found.orders), flaws=found.flaws, instead=instead, notices=notices)


def judged(
    bound: Bound,
    verdict: Verdict,
    orders: int = 0,
    *,
    flaws: Iterable[str] = (),
    instead: Rooms = NO_ROOMS,
    notices: Iterable[Problem] = (),
) -> JudgeAnswer:
    """`bound`, `verdict`: as the reader may see them."""
    return JudgeAnswer(
        verdict.outcome.value,
        bound.as_of,
        bound.known_at,
        bound.currency,
        bound.book,
        bound.library,
        orders,
        tuple(map(finding, verdict.findings)),
        tuple(flaws),
        tuple(map(_instead, instead.found)),
        instead.left_out,
        tuple(map(_notice, notices)),
    )


def left_open(known: Index, library: Library, roles: Collection[str]) -> tuple[Problem, ...]:
    """Rules that say nothing today, of those that these roles may see, and what the book leaves open for them."""
    kept = {pointer(["lists", name]) for name in kept_lists(library, known.book, roles)}
    of_theirs = (notice for notice in of_book(known) if notice.place.pointer not in kept)
    return (*not_asked(readable(library, roles), known.book), *of_theirs)


def _notice(problem: Problem) -> Notice:
    table, _, name = (problem.place.pointer or "").removeprefix("/").partition("/")
    return Notice(table, problem.place.field or name, problem.what, problem.do)


def _instead(room: Room) -> Instead:
    order = room.order
    return Instead(order.account, order.side.value, order.instrument, order.quantity, room.passes, room.livable)


def finding(judged: Judged) -> Finding:
    obligation, origin = judged.obligation, judged.obligation.origin
    return Finding(
        obligation.id,
        origin.rule,
        origin.title,
        origin.clause,
        origin.authority,
        origin.layer,
        origin.file,
        origin.line,
        obligation.scope,
        obligation.group,
        tuple(moment.value for moment in obligation.moments),
        judged.outcome.value,
        judged.reason,
        judged.within,
        None if judged.deciding is None else _measured(judged.deciding),
        None if judged.fills is None else judged.fills.value,
        obligation.unknowns,
    )


def _measured(leaf: Leaf) -> Measured:
    return Measured(
        leaf.label,
        leaf.unit,
        leaf.op,
        amount(leaf.value),
        amount(leaf.bound),
        amount(leaf.headroom),
        None if leaf.over is None else amount(leaf.over),
        leaf.holds,
        tuple(Contributor(name, amount(part)) for name, part in leaf.contributors),
    )
