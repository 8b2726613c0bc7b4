"""Partial fills: whether a clause tested at `trade` holds on the whole way, not only at its end.

Orders are released in batches; a batch is released when the one before is filled. While it works, each of its orders
may be filled by any amount from one tradable unit on, up to the end of a lot, or not at all, in any combination. A
clause that speaks of `trade` must hold in all of these states. What booking adds to an account is nothing until
something is filled there, and then anything in the residue's box, which holds every state of the orders that it was
bound for.

    passes always                          in every state, were all orders released at once
    passes if these fill before those      in every state along the release order
    passes only when complete              not in some state along the release order, and that state is named
    not proven                             neither was shown

A state is *allowed* when its outcome is no worse than `waived`, or no worse than the outcome at the end: a tolerated
breach on the way to its cure is no fault of the orders, and a consent that the end needs anyway covers the way.

Clauses with linear sides are decided exactly, by the signs of their coefficients. Anything else is proven by bounds
over the box of fills, cut into smaller boxes a stated number of times, or refuted by a state that was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

from policy.interval import ZERO, Number, high, low, plus, times
from policy.ir import meaning
from policy.ir.bound import Bound, Form, Formula, Kind, Leaf, Lin, Moment, Obligation, Outcome, Point, Quantity
from policy.judge import eval as reference
from policy.judge import reach
from policy.judge.box import (
    Box,
    Corner,
    Edge,
    Lines,
    Prepared,
    box,
    holds,
    lines,
    possible,
    prepared,
    rises,
    span,
    unfolded,
)
from policy.judge.verdict import FillSafety, Finding, Verdict

BOXES = 32
"""How many boxes of states are looked at, for one clause and one batch, before the answer is `not proven`."""

PARTS = 4_000
"""How many linear scalars are looked at, over all these boxes."""

LEAVES = 4
"""How many leaves of a clause guide the search."""

Order = tuple[tuple[str, Fraction], ...]
"""One order as its quantities with their amounts, in the order in which they fill: a sale uses up one lot after the
other."""

Batch = tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class Fills:
    """How far an order of several pieces is filled: from `low` to `high` units, both included."""

    order: Order
    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Safety:
    """`state`: where it fails, for `passes only when complete`; residues are zero there, and could be anything in
    their boxes."""

    safety: FillSafety
    state: Point | None = None


def sells_first(bound: Bound, point: Point) -> tuple[Batch, ...]:
    """The default release order: what is closed is filled before what is opened, sales before what they pay for. Lots
    of an account with a stated relief method fill in its order; freely chosen lots fill in any."""
    chains = [names for d in bound.domains if not d.specific for names in d.relief.values() if names]
    chained = {name for names in chains for name in names}
    orders = [tuple((name, point[name]) for name in names if point.get(name, ZERO) > 0) for names in chains]
    orders += [((name, amount),) for name, amount in point.items() if amount > 0 and name not in chained]
    kinds = [(bound.quantities[order[0][0]].kind, order) for order in orders if order]
    stages = ((Kind.SELL,), (Kind.COVER,), (Kind.BUY, Kind.SHORT))
    batches = (tuple(order for kind, order in kinds if kind in stage) for stage in stages)
    return tuple(batch for batch in batches if batch)


# --- the verdict -------------------------------------------------------------------------------


def judge_orders(bound: Bound, point: Point, batches: Sequence[Batch]) -> Verdict:
    """The verdict at the end, with what each clause that speaks of `trade` says of the way there.

    A clause that is broken on the way has the outcome of the state where it is, since it is judged after every fill;
    its finding shows that state. `not proven` leaves the outcome of the end: it is the claim about the way that is
    unknown. A clause that already fails at the end makes no claim."""
    return on_the_way(bound, reference.judge(bound, point), batches)


def on_the_way(bound: Bound, ended: Verdict, batches: Sequence[Batch]) -> Verdict:
    """The verdict at the end, of all obligations or of some, with what is said of the way there."""
    found = fill_safety(bound, ended, batches)
    findings = tuple(
        _with_claim(bound, finding, found[place]) if place in found else finding
        for place, finding in enumerate(ended.findings)
    )
    return Verdict(reference.worst(f.outcome for f in findings), findings)


def _with_claim(bound: Bound, ended: Finding, found: Safety) -> Finding:
    if found.state is None:
        return replace(ended, fills=found.safety)
    forms = reach.behind(bound.forms, reach.names(rung.formula for rung in ended.obligation.ladder))
    at = meaning.values(forms, found.state)
    there = reference.finding(ended.obligation, bound, at, standing=False)
    return replace(
        there, reason=f"while orders are partly filled: {there.reason}", fills=found.safety, state=found.state
    )


def fill_safety(bound: Bound, ended: Verdict, batches: Sequence[Batch]) -> Mapping[int, Safety]:
    """By place, for the obligations that speak of the way."""
    places = [place for place, finding in enumerate(ended.findings) if claims(finding)]
    asked = {place: ended.findings[place] for place in places}
    stages = list(_stages(bound, [f.obligation for f in asked.values()], batches))
    return {place: _safety(finding, stages) for place, finding in asked.items()}


def claims(ended: Finding) -> bool:
    """Whether it speaks of the way there: it is tested at `trade`, and its outcome at the end can be lived with."""
    return Moment.TRADE in ended.obligation.moments and ended.outcome.rank <= Outcome.CONSENT.rank


def _safety(ended: Finding, stages: Sequence[Stage]) -> Safety:
    """The first stage is all orders at once, the others are the batches in turn."""
    permitted = max(Outcome.WAIVED.rank, ended.outcome.rank)
    together, *batches = stages
    if not batches or _survives(ended.obligation, together, permitted) is True:
        return Safety(FillSafety.ALWAYS)
    answers = [_survives(ended.obligation, stage, permitted) for stage in batches]
    for answer in answers:
        if isinstance(answer, Mapping):
            return Safety(FillSafety.COMPLETE, answer)
    return Safety(FillSafety.NOT_PROVEN if None in answers else FillSafety.ORDERED)


# --- stages ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stage:
    """Orders that work at the same time, after those `before` them are filled. `free`: residues, which are what exact
    booking makes of a state, and of which only their boxes are known here, of accounts where something was filled
    before; `due`: those of the other accounts, by quantity, which are nothing until something is filled. `whole`: all
    states of it (`_states`); `quick`: every form as its range there, for a first answer, which forgets that forms move
    together."""

    before: Point
    fills: tuple[Fills, ...]
    free: tuple[Edge, ...]
    due: Mapping[str, Quantity]
    steps: Mapping[str, Fraction]
    lines: Lines
    vague: frozenset[str]
    whole: tuple[Box, ...]
    quick: meaning.Values


def _stages(bound: Bound, obligations: Iterable[Obligation], batches: Sequence[Batch]) -> Iterator[Stage]:
    """All orders at once; then the batches in turn."""
    forms = reach.behind(bound.forms, reach.names(r.formula for o in obligations for r in o.ladder))
    vague = reach.vague(forms)
    before: dict[str, Fraction] = {}
    yield _stage(bound, forms, vague, before, tuple(order for batch in batches for order in batch))
    for batch in batches:
        yield _stage(bound, forms, vague, dict(before), batch)
        for name, amount in (piece for order in batch for piece in order):
            before[name] = before.get(name, ZERO) + amount


def _stage(bound: Bound, forms: Mapping[str, Form], vague: frozenset[str], before: Point, orders: Batch) -> Stage:
    fills = tuple(Fills(order, ZERO, sum((amount for _, amount in order), ZERO)) for order in orders)
    pieces = [name for order in orders for name, _ in order]
    residues = [q for q in bound.quantities.values() if q.kind is Kind.RESIDUE and q.low < q.high]
    booked = {bound.quantities[name].account for name in before}
    free = tuple(_anywhere(q) for q in residues if q.account in booked)
    by_account = {q.account: q for q in residues if q.account not in booked}
    accounts = {name: bound.quantities[name].account for name in pieces}
    due = {name: by_account[account] for name, account in accounts.items() if account in by_account}
    over = lines(forms, before, [*pieces, *(q.name for q in residues)])
    steps = {name: bound.quantities[name].step or Fraction(1) for name in pieces}
    stage = Stage(before, fills, free, due, steps, over, vague, (), {})
    whole = _states(stage, fills)
    quick = {**before, **{name: span(line, whole[0]) for name, line in over.items()}}
    return replace(stage, whole=whole, quick=quick)


def _anywhere(residue: Quantity) -> Edge:
    """A residue as far as it is known: nothing, or anything in its box."""
    return ((residue.name, min(ZERO, residue.low)),), ((residue.name, max(ZERO, residue.high)),)


def _states(stage: Stage, fills: Iterable[Fills]) -> tuple[Box, ...]:
    """Every state in which the orders are filled so far, with whatever booking makes of it; in up to two boxes,
    each of which holds more than that: what is true all over one of them is true of the states.

    Either residues are anything, also where nothing is filled yet. Or each order brings its account's residue along:
    none while nothing of it is filled, anything in its box from the first unit on."""
    fills = tuple(fills)
    unfilled = [_anywhere(residue) for residue in {residue.name: residue for residue in stage.due.values()}.values()]
    anything = box([*map(_edge, fills), *stage.free, *unfilled])
    if not unfilled:
        return (anything,)
    return anything, box([*(_booked(stage, each) for each in fills), *stage.free])


def _booked(stage: Stage, fills: Fills) -> Edge:
    """The corners of an order's way with its account's residue."""
    first = fills.order[0][0]
    residue = stage.due.get(first)
    if residue is None:
        return _edge(fills)
    unit = min(stage.steps[first], fills.high)
    some = [corner for corner in _edge(fills) if any(amount for _, amount in corner)]
    if fills.low < unit:
        some.append(_pieces(fills.order, unit))
    corners = [(*corner, *end) for corner in some for end in _anywhere(residue)]
    return [_pieces(fills.order, ZERO), *corners] if fills.low == 0 else corners


def _edge(fills: Fills) -> Edge:
    """The corners of an order's way: its ends, and each change from one piece to the next."""
    turns, filled = {fills.low, fills.high}, ZERO
    for _, amount in fills.order:
        filled += amount
        if fills.low < filled < fills.high:
            turns.add(filled)
    return [_pieces(fills.order, turn) for turn in sorted(turns)]


