"""The fast judge: the reference's answers (`policy.judge.eval`) from whole numbers, many obligations at a time.

`tables` is made once for a bound book; `judge_fast` then answers one set of orders. What the tables cannot hold
(see `policy.judge.from_ir`) the reference judges, obligation by obligation. The law, kept by tests/twins: outcome,
reason, whether the limit holds, and every number of the deciding leaf are the reference's, to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import sub
from typing import NamedTuple

from policy.interval import Number
from policy.ir import meaning
from policy.ir.bound import Bound, Form, Obligation, Outcome, Point, Rung, Truth
from policy.judge import eval as reference
from policy.judge import reach
from policy.judge.columns import NOBODY, Formulas, Leaves, Said, Scalars, Stage, formulas, leaves, tightest, top
from policy.judge.fits import fits
from policy.judge.from_ir import Layout
from policy.judge.from_ir import formulas as laid_out
from policy.judge.from_ir import layout as laid_out_for
from policy.judge.lattice import Lattice, integers, lattice
from policy.judge.verdict import Finding, Verdict

TO_THE_REFERENCE = Truth(None)
"""Stands in the columns for an obligation that the reference judges."""


@dataclass(frozen=True, slots=True)
class RuleTable:
    """The obligations of one rule: their places, and the formulas and outcomes of their first rungs. `fast`: the rows
    that the columns hold. `further`: for each later rung, which row has it, and the formulas. `alike`: a leaf whose
    scale all leaves of the first rungs share; None where they do not. `level`: the measures, where level leaves of one
    scale are all that is asked first (`policy.judge.columns.Leaves`)."""

    rule: str
    places: Sequence[int]
    outcomes: frozenset[Outcome]
    firsts: Formulas
    alike: int | None
    level: Scalars | None
    fast: Sequence[int]
    further: Sequence[tuple[Mapping[int, int], Formulas]]


@dataclass(frozen=True, slots=True)
class Needs:
    """What the reference must see to judge some obligations: exact nodes, and the forms that are not exact."""

    known: Sequence[str]
    unknown: Mapping[str, Form]


@dataclass(frozen=True, slots=True)
class Tables:
    """A bound book, laid out. `ladders`: the rungs that are read, per obligation; `at`: (rule, row) of each
    obligation; `slow`: those for the reference."""

    bound: Bound
    standing: bool
    lattice: Lattice
    layout: Layout
    ladders: Sequence[Sequence[Rung]]
    outcomes: Sequence[Outcome]
    reasons: Sequence[str]
    rules: Sequence[RuleTable]
    at: Sequence[tuple[int, int]]
    slow: Sequence[int]
    needs: Needs


@dataclass(frozen=True, slots=True)
class Answers:
    """Per obligation, in their order: outcome, reason, whether its own limit holds. `said`: per rule, with the numbers
    of the deciding leaves of first rungs (read them with `numbers`); `further`: where a later rung's limit decides, its
    numbers and row. `slow`: what the reference found for the others."""

    tables: Tables
    point: Point
    stage: Stage
    outcome: Outcome
    outcomes: Sequence[Outcome]
    reasons: Sequence[str]
    within: Sequence[bool | None]
    said: Sequence[Said]
    further: Mapping[int, tuple[Said, int]]
    slow: Mapping[int, Finding]


# --- once per bound book -----------------------------------------------------------------------


def tables(bound: Bound, *, standing: bool = False) -> Tables:
    """Everything that does not depend on the orders. `standing` as in `policy.judge.eval.judge`."""
    lat = lattice(bound.forms, bound.quantities)
    ladders = [reference.read(obligation, standing=standing) for obligation in bound.obligations]
    fitting = [all(fits(rung.formula, lat) for rung in rungs) for rungs in ladders]
    held = (rungs for rungs, fit in zip(ladders, fitting, strict=True) if fit)
    layout = laid_out_for(lat, (rung.formula for rungs in held for rung in rungs))
    slow = [place for place, fit in enumerate(fitting) if not fit]
    by_rule = _by_rule(bound.obligations)
    at = {p: (number, row) for number, places in enumerate(by_rule.values()) for row, p in enumerate(places)}
    rules = [_rule_table(rule, places, ladders, fitting, layout) for rule, places in by_rule.items()]
    layout.known.clear()  # nothing more is laid out, and it is as large as the columns
    return Tables(
        bound,
        standing,
        lat,
        layout,
        ladders,
        [rungs[0].outcome for rungs in ladders],
        [rungs[0].reason for rungs in ladders],
        rules,
        [at[place] for place in range(len(ladders))],
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
    fast = [row for row, place in enumerate(places) if fitting[place]]
    firsts = [ladders[place][0].formula if fitting[place] else TO_THE_REFERENCE for place in places]
    column = laid_out(firsts, layout)
    numbers = set(leaves(column))
    scales = {layout.scales[number] for number in numbers}
    further = []
    for level in range(1, max((len(ladders[places[row]]) for row in fast), default=0)):
        owners = [row for row in fast if len(ladders[places[row]]) > level]
        later = laid_out([ladders[places[row]][level].formula for row in owners], layout)
        further.append(({row: position for position, row in enumerate(owners)}, later))
    outcomes = frozenset(ladders[place][0].outcome for place in places)
    alike = min(numbers) if len(scales) == 1 else None
    measures = None if alike is None or len(fast) < len(places) else _level(column)
    return RuleTable(rule, places, outcomes, column, alike, measures, fast, further)


def _level(asked: Formulas) -> Scalars | None:
    match asked.columns:
        case (Leaves(level=True) as only,):
            return only.measures
    return None


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
    stage = Stage(*integers(tables.lattice, point), tables.layout.scales)
    said = [formulas(rule.firsts, stage) for rule in tables.rules]
    slow = dict(zip(tables.slow, _findings(tables, tables.slow, tables.needs, stage, point), strict=True))
    within: list[bool | None] = [True] * len(tables.at)
    outcomes, reasons = list(tables.outcomes), list(tables.reasons)
    for place, finding in slow.items():
        outcomes[place], reasons[place], within[place] = finding.outcome, finding.reason, finding.within
    met: set[Outcome] = set()
    elsewhere: dict[int, tuple[Said, int]] = {}
    for rule, found in zip(tables.rules, said, strict=True):
        if not all(found.truths):
            for place, truth, decided, row in _climbed(tables, rule, found.truths, stage):
                within[place], (outcomes[place], reasons[place]) = truth, decided
                if row is not None:
                    elsewhere[place] = row
            met.update(outcomes[place] for place in rule.places)
        else:
            met |= rule.outcomes
    return Answers(tables, point, stage, reference.worst(met), outcomes, reasons, within, said, elsewhere, slow)


def _climbed(
    tables: Tables, rule: RuleTable, truths: Sequence[bool | None], stage: Stage
) -> Iterator[tuple[int, bool | None, tuple[Outcome, str], tuple[Said, int] | None]]:
    """What becomes of the rule's obligations whose first rung does not decide: place, truth of that, outcome, and where
    the numbers of a later rung are, if its limit decides."""
    undecided = [row for row in rule.fast if truths[row] is not True]
    further = [(rows, formulas(column, stage)) for rows, column in rule.further] if undecided else []
    for row in undecided:
        place = rule.places[row]
        later = [(said, rows[row]) for rows, said in further if row in rows]
        held = until_true([truths[row], *(said.truths[at] for said, at in later)])
        ladder = tables.ladders[place]
        decided = reference.climb(tables.bound.obligations[place], ladder, held)
        limit = reference.limit(ladder, held)
        yield place, truths[row], decided, later[limit - 1] if limit else None


def until_true(truths: Sequence[bool | None]) -> Sequence[bool | None]:
    """The rungs that are asked: none after one that holds."""
    return truths[: truths.index(True) + 1] if True in truths else truths


def _findings(tables: Tables, places: Sequence[int], needs: Needs, stage: Stage, point: Point) -> Iterator[Finding]:
    lat, bound = tables.lattice, tables.bound
    known = {name: Fraction(stage.nodes[lat.number[name]], stage.one) for name in needs.known}
    at = meaning.values(needs.unknown, {**point, **known})
    return (reference.finding(bound.obligations[p], bound, at, standing=tables.standing) for p in places)


# --- reading the answers -----------------------------------------------------------------------


class Numbers(NamedTuple):
    """Of a deciding leaf, as in `Measured`."""

    op: str
    value: Number
    bound: Number
    headroom: Number


class Whole(NamedTuple):
    """The same over `one`, both sides negated for a floor; and their unit."""

    unit: str
    op: str
    value: int
    bound: int
    one: int


def numbers(answers: Answers, place: int) -> Numbers | None:
    """The numbers that decide an obligation, exact; None where no leaf does."""
    if (finding := answers.slow.get(place)) is not None:
        return _numbers(finding)
    (found,) = wholes(answers, [place])
    return None if found is None else Numbers(found.op, *exact(found))


def wholes(answers: Answers, places: Iterable[int]) -> list[Whole | None]:
    """None where no leaf decides, and where the reference judged."""
    at, first, later, stage = answers.tables.at, answers.said, answers.further, answers.stage
    leaves, found = answers.tables.layout.leaves, list[Whole | None]()
    for place in places:
        rule, row = at[place]
        said = first[rule]
        if place in later:
            said, row = later[place]
        number = said.leaves[row]
        if number == NOBODY or place in answers.slow:
            found.append(None)
        else:
            leaf = leaves[number]
            found.append(Whole(leaf.unit, leaf.op, said.values[row], said.bounds[row], stage.unit(number)))
    return found


def exact(found: Whole) -> tuple[Fraction, Fraction, Fraction]:
    """Value, bound and headroom."""
    value, bound, headroom = sides(found)
    return Fraction(value, found.one), Fraction(bound, found.one), Fraction(headroom, found.one)


def sides(found: Whole) -> tuple[int, int, int]:
    """The same over `one`."""
    side = 1 if found.op in meaning.CAPS else -1
    return side * found.value, side * found.bound, found.bound - found.value


def _numbers(finding: Finding) -> Numbers | None:
    leaf = finding.deciding
    return None if leaf is None else Numbers(leaf.op, leaf.value, leaf.bound, leaf.headroom)


def headrooms(answers: Answers) -> dict[str, tuple[Sequence[int], Sequence[int]]]:
    """Per rule, the headroom of each group's first limit as numerators and denominators: exact, without making ten
    thousand Fractions. Zero denominators where no leaf decides, and where the reference judged."""
    return {
        rule.rule: (list(map(sub, said.bounds, said.values)), _units(answers, rule, said))
        for rule, said in zip(answers.tables.rules, answers.said, strict=True)
    }


def _units(answers: Answers, rule: RuleTable, said: Said) -> Sequence[int]:
    """What means one in each row's numbers; zero where there are none."""
    if rule.alike is not None and NOBODY not in said.leaves:
        return [answers.stage.unit(rule.alike)] * len(said.leaves)
    return [0 if leaf == NOBODY else answers.stage.unit(leaf) for leaf in said.leaves]


