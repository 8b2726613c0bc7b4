"""The fast judge: the reference's answers (`policy.judge.eval`) from whole numbers, many obligations at a time.

`tables` is made once for a bound book; `judge_fast` then answers one set of orders. What the tables cannot hold
(see `policy.judge.from_ir`) the reference judges, obligation by obligation. The law, kept by tests/twins: outcome,
reason, whether the limit holds, and every number of the deciding leaf are the reference's, to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from math import floor
from operator import floordiv, lshift, sub
from typing import NamedTuple

from policy.interval import Number
from policy.ir import meaning
from policy.ir.bound import Bound, Form, Obligation, Outcome, Point, Rung, Truth
from policy.judge import eval as reference
from policy.judge import reach
from policy.judge.columns import NOBODY, Formulas, Pick, Said, Stage, formulas
from policy.judge.from_ir import Layout, fits, picker
from policy.judge.from_ir import formulas as laid_out
from policy.judge.lattice import Lattice, integers, lattice
from policy.judge.verdict import Finding, Verdict

TO_THE_REFERENCE = Truth(None)
"""Stands in the columns for an obligation that the reference judges."""


@dataclass(frozen=True, slots=True)
class RuleTable:
    """The obligations of one rule. `fast`: those that the columns hold. `further`: for each rung after the first,
    the row of each obligation that has one, and the formulas."""

    rule: str
    places: Sequence[int]
    pick: Pick
    fast: Sequence[int]
    further: Sequence[tuple[Mapping[int, int], Formulas]]


@dataclass(frozen=True, slots=True)
class Needs:
    """What the reference must see to judge some obligations: exact nodes, and the forms that are not exact."""

    known: Sequence[str]
    unknown: Mapping[str, Form]


@dataclass(frozen=True, slots=True)
class Tables:
    """A bound book, laid out. `ladders`: the rungs that are read, per obligation; `slow`: for the reference."""

    bound: Bound
    standing: bool
    lattice: Lattice
    layout: Layout
    ladders: Sequence[Sequence[Rung]]
    firsts: Formulas
    outcomes: Sequence[Outcome]
    reasons: Sequence[str]
    rules: Sequence[RuleTable]
    slow: Sequence[int]
    needs: Needs


@dataclass(frozen=True, slots=True)
class Answers:
    """Per obligation, in their order: outcome, reason, whether its own limit holds, and the numbers of its deciding
    leaf (read them with `numbers`). `slow`: what the reference found for the others."""

    tables: Tables
    point: Point
    stage: Stage
    outcome: Outcome
    outcomes: Sequence[Outcome]
    reasons: Sequence[str]
    within: Sequence[bool | None]
    said: Said
    slow: Mapping[int, Finding]


# --- once per bound book -----------------------------------------------------------------------


def tables(bound: Bound, *, standing: bool = False) -> Tables:
    """Everything that does not depend on the orders. `standing` as in `policy.judge.eval.judge`."""
    lat = lattice(bound.forms, bound.quantities)
    layout = Layout(lat)
    ladders = [reference.read(obligation, standing=standing) for obligation in bound.obligations]
    fitting = [all(fits(rung.formula, lat) for rung in rungs) for rungs in ladders]
    firsts = [rungs[0].formula if fit else TO_THE_REFERENCE for rungs, fit in zip(ladders, fitting, strict=True)]
    slow = [place for place, fit in enumerate(fitting) if not fit]
    return Tables(
        bound,
        standing,
        lat,
        layout,
        ladders,
        laid_out(firsts, layout),
        [rungs[0].outcome for rungs in ladders],
        [rungs[0].reason for rungs in ladders],
        [_rule_table(rule, places, ladders, fitting, layout) for rule, places in _by_rule(bound.obligations).items()],
        slow,
        _needs(bound, lat, (rung for place in slow for rung in ladders[place])),
    )


def _by_rule(obligations: Iterable[Obligation]) -> Mapping[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, obligation in enumerate(obligations):
        places.setdefault(obligation.origin.rule, []).append(place)
    return places


def _rule_table(
    rule: str, places: Sequence[int], ladders: Sequence[Sequence[Rung]], fitting: Sequence[bool], layout: Layout
) -> RuleTable:
    fast = [place for place in places if fitting[place]]
    further = []
    for level in range(1, max((len(ladders[place]) for place in fast), default=0)):
        owners = [place for place in fast if len(ladders[place]) > level]
        column = laid_out([ladders[place][level].formula for place in owners], layout)
        further.append(({place: row for row, place in enumerate(owners)}, column))
    return RuleTable(rule, places, picker(places), fast, further)


def _needs(bound: Bound, lat: Lattice, rungs: Iterable[Rung]) -> Needs:
    """Contributors are read one form below a leaf, so the terms of what is named are needed too."""
    named = reach.names(rung.formula for rung in rungs)
    below = {part for name in named if name in bound.forms for _, part in bound.forms[name].terms}
    unknown = {n: form for n, form in reach.behind(bound.forms, named).items() if n not in lat.number}
    known = named | below | {part for form in unknown.values() for _, part in form.terms}
    return Needs([name for name in lat.number if name in known], unknown)


# --- once per set of orders --------------------------------------------------------------------


def judge_fast(tables: Tables, point: Point) -> Answers:
    """What `policy.judge.eval.judge` answers at the point."""
    nodes, stretch = integers(tables.lattice, point)
    ones: Sequence[int] = tables.layout.ones
    if stretch != 1:
        ones = [one * stretch**power for one, power in zip(ones, tables.layout.powers, strict=True)]
    stage = Stage(nodes, stretch, [*ones, 1])  # one more for NOBODY
    said = formulas(tables.firsts, stage)
    slow = _slow(tables, stage, point)
    within, outcomes, reasons = list(said.truths), list(tables.outcomes), list(tables.reasons)
    if within.count(True) < len(within):
        for rule in tables.rules:
            _climb(tables, rule, stage, within, outcomes, reasons)
    for place, finding in slow.items():
        outcomes[place], reasons[place], within[place] = finding.outcome, finding.reason, finding.within
    return Answers(tables, point, stage, reference.worst(set(outcomes)), outcomes, reasons, within, said, slow)


def _climb(
    tables: Tables,
    rule: RuleTable,
    stage: Stage,
    within: Sequence[bool | None],
    outcomes: list[Outcome],
    reasons: list[str],
) -> None:
    """Fills in the outcomes of the rule's obligations whose first rung does not decide."""
    open_places = [place for place in rule.fast if within[place] is not True]
    if not open_places:
        return
    further = [(rows, formulas(column, stage).truths) for rows, column in rule.further]
    for place in open_places:
        held = [truths[rows[place]] for rows, truths in further if place in rows]
        outcomes[place], reasons[place] = reference.climb(
            tables.bound.obligations[place], tables.ladders[place], [within[place], *held]
        )