def _pieces(order: Order, filled: Fraction) -> Order:
    """What each piece has of an order that is filled so far."""
    parts = []
    for name, amount in order:
        parts.append((name, min(amount, filled)))
        filled -= min(amount, filled)
    return tuple(parts)


# --- one clause in one stage -------------------------------------------------------------------


def _survives(obligation: Obligation, stage: Stage, permitted: int) -> bool | Point | None:
    """True: every state is allowed; a state that is not; None: neither was shown."""
    formulas = [rung.formula for rung in obligation.ladder]
    sure = [reach.decided(formula, stage.vague) for formula in formulas]

    def ranks(held: Iterable[bool | None]) -> list[int]:
        return [outcome.rank for outcome in possible(obligation, held, sure)]

    if max(ranks(meaning.truth(formula, stage.quick) for formula in formulas)) <= permitted:
        return True
    widest = stage.whole[0]
    written = [unfolded(formula, stage.lines, stage.before, lambda line: span(line, widest)) for formula in formulas]
    over, slants = list(map(prepared, written)), _slants(written)
    waiting, proven = [stage.fills], True
    for number in range(_patience(over)):
        if not waiting:
            break
        fills = waiting.pop()
        boxes = _states(stage, fills) if number else stage.whole
        if any(max(ranks(holds(formula, states) for formula in over)) <= permitted for states in boxes):
            continue
        for state in _corners(fills, () if number else slants):
            there = box([*([corner] for corner in state), *stage.free, *_whatever(stage, state)])
            if min(ranks(holds(formula, there) for formula in over)) > permitted:
                return _reached(stage.before, state)
        halves = _halves(fills, slants, stage.steps)
        proven = proven and bool(halves)
        waiting += halves
    return True if proven and not waiting else None


