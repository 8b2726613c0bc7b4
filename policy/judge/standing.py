"""A book as it stands, judged again and again as prices move: the obligations over one set of accounts, as rows.

Laid out once with prices as the quantities of a point (`policy.judge.linear`); then new prices are one run of the fast
judge's columns. The law, kept by tests/laws: what the rows say at any prices above zero is what binding the rules to a
book with these prices, and judging that by the reference, says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from policy.interval import ZERO, Number, less
from policy.ir import meaning
from policy.ir.bound import Bound, Form, Formula, Leaf, Lin, Obligation
from policy.judge import columns, reach
from policy.judge import eval as reference
from policy.judge.columns import Formulas, LeafScale, Stage
from policy.judge.fits import fits
from policy.judge.from_ir import Layout
from policy.judge.from_ir import formulas as laid_out
from policy.judge.lattice import Lattice, lattice
from policy.judge.linear import price_of

Worth = Mapping[str, Fraction]
"""Base currency for one unit, by instrument."""
Truths = Sequence[bool | None]


@dataclass(frozen=True, slots=True)
class Sums:
    """A lattice (`policy.judge.lattice`) as far as judging takes it. `prices`: their nodes, whose scale is one;
    `steps`: (from, to, factor), end to end, in the order in which they are gone; `asked`: nodes that are asked for by
    name."""

    prices: tuple[int, ...]
    steps: tuple[int, ...]
    start: Sequence[int]
    lift: Sequence[int]
    one: int
    asked: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rungs of some obligations, over the prices of the `priced` instruments. `columns`: of the first ones, which
    are of exact numbers, over `sums`; `slow`: of the others, over `vague` forms. `guards`: bases that were above zero
    whatever is traded when this was bound, and must be above zero for it to be what binding would give."""

    priced: tuple[str, ...]
    sums: Sums
    columns: Formulas
    scales: Sequence[LeafScale]
    slow: tuple[Formula, ...]
    vague: Mapping[str, Form]
    guards: tuple[Lin, ...]


# --- laid out ------------------------------------------------------------------------------------


def rows(
    obligations: Sequence[Obligation], bound: Bound, forms: Mapping[str, Form]
) -> tuple[tuple[Obligation, ...], Rows]:
    """In which order their rungs stand, and these. `forms`: those of the bound book, over prices."""
    ladders = [[rung.formula for rung in reference.read(each, standing=True)] for each in obligations]
    named = reach.names(node for ladder in ladders for node in ladder)
    mine = reach.behind(forms, named)
    orders = {name: bound.quantities[name] for name in named if name in bound.quantities}
    lat = lattice(mine, orders)
    fit = [all(_fits(node, lat) for node in ladder) for ladder in ladders]
    places = sorted(range(len(ladders)), key=lambda place: not fit[place])
    layout, alike = Layout(lat), dict[LeafScale, LeafScale]()
    exact = laid_out([node for place in places if fit[place] for node in ladders[place]], layout)
    slow = tuple(node for place in places if not fit[place] for node in ladders[place])
    guards = tuple(_guards(node for ladder in ladders for node in ladder))
    asked = {name for base in guards for _, name in base.terms}
    prices = {name.removeprefix(PRICE): node for name, node in lat.free.items() if name.startswith(PRICE)}
    steps = (step for node, onward in enumerate(lat.reaches) for to, factor in onward for step in (node, to, factor))
    found = Rows(
        tuple(prices),
        Sums(
            tuple(prices.values()),
            tuple(steps),
            lat.start,
            lat.lift,
            lat.one,
            {name: node for name, node in lat.number.items() if name in asked},
        ),
        exact,
        tuple(alike.setdefault(scale, scale) for scale in layout.scales),
        slow,
        reach.behind(mine, reach.names(slow)),
        guards,
    )
    return tuple(obligations[place] for place in places), found


PRICE = price_of("")


def _fits(node: Formula, lat: Lattice) -> bool:
    """Whether all of it is exact, what people read it over included."""
    return fits(node, lat) and all(name in lat.number for base in _guards((node,)) for _, name in base.terms)


def _guards(nodes: Iterable[Formula]) -> dict[Lin, None]:
    atoms = (atom for node in nodes for atom in reach.atoms(node) if isinstance(atom, Leaf))
    return {a.shown_over: None for a in atoms if a.base is None and a.shown_over is not None and a.shown_over.terms}


# --- judged --------------------------------------------------------------------------------------


def truths(found: Rows, worth: Worth) -> Truths | None:
    """Of every rung at these prices. None where they take a base to zero or below, so that binding would guard it, or
    where one is missing or zero."""
    prices = [worth.get(name, ZERO) for name in found.priced]
    if not all(prices):
        return None
    stage = Stage(*_integers(found.sums, prices), found.scales)
    at = _at(found, stage, prices)
    if not all(less(ZERO, meaning.scalar(base, at)) for base in found.guards):
        return None
    exact = columns.truths(found.columns, stage)
    return [*exact, *(meaning.truth(node, at) for node in found.slow)]


def _integers(found: Sums, prices: Sequence[Fraction]) -> tuple[list[int], int]:
    """Every node's integer, and the integer that means one."""
    ratios = [price.as_integer_ratio() for price in prices]
    stretch = lcm(*(below for _, below in ratios))
    change = [0] * len(found.start)
    for node, (above, below) in zip(found.prices, ratios, strict=True):
        change[node] = above * (stretch // below)
    steps = iter(found.steps)
    for node, to, factor in zip(steps, steps, steps, strict=True):
        change[to] += factor * change[node]
    triples = zip(found.start, change, found.lift, strict=True)
    return [(stretch * start + move) * lift for start, move, lift in triples], found.one * stretch


def _at(found: Rows, stage: Stage, prices: Iterable[Fraction]) -> Mapping[str, Number]:
    """The values that are asked for one by one."""
    exact = {name: Fraction(stage.nodes[node], stage.one) for name, node in found.sums.asked.items()}
    if not found.slow:
        return exact
    point = {price_of(name): price for name, price in zip(found.priced, prices, strict=True)}
    return {**meaning.values(found.vague, point), **exact}