def _slow(tables: Tables, stage: Stage, point: Point) -> dict[int, Finding]:
    """What the reference finds for the obligations that do not fit."""
    return dict(zip(tables.slow, _findings(tables, tables.slow, tables.needs, stage, point), strict=True))


def _findings(tables: Tables, places: Sequence[int], needs: Needs, stage: Stage, point: Point) -> Iterable[Finding]:
    lat, bound = tables.lattice, tables.bound
    known = {name: _worth(stage, lat, lat.number[name]) for name in needs.known}
    at = meaning.values(needs.unknown, {**point, **known})
    return (reference.finding(bound.obligations[p], bound, at, standing=tables.standing) for p in places)


def _worth(stage: Stage, lat: Lattice, node: int) -> Fraction:
    return Fraction(stage.nodes[node], lat.scale[node] * stage.stretch)


# --- reading the answers -----------------------------------------------------------------------


class Numbers(NamedTuple):
    """Of a deciding leaf, as in `Measured`."""

    op: str
    value: Number
    bound: Number
    headroom: Number


def numbers(answers: Answers, place: int) -> Numbers | None:
    """The numbers that decide an obligation, exact; None where no leaf does."""
    if (finding := answers.slow.get(place)) is not None:
        said = finding.deciding
        return None if said is None else Numbers(said.op, said.value, said.bound, said.headroom)
    leaf = answers.said.leaves[place]
    if leaf == NOBODY:
        return None
    one = answers.stage.ones[leaf]
    value, bound = Fraction(answers.said.values[place], one), Fraction(answers.said.bounds[place], one)
    if (op := answers.tables.layout.leaves[leaf].op) in meaning.CAPS:
        return Numbers(op, value, bound, bound - value)
    return Numbers(op, -value, -bound, bound - value)