def findings(answers: Answers, places: Sequence[int]) -> tuple[Finding, ...]:
    """The reference's findings for some obligations, contributors included."""
    tables = answers.tables
    needs = _needs(tables.bound, tables.lattice, (rung for place in places for rung in tables.ladders[place]))
    return tuple(_findings(tables, places, needs, answers.stage, answers.point))


def verdict(answers: Answers) -> Verdict:
    """The whole verdict, as the reference gives it; as slow as that is."""
    return Verdict(answers.outcome, findings(answers, range(len(answers.outcomes))))


# --- the worst group of each rule --------------------------------------------------------------


def nearest(answers: Answers) -> list[int]:
    """Per rule, the place of its worst group: by outcome, then by least headroom as a share of the bound (see
    `policy.judge.eval.tightness`), then the first. Where all first rungs are level leaves that hold, it is the top,
    which was looked for once for all rules about the same numbers."""
    return [
        rule.places[0] if len(rule.places) == 1 else _worst(answers, rule, said)
        for rule, said in zip(answers.tables.rules, answers.said, strict=True)
    ]


def _worst(answers: Answers, rule: RuleTable, said: Said) -> int:
    if rule.level is not None:
        (most, first), bound = top(rule.level, answers.stage), said.bounds[0]
        if most <= bound and falls(most, bound, answers.stage.unit(said.leaves[0])):
            return rule.places[first]
    everyone = len(rule.fast) == len(rule.places)
    if everyone and all(said.truths) and (row := largest(said, _units(answers, rule, said))) is not None:
        return rule.places[row]
    worst = reference.worst({answers.outcomes[place] for place in rule.places})
    rows = [row for row, place in enumerate(rule.places) if answers.outcomes[place] is worst]
    if everyone and not any(rule.places[row] in answers.further for row in rows):
        row = tightest(said, rows, answers.stage)
        return rule.places[rows[0] if row is None else row]
    return min((rule.places[row] for row in rows), key=lambda place: tightness(answers, place))


def largest(said: Said, units: Sequence[int]) -> int | None:
    """The row of the largest value, where all bounds are the same and tightness falls as values grow (the law
    stands in tests/laws); None where that does not hold."""
    bound, one, most = said.bounds[0], units[0], max(said.values)
    if said.bounds.count(bound) < len(units) or units.count(one) < len(units) or one == 0:
        return None
    return said.values.index(most) if falls(most, bound, one) else None


def falls(most: int, bound: int, one: int) -> bool:
    """Whether tightness falls as values grow, of which `most` is the largest."""
    return most >= 0 if bound >= one else most <= -bound and bound <= -one


def tightness(answers: Answers, place: int) -> Fraction:
    """Headroom as a share of the bound; more than any where no leaf decides."""
    found = numbers(answers, place)
    return _NO_LEAF if found is None else reference.tightness(found.value, found.bound, found.op)


_NO_LEAF = Fraction(1 << 10)
