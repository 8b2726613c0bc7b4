"""One name, one sum: what else would be called the same gets a name of its own."""

from __future__ import annotations

from fractions import Fraction

from policy.interval import ZERO
from policy.ir.bound import Kind, Quantity
from policy.ir.forms import ONE, Table

TWO = Fraction(2)


def table() -> Table:
    made = Table()
    for name in ("buy/A/X", "buy/A/Y"):
        made.quantity(Quantity(name, Kind.BUY, "A", name[-1], None, ZERO, Fraction(10), ONE))
    return made


def test_the_same_sum_is_one_form() -> None:
    made = table()
    first = made.form("sum", ZERO, ((ONE, "buy/A/X"), (ONE, "buy/A/X"), (ZERO, "buy/A/Y")))
    assert made.form("sum", ZERO, ((TWO, "buy/A/X"),)) == first == "sum"
    assert list(made.forms) == ["sum"]


def test_other_terms_and_another_constant_are_other_forms() -> None:
    made = table()
    names = [
        made.form("sum", const, ((factor, name),))
        for const, factor, name in (
            (ZERO, ONE, "buy/A/X"),
            (ZERO, ONE, "buy/A/Y"),
            (ZERO, TWO, "buy/A/X"),
            (ONE, ONE, "buy/A/X"),
        )
    ]
    assert len(set(names)) == len(names) == len(made.forms)
    assert all(name.startswith("sum/") for name in names[1:])
    assert [made.forms[name].const for name in names] == [0, 0, 0, 1]
    assert made.form("sum", ZERO, ((ONE, "buy/A/Y"),)) == names[1]
