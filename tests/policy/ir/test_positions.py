"""Short sales and covers as quantities: where they exist, how far they reach, what they move."""

from __future__ import annotations

from fractions import Fraction

import pytest

from policy.book.facts import Side
from policy.book.read import index
from policy.ir import core, meaning
from policy.ir.bind import bind_to
from policy.ir.bound import Bound, Kind, Lin
from tests.policy.ir.shorting import F, order, shorting

NOTHING = core.Library((), (), ())


@pytest.fixture
def bound() -> Bound:
    """Orders of every instrument make it a candidate everywhere."""
    wanted = tuple(order(Side.BUY, name, 1, account=a) for a in ("A", "other", "plain") for name in ("FLAT", "DOWN"))
    return bind_to(NOTHING, index(shorting(other_short=True)), wanted)


def _kinds(bound: Bound, account: str, instrument: str) -> set[str]:
    return {q.name for q in bound.quantities.values() if (q.account, q.instrument) == (account, instrument)}


def test_quantities_exist_where_a_position_can_go(bound: Bound) -> None:
    assert _kinds(bound, "A", "FLAT") == {"buy/A/FLAT", "short/A/FLAT"}
    assert _kinds(bound, "A", "UP") == {"buy/A/UP", "sell/U1"}
    assert _kinds(bound, "A", "DOWN") == {"short/A/DOWN", "cover/D1", "cover/D2"}
    assert _kinds(bound, "A", "BOTH") == {"sell/B1", "cover/B2"}
    assert _kinds(bound, "plain", "FLAT") == {"buy/plain/FLAT"}


def test_an_account_that_may_not_and_has_not_costs_nothing(bound: Bound) -> None:
    spoken = [
        name for name in bound.forms if "/plain" in name and name.startswith(("shorted", "free", "long", "gross"))
    ]
    assert spoken == []
    plain = next(d for d in bound.domains if d.account == "plain")
    assert plain.cash == "spendable/plain"
    assert not any(q.kind in (Kind.SHORT, Kind.COVER) for q in bound.quantities.values() if q.account == "plain")


def test_boxes_end_at_what_the_account_is_worth(bound: Bound) -> None:
    """1,000 cash, 120 long and 45 short at 10: worth 1,750; 400 of DOWN are short already."""
    boxes = {name: bound.quantities[name].high for name in ("short/A/FLAT", "short/A/DOWN", "short/other/FLAT")}
    assert boxes == {"short/A/FLAT": F(175), "short/A/DOWN": F(135), "short/other/FLAT": F(100)}
    assert bound.quantities["cover/D1"].high == 30


def test_what_is_bought_is_not_sold(bound: Bound) -> None:
    domain = next(d for d in bound.domains if d.account == "A")
    assert set(domain.crossing) == {
        ("cover/B2", ("sell/B1",)),
        ("short/A/DOWN", ("cover/D1", "cover/D2")),
        ("buy/A/FLAT", ("short/A/FLAT",)),
        ("buy/A/UP", ("sell/U1",)),
    }
    assert domain.relief == {
        "sell/BOTH": ("sell/B1",),
        "cover/BOTH": ("cover/B2",),
        "cover/DOWN": ("cover/D2", "cover/D1"),
        "sell/UP": ("sell/U1",),
    }


def test_a_short_sale_brings_cash_that_cannot_be_spent(bound: Bound) -> None:
    before = meaning.values(bound.forms, {})
    shorted = meaning.values(bound.forms, {"short/A/FLAT": F(10)})
    covered = meaning.values(bound.forms, {"cover/D1": F(10)})
    for form, short, cover in (
        ("cash/A", 100, -100),
        ("spendable/A", 100, -100),
        ("free cash/A", 0, 0),
        ("total assets/A", 100, -100),
        ("net assets/A", 0, 0),
        ("units/A/FLAT", -10, 0),
        ("shorted/A/FLAT", 10, 0),
        ("value/A/DOWN", 0, 100),
        ("shorted/A/DOWN", 0, -10),
    ):
        assert (shorted[form], covered[form]) == (_at(before, form) + short, _at(before, form) + cover), form
    assert before["free cash/A"] == 1000 - 450
    assert (before["total assets/A"], before["net assets/A"]) == (1000 + 1200, 1000 + 1200 - 450)


def _at(values: meaning.Values, form: str) -> Fraction:
    found = meaning.scalar(Lin(F(0), ((F(1), form),)), values)
    assert isinstance(found, Fraction)
    return found