def _patience(formulas: Iterable[Prepared]) -> int:
    """Fewer boxes for clauses of many parts, so that none takes much longer than another."""
    return max(BOXES // 8, min(BOXES, PARTS // max(1, sum(len(each.slopes) for each in formulas))))


def _whatever(stage: Stage, state: Iterable[Corner]) -> list[Edge]:
    """The residues of accounts in which the state fills something."""
    touched = {name for corner in state for name, amount in corner if amount and name in stage.due}
    return [_anywhere(residue) for residue in {stage.due[name].name: stage.due[name] for name in touched}.values()]


def _reached(before: Point, state: Sequence[Corner]) -> Point:
    reached = dict(before)
    for name, amount in (move for corner in state for move in corner):
        reached[name] = reached.get(name, ZERO) + amount
    return {name: amount for name, amount in reached.items() if amount}


def _slants(formulas: Iterable[Formula]) -> list[Lin]:
    """For the first leaves, roughly how measure − bound moves: where to look, not what is true."""
    leaves = (atom for formula in formulas for atom in reach.atoms(formula) if isinstance(atom, Leaf))
    return [_slant(leaf) for leaf in islice(leaves, LEAVES)]


def _slant(leaf: Leaf) -> Lin:
    slopes: dict[str, Number] = {}
    for sign, side in ((Fraction(1), leaf.measure), (Fraction(-1), leaf.bound)):
        for slope, name in (term for part in reach.scalar_lins(side) for term in part.terms):
            slopes[name] = plus(slopes.get(name, ZERO), times(sign, slope))
    return Lin(ZERO, tuple((slope, name) for name, slope in slopes.items()))


def _corners(fills: Sequence[Fills], slants: Sequence[Lin]) -> Iterator[Sequence[Corner]]:
    """States worth a look: the least and the most that is filled, and both extremes of each slant."""
    edges = [_edge(each) for each in fills]
    yield [edge[0] for edge in edges]
    yield [edge[-1] for edge in edges]
    for slant in slants:
        heights = [list(map(_middle, rises(slant, edge))) for edge in edges]
        yield [edge[height.index(max(height))] for edge, height in zip(edges, heights, strict=True)]
        yield [edge[height.index(min(height))] for edge, height in zip(edges, heights, strict=True)]


def _middle(number: Number) -> Fraction:
    return ((low(number) or ZERO) + (high(number) or ZERO)) / 2


def _halves(fills: tuple[Fills, ...], slants: Sequence[Lin], steps: Mapping[str, Fraction]) -> list[tuple[Fills, ...]]:
    """The box cut across the order that moves the slants most; nothing where no order can be cut."""
    pulls = [sum((_pull(slant, each) for slant in slants), ZERO) for each in fills]
    for place in sorted(range(len(fills)), key=pulls.__getitem__, reverse=True):
        each = fills[place]
        step = steps[each.order[0][0]]
        middle = (each.low + each.high) / 2 // step * step
        if pulls[place] and each.low < middle < each.high:
            parts = replace(each, high=middle), replace(each, low=middle)
            return [(*fills[:place], part, *fills[place + 1 :]) for part in parts]
    return []


def _pull(slant: Lin, fills: Fills) -> Fraction:
    heights = list(map(_middle, rises(slant, _edge(fills))))
    return max(heights) - min(heights)
