"""Orders in and out, from JSON and CSV, and their problems in their places."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.book.facts import Order, Side
from policy.book.fills import fills
from policy.book.orders import from_csv, from_json, located, to_csv, to_json
from policy.book.problem import Problem, is_problems, text
from tests.policy.book.books import AWKWARD
from tests.policy.book.sample import indexed

SELL = Order("trust", "ACM", Side.SELL, Fraction(30), (("L1", Fraction(20)), ("L2", Fraction(10))))
BUY = Order("trust", "ETF", Side.BUY, Fraction(5), (), 1)

spaced = st.sampled_from(AWKWARD)
above_zero = st.fractions(Fraction(1, 1000), 10**6, max_denominator=1000)
pieces = st.lists(st.tuples(spaced, above_zero), max_size=3, unique_by=lambda piece: piece[0]).map(tuple)


def _order(
    account: str, instrument: str, side: Side, lots: tuple[tuple[str, Fraction], ...], quantity: Fraction
) -> Order:
    return Order(account, instrument, side, sum((q for _, q in lots), Fraction(0)) or quantity, lots, len(instrument))


orders = st.lists(
    st.builds(_order, spaced, spaced, st.sampled_from(Side), pieces, above_zero),
    max_size=4,
    unique_by=lambda order: (order.account, order.instrument, order.side),
).map(tuple)


@given(orders)
def test_orders_read_back_as_they_were_written(placed: tuple[Order, ...]) -> None:
    assert from_json(to_json(placed)) == placed
    assert from_csv(to_csv(placed)) == placed


def test_rows_that_name_lots_are_one_order() -> None:
    read = from_csv(
        "account,instrument,side,quantity,lot,batch\n"
        "trust,ACM,sell,20,L1,\ntrust,ETF,buy,5,,1\ntrust,ACM,sell,10,L2,\ntrust,ETF,buy,6,,1\n"
    )
    assert read == (SELL, BUY, Order("trust", "ETF", Side.BUY, Fraction(6), (), 1))


def test_capitals_and_missing_columns_are_fine() -> None:
    assert from_csv("side,account,instrument,quantity\nBUY,trust,ETF,5\n") == (
        Order("trust", "ETF", Side.BUY, Fraction(5)),
    )


def test_no_orders_are_no_problem() -> None:
    assert from_json('{"orders": []}') == ()
    assert from_csv("account,instrument,side,quantity\n") == ()
    assert not is_problems(from_json('{"orders": []}'))


@pytest.mark.parametrize(
    ("document", "line", "pointer", "says"),
    [
        ("[]", 1, "", "a list stands where the orders are wanted"),
        ("{}", 1, "", "an object stands where the orders are wanted"),
        ('{"orders": {}}', 1, "", "no list of orders"),
        ('{"orders": [], "book": 1}', 1, "", "no list of orders"),
        ('{"orders": [\n{"account": "a"', 2, "", "ends before it is complete"),
        ('{"orders": [\n3]}', 2, "/orders/0", "a number stands where an object is wanted"),
        ('{"orders": [{"account": "a", "instrument": "i", "side": "buy",\n"quantity": 1.5}]}', 2, "/orders/0/quantity",
         "without quotes"),
        ('{"orders": [{"account": "a", "instrument": "i", "side": "by",\n"quantity": 1}]}', 1, "/orders/0/side",
         "not one of its values"),
        ('{"orders": [{"account": "a", "instrument": "i", "side": "buy", "quantity": 1,\n"lots": [{"lot": "x"}]}]}', 2,
         "/orders/0/lots/0/quantity", "`quantity` is missing"),
        ('{"orders": [{"account": "a", "instrument": "i", "side": "buy", "quantity": "0"}]}', 1, "/orders/0/quantity",
         "not above 0"),
        ('{"orders": [{"account": "a", "instrument": "i", "side": "buy", "quantity": 1, "batch": -1}]}', 1,
         "/orders/0/batch", "no small whole number"),
        ('{"orders": [{"account": "a", "instrument": "i", "side": "buy", "quantity": 1, "quantity": 2}]}', 1,
         "/orders/0/quantity", "stands twice"),
        ('{"orders": [{"account": "a", "instrument": "i", "side": "buy", "quantity": 1, "qty": 2}]}', 1,
         "/orders/0/qty", "is no field"),
    ],
)  # fmt: skip
def test_bad_json_is_refused(document: str, line: int, pointer: str, says: str) -> None:
    found = from_json(document)
    assert is_problems(found)
    (problem,) = found
    assert (problem.place.line, problem.place.pointer) == (line, pointer)
    assert says in problem.what


@pytest.mark.parametrize(
    ("rows", "line", "field", "says"),
    [
        ("trust,ACM,sell,1,5,L1,", 2, "", "7 cells"),
        ("trust,ACM,sell,,L1,", 2, "quantity", "`quantity` is missing"),
        ("trust,ACM,sell,x,L1,", 2, "quantity", "`x` is not a number"),
        ("trust,ACM,sell,1,L1,\ntrust,ACM,sell,x,L2,", 3, "quantity", "`x` is not a number"),
        ("trust,ACM,hold,1,,", 2, "side", "not one of its values"),
        ("trust,,sell,1,,", 2, "instrument", "`instrument` is missing"),
        ("trust,ACM,sell,1,,soon", 2, "batch", "no small whole number"),
    ],
)
def test_bad_csv_is_refused(rows: str, line: int, field: str, says: str) -> None:
    found = from_csv(f"account,instrument,side,quantity,lot,batch\n{rows}\n")
    assert is_problems(found)
    (problem,) = found
    assert (problem.place.line, problem.place.field) == (line, field)
    assert says in problem.what


def test_unknown_and_missing_columns() -> None:
    found = from_csv("account,instrument,side,qty\ntrust,ACM,buy,1\n")
    assert is_problems(found)
    assert [problem.place.field for problem in found] == ["qty", "quantity"]


def test_problems_with_a_book_are_led_back_to_the_file() -> None:
    placed = (SELL, BUY, Order("trust", "ACM", Side.SELL, Fraction(1), (("L9", Fraction(1)),), 2), BUY)
    wrong = (*placed[:3], Order("trust", "NONE", Side.BUY, Fraction(1)))
    found = [problem for problem in fills(indexed(), wrong) if isinstance(problem, Problem)]
    printed = json.dumps(json.loads(to_json(wrong)), indent=0)
    lines = [problem.place.line for problem in located(found, printed, "orders.json")]
    assert [printed.splitlines()[(line or 0) - 1] for line in lines] == [
        '"lots": [',
        '"lots": [',
        '"instrument": "NONE",',
    ]
    table = to_csv(wrong)
    in_table = located(found, table, "orders.csv")
    assert [text(problem).split(":")[1].split(",")[0] for problem in in_table] == ["2", "5", "6"]