def headrooms(answers: Answers) -> tuple[Sequence[int], Sequence[int]]:
    """Headroom of every deciding leaf as numerators and denominators: exact, without making ten thousand
    Fractions. (0, 1) where no leaf decides and where the reference judged."""
    rooms = list(map(sub, answers.said.bounds, answers.said.values))
    return rooms, list(map(answers.stage.ones.__getitem__, answers.said.leaves))


def findings(answers: Answers, places: Sequence[int]) -> tuple[Finding, ...]:
    """The reference's findings for some obligations, contributors included."""
    tables = answers.tables
    needs = _needs(tables.bound, tables.lattice, (rung for place in places for rung in tables.ladders[place]))
    return tuple(_findings(tables, places, needs, answers.stage, answers.point))


def verdict(answers: Answers) -> Verdict:
    """The whole verdict, as the reference gives it; as slow as that is."""
    return Verdict(answers.outcome, findings(answers, range(len(answers.outcomes))))


# --- the worst group of each rule --------------------------------------------------------------

_SHIFT = 40
_PER_RANK = 1 << 80  # more than any tightness, unknown ones included
_NO_LEAF = Fraction(1 << 10)


def nearest(answers: Answers) -> dict[str, int]:
    """Per rule, the place of its worst group: by outcome, then by least headroom as a share of the bound (see
    `policy.judge.eval.tightness`), then the first."""
    keys = _keys(answers)
    return {rule.rule: _first_least(answers, rule, keys) for rule in answers.tables.rules}


def _keys(answers: Answers) -> list[int]:
    """Tightness of each obligation in units of 2^-40, rounded down, after its outcome's rank."""
    said, (rooms, ones) = answers.said, headrooms(answers)
    sizes = map(max, map(abs, said.values), map(abs, said.bounds), ones)
    keys = list(map(floordiv, map(lshift, rooms, repeat(_SHIFT)), sizes))
    if NOBODY in said.leaves:
        no_leaf = _key(_NO_LEAF)
        keys = [no_leaf if leaf == NOBODY else key for leaf, key in zip(said.leaves, keys, strict=True)]
    for place in answers.slow:
        keys[place] = _key(tightness(answers, place))
    if answers.outcome is not Outcome.PASS:
        for place, outcome in enumerate(answers.outcomes):
            if outcome is not Outcome.PASS:
                keys[place] -= _PER_RANK * outcome.rank
    return keys


def _key(tightness: Fraction) -> int:
    return floor(tightness * 2**_SHIFT)


def _first_least(answers: Answers, rule: RuleTable, keys: Sequence[int]) -> int:
    own = list(rule.pick(keys))[: len(rule.places)]
    least = min(own)
    if own.count(least) == 1:
        return rule.places[own.index(least)]
    tied = [place for place, key in zip(rule.places, own, strict=True) if key == least]
    return min(tied, key=lambda place: tightness(answers, place))


def tightness(answers: Answers, place: int) -> Fraction:
    """Headroom as a share of the bound; more than any where no leaf decides."""
    found = numbers(answers, place)
    return _NO_LEAF if found is None else reference.tightness(found.value, found.bound, found.op)
