"""A fund of few names under UCITS 52 (5/10/40), written down as rows by hand, in the manner of docs/rows.md.

Every number comes from a seed. The targets break the 40 % basket, so that the limit binds through its binaries.
"""

from __future__ import annotations

import random
from fractions import Fraction

from solver.model import Column, ColumnKind, Model, Row, Standing

ISSUER, BASKET = "UCITS 52(1) issuer", "UCITS 52(2) basket"
SPREAD = Fraction(5, 10_000)


def concentrated(seed: int, names: int = 40, *, largest: Fraction = Fraction(1, 4)) -> Model:
    """Minimise the money that is off target plus a spread of 5 bp. `largest`: box of one position, of net assets."""
    dice = random.Random(seed)
    assets = Fraction(100_000_000)
    columns: dict[str, Column] = {}
    rows: list[Row] = []
    objective: list[tuple[Fraction, str]] = []
    held, wanted = _weights(dice, names), _weights(dice, names)
    cash: list[tuple[Fraction, str]] = []
    nav: list[tuple[Fraction, str]] = [(Fraction(1), "cash")]
    start = assets
    for k in range(names):
        price = Fraction(dice.randrange(500, 60_000), 100)
        shares = held[k] * assets // price
        start -= shares * price
        buy, sell, value = f"buy/F/N{k}", f"sell/L{k}", f"value N{k}"
        room = max(Fraction(0), (largest * assets - shares * price) // price)
        columns[buy] = Column(buy, ColumnKind.INTEGER, Fraction(0), room)
        columns[sell] = Column(sell, ColumnKind.INTEGER, Fraction(0), Fraction(shares))
        columns[value] = Column(value, ColumnKind.CONTINUOUS, Fraction(0), (shares + room) * price)
        rows.append(_form(value, shares * price, [(price, buy), (-price, sell)]))
        cash += [(-price * (1 + SPREAD), buy), (price * (1 - SPREAD), sell)]
        objective += [(price * SPREAD, buy), (price * SPREAD, sell)]
        nav.append((Fraction(1), value))
    columns["cash"] = Column("cash", ColumnKind.CONTINUOUS, None, None)
    columns["nav"] = Column("nav", ColumnKind.CONTINUOUS, None, None)
    rows.append(_form("cash", start, cash))
    rows.append(_form("nav", Fraction(0), nav))
    rows.append(Row("domain F:cash", ((Fraction(1), "cash"),), Fraction(0), None, Standing.EXACT, "domain F", "cash"))
    small = assets * Fraction(1, 20)
    inside: list[tuple[Fraction, str]] = []
    for k in range(names):
        value, place = f"value N{k}", f"{BASKET}:0.m.{k}"
        high = columns[value].high
        assert high is not None
        rows.append(_row(f"{ISSUER} N{k}:0", ISSUER, [(Fraction(1), value), (Fraction(-1, 10), "nav")], "0", f" N{k}"))
        columns[f"{place}#"] = Column(f"{place}#", ColumnKind.CONTINUOUS, Fraction(0), high)
        columns[f"{place}-"] = Column(f"{place}-", ColumnKind.BINARY, Fraction(0), Fraction(1))
        slack = max(Fraction(0), high - small * Fraction(99, 100))
        rows.append(
            _row(
                f"{place}-",
                BASKET,
                [(Fraction(1), value), (Fraction(-1, 20), "nav"), (slack, f"{place}-")],
                f"0.m.{k}-",
                high=slack,
            )
        )
        rows.append(
            _row(place, BASKET, [(Fraction(1), value), (Fraction(-1), f"{place}#"), (-small, f"{place}-")], f"0.m.{k}")
        )
        inside.append((Fraction(1), f"{place}#"))
        over, under, off = f"deviation N{k}/over", f"deviation N{k}/under", f"deviation N{k}"
        columns[over] = Column(over, ColumnKind.CONTINUOUS, Fraction(0), high)
        columns[under] = Column(under, ColumnKind.CONTINUOUS, Fraction(0), assets)
        terms = ((Fraction(1), value), (-wanted[k], "nav"), (Fraction(-1), over), (Fraction(1), under))
        rows.append(Row(off, terms, Fraction(0), Fraction(0), Standing.EXACT, "objective"))
        objective += [(Fraction(1), over), (Fraction(1), under)]
    rows.append(_row(f"{BASKET}:0", BASKET, [*inside, (Fraction(-2, 5), "nav")], "0"))
    return Model(columns, tuple(rows), tuple(objective), Fraction(0), frozenset({ISSUER, BASKET}))


def _weights(dice: random.Random, names: int) -> list[Fraction]:
    """About ten large names of 5 to 9.5 %, the rest shared among the others; in ten-thousandths."""
    large = [dice.randrange(500, 950) for _ in range(10)]
    rest = [dice.randrange(20, 300) for _ in range(names - 10)]
    left = 9_900 - sum(large)
    weights = [Fraction(w, 10_000) for w in large] + [Fraction(w * left // sum(rest), 10_000) for w in rest]
    dice.shuffle(weights)
    return weights


def _form(name: str, const: Fraction, terms: list[tuple[Fraction, str]]) -> Row:
    return Row(f"form {name}", (*terms, (Fraction(-1), name)), -const, -const, Standing.EXACT, f"form {name}")


def _row(
    name: str, source: str, terms: list[tuple[Fraction, str]], path: str, group: str = "", high: Fraction = Fraction(0)
) -> Row:
    return Row(name, tuple(terms), None, high, Standing.EXACT, source + group, path)
