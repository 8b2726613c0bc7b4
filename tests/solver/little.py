"""Models small enough to look at every point: a few integers and binaries, forms over them, rows at their edges.

Right-hand sides are drawn at or near the value at some point, so that rows bind, often exactly.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from solver.model import Column, ColumnKind, Model, Row, Standing

Point = Mapping[str, Fraction]
ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Little:
    """`model` and every point of its integer columns, with the forms and the cheapest deviations at it."""

    model: Model
    points: tuple[Point, ...]


def little(seed: int, rows: int = 5) -> Little:
    dice = random.Random(seed)
    columns: dict[str, Column] = {}
    for k in range(dice.randint(2, 3)):
        columns[f"q{k}"] = Column(f"q{k}", ColumnKind.INTEGER, ZERO, Fraction(dice.randint(1, 3)))
    for k in range(dice.randint(0, 3)):
        columns[f"z{k}"] = Column(f"z{k}", ColumnKind.BINARY, ZERO, ONE)
    chosen = list(columns)
    made: list[Row] = []
    for k in range(dice.randint(1, 3)):
        terms = _terms(dice, [name for name in columns if name not in chosen or name[0] == "q"])
        columns[f"f{k}"] = Column(f"f{k}", ColumnKind.CONTINUOUS, None, None)
        made.append(_equation(f"form f{k}", dice.choice((ZERO, _number(dice))), terms, f"f{k}"))
    deviating = _deviation(dice, columns, made)
    points = tuple(_points(columns, chosen, made, deviating))
    for k in range(rows):
        made.append(_rule(dice, k, [name for name in columns if "/" not in name], points))
    names = [name for name in columns if "/" not in name]
    cost = (*_terms(dice, names), (ONE, "off/over"), (Fraction(2), "off/under"))
    return Little(Model(columns, tuple(made), cost, _number(dice), frozenset()), points)


def best(model: Model, points: tuple[Point, ...]) -> Fraction | None:
    """The least objective over the points that satisfy every row that is not a restriction."""
    return min((cost(model, p) for p in points if satisfies(model, p)), default=None)


def cost(model: Model, point: Point) -> Fraction:
    return model.offset + sum((c * point[name] for c, name in model.objective), ZERO)


def satisfies(model: Model, point: Point) -> bool:
    return all(_holds(row, point) for row in model.rows if row.standing is not Standing.RESTRICTION)


def _holds(row: Row, point: Point) -> bool:
    value = sum((a * point[name] for a, name in row.terms), ZERO)
    return (row.low is None or row.low <= value) and (row.high is None or value <= row.high)


def _rule(dice: random.Random, k: int, names: list[str], points: tuple[Point, ...]) -> Row:
    terms = _terms(dice, names)
    at = dice.choice(points)
    edge = sum((a * at[name] for a, name in terms), ZERO) + dice.choice((ZERO, ZERO, Fraction(1, 100), _number(dice)))
    low, high = dice.choice(((edge, None), (None, edge), (None, edge), (None, edge), (edge, edge + 1)))
    standing = dice.choice((Standing.EXACT, Standing.EXACT, Standing.RELAXATION, Standing.RESTRICTION))
    return Row(f"rule {k}:0", terms, low, high, standing, f"rule {k}", "0")


def _deviation(dice: random.Random, columns: dict[str, Column], made: list[Row]) -> Row:
    """f0 − over + under = something, both ends of both open above."""
    columns["off/over"] = Column("off/over", ColumnKind.CONTINUOUS, ZERO, None)
    columns["off/under"] = Column("off/under", ColumnKind.CONTINUOUS, ZERO, None)
    edge = _number(dice)
    row = Row("off", ((ONE, "f0"), (-ONE, "off/over"), (ONE, "off/under")), edge, edge, Standing.EXACT, "objective")
    made.append(row)
    return row


def _points(columns: Mapping[str, Column], chosen: list[str], made: list[Row], deviating: Row) -> Iterator[Point]:
    sizes = [range(int(columns[name].high or 0) + 1) for name in chosen]
    for values in product(*sizes):
        point = {name: Fraction(value) for name, value in zip(chosen, values, strict=True)}
        for row in made:
            if row.source.startswith("form "):
                assert row.low is not None
                rest = sum((a * point[name] for a, name in row.terms[:-1]), ZERO)
                point[row.terms[-1][1]] = rest - row.low
        assert deviating.low is not None
        amount = point["f0"] - deviating.low
        yield {**point, "off/over": max(ZERO, amount), "off/under": max(ZERO, -amount)}


def _equation(name: str, const: Fraction, terms: tuple[tuple[Fraction, str], ...], own: str) -> Row:
    return Row(name, (*terms, (-ONE, own)), -const, -const, Standing.EXACT, name)


def _terms(dice: random.Random, names: list[str]) -> tuple[tuple[Fraction, str], ...]:
    picked = dice.sample(names, dice.randint(1, min(3, len(names))))
    return tuple((_number(dice), name) for name in picked)


def _number(dice: random.Random) -> Fraction:
    return Fraction(dice.choice((-7, -3, -2, -1, 1, 1, 2, 3, 5, 11, 250)), dice.choice((1, 1, 1, 2, 3, 100)))
