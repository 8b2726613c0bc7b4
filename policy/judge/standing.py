"""A book as it stands, judged again and again as prices move: the obligations over one set of accounts, as rows.

Laid out once with prices as the quantities of a point (`policy.judge.linear`); then new prices are one run of the fast
judge's columns. The law, kept by tests/laws: what the rows say at any prices above zero is what binding the rules to a
book with these prices, and judging that by the reference, says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from policy.interval import ZERO, Number, less
from policy.ir import meaning
from policy.ir.bound import Bound, Form, Formula, Leaf, Lin, Obligation, Outcome, Rung, Truth
from policy.judge import eval as reference
from policy.judge import reach
from policy.judge.columns import Formulas, LeafScale, Stage, formulas
from policy.judge.fits import fits
from policy.judge.from_ir import Layout
from policy.judge.from_ir import formulas as laid_out
from policy.judge.lattice import Lattice, integers, lattice
from policy.judge.linear import price_of

Worth = Mapping[str, Fraction]
"""Base currency for one unit, by instrument."""
Truths = Sequence[bool | None]


Shared = tuple[dict[Rung, Rung], dict[LeafScale, LeafScale]]
"""Of each value one object: there are many alike."""


class Answer(NamedTuple):
    """What an obligation says of the book as it stands; `within`: whether its own limit holds."""

    outcome: Outcome
    reason: str
    within: bool | None


@dataclass(frozen=True, slots=True)
class Rows:
    """`told`: the obligations, their formulas left out, those of exact numbers first; `starts`: where the rungs of each
    begin among all rungs. `columns`: the rungs of the exact ones; `slow`: those of the others, over `vague` forms.
    `guards`: bases that were above zero whatever is traded when this was bound, and must be above zero for it to be
    what binding would give. `priced`: the instruments whose prices are read,
    with what these are called."""

    accounts: tuple[str, ...]
    told: tuple[Obligation, ...]
    starts: Sequence[int]
    lattice: Lattice
    columns: Formulas
    scales: Sequence[LeafScale]
    slow: tuple[Formula, ...]
    vague: Mapping[str, Form]
    guards: tuple[Lin, ...]
    priced: Mapping[str, str]


# --- laid out ------------------------------------------------------------------------------------


def rows(bound: Bound, forms: Mapping[str, Form]) -> tuple[Rows, ...]:
    """The obligations by the accounts that they are about. `forms`: those of the bound book, over prices."""
    by_accounts: dict[tuple[str, ...], list[Obligation]] = {}
    for obligation in bound.obligations:
        by_accounts.setdefault(obligation.accounts, []).append(obligation)
    shared: Shared = {}, {}
    return tuple(_rows(accounts, found, bound, forms, shared) for accounts, found in by_accounts.items())


def _rows(
    accounts: tuple[str, ...],
    obligations: Sequence[Obligation],
    bound: Bound,
    forms: Mapping[str, Form],
    shared: Shared,
) -> Rows:
    ladders = [reference.read(obligation, standing=True) for obligation in obligations]
    named = reach.names(rung.formula for rungs in ladders for rung in rungs)
    mine = reach.behind(forms, named)
    orders = {name: bound.quantities[name] for name in named if name in bound.quantities}
    lat = lattice(mine, orders)
    fit = [all(_fits(rung.formula, lat) for rung in rungs) for rungs in ladders]
    places = sorted(range(len(ladders)), key=lambda place: not fit[place])
    layout = Layout(lat)
    exact = [rung.formula for place in places if fit[place] for rung in ladders[place]]
    slow = tuple(rung.formula for place in places if not fit[place] for rung in ladders[place])
    starts = [0]
    for place in places:
        starts.append(starts[-1] + len(ladders[place]))
    return Rows(
        accounts,
        tuple(told(obligations[place], shared) for place in places),
        starts,
        lat,
        laid_out(exact, layout),
        tuple(shared[1].setdefault(scale, scale) for scale in layout.scales),
        slow,
        reach.behind(mine, reach.names(slow)),
        tuple(_guards(rung.formula for rungs in ladders for rung in rungs)),
        {name.removeprefix(PRICE): name for name in lat.free if name.startswith(PRICE)},
    )


PRICE = price_of("")


def _fits(node: Formula, lat: Lattice) -> bool:
    """Whether all of it is exact, what people read it over included."""
    return fits(node, lat) and all(name in lat.number for base in _guards((node,)) for _, name in base.terms)


def told(obligation: Obligation, shared: Shared | None = None) -> Obligation:
    """The obligation as it is read of a book that stands, without its numbers."""
    known: dict[Rung, Rung] = {} if shared is None else shared[0]
    stripped = (replace(rung, formula=UNSAID) for rung in reference.read(obligation, standing=True))
    return replace(obligation, ladder=tuple(known.setdefault(rung, rung) for rung in stripped))


UNSAID = Truth(None)


def _guards(nodes: Iterable[Formula]) -> dict[Lin, None]:
    atoms = (atom for node in nodes for atom in reach.atoms(node) if isinstance(atom, Leaf))
    return {a.shown_over: None for a in atoms if a.base is None and a.shown_over is not None and a.shown_over.terms}


# --- judged --------------------------------------------------------------------------------------


def truths(found: Rows, worth: Worth) -> Truths | None:
    """Of every rung at these prices. None where they take a base to zero or below, so that binding would guard it, or
    where one is missing or zero."""
    point = {price: worth[name] for name, price in found.priced.items() if worth.get(name)}
    if len(point) < len(found.priced):
        return None
    stage = Stage(*integers(found.lattice, point), found.scales)
    at = _at(found, stage, point)
    if not all(less(ZERO, meaning.scalar(base, at)) for base in found.guards):
        return None
    exact = formulas(found.columns, stage).truths
    return [*exact, *(meaning.truth(node, at) for node in found.slow)] if found.slow else list(exact)


def _at(found: Rows, stage: Stage, point: Mapping[str, Fraction]) -> Mapping[str, Number]:
    """The values that are asked for one by one."""
    number = found.lattice.number
    named = {name for base in found.guards for _, name in base.terms}
    exact = {name: Fraction(stage.nodes[number[name]], stage.one) for name in named if name in number}
    return {**meaning.values(found.vague, point), **exact} if found.slow else exact


def answers(found: Rows, said: Truths) -> list[Answer]:
    alike: dict[Answer, Answer] = {}
    each = (_answer(found, place, said) for place in range(len(found.told)))
    return [alike.setdefault(answer, answer) for answer in each]


def again(found: Rows, said: Truths, before: Truths, answered: Sequence[Answer]) -> list[Answer]:
    """The answers, of which only those are worked out whose rungs moved."""
    if said == before:
        return list(answered)
    fresh = list(answered)
    for place in _moved(found, said, before):
        fresh[place] = _answer(found, place, said)
    return fresh


def _moved(found: Rows, said: Truths, before: Truths) -> Iterator[int]:
    starts = found.starts
    for place in range(len(found.told)):
        if said[starts[place] : starts[place + 1]] != before[starts[place] : starts[place + 1]]:
            yield place


def _answer(found: Rows, place: int, said: Truths) -> Answer:
    obligation = found.told[place]
    held: list[bool | None] = []
    for holds in said[found.starts[place] : found.starts[place + 1]]:
        held.append(holds)
        if holds:
            break
    outcome, reason = reference.climb(obligation, obligation.ladder, held)
    return Answer(outcome, reason, held[0])
