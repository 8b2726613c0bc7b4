"""What conditions say of balances of cash: they are an asset class, and no security."""

from __future__ import annotations

import pytest

from policy.ir.bound import Outcome
from tests.policy.ir.little import account, book, findings, rule, security

ALL_CASH = book({}, security("X"), accounts=(account("A", 90),))


def outcomes(where: str) -> set[Outcome]:
    """Of a limit that all the cash is beyond; none where it does not speak of cash."""
    demand = f"limit each asset class {where} to at most 50% of net assets"
    return {found.outcome for found in findings(rule(demand), ALL_CASH)}


@pytest.mark.parametrize(
    ("where", "counts"),
    [
        ("asset class is cash", True),
        ("asset class is not cash", False),
        ('sector is "Energy"', False),
        ('sector is not "Energy"', True),
        ('sector is not "Energy" and asset class is not cash', False),
        ("duration <= 5", False),
        ("derivative is true", False),
        ("derivative is not true", True),
        ("derivative is false", True),
        ("cash equivalent is true", True),
        ("weekly liquid asset is not true", False),
    ],
)
def test_cash_is_counted_where_a_condition_is_so_of_it(where: str, counts: bool) -> None:
    assert outcomes(f"where {where}") == ({Outcome.BLOCK} if counts else set())


@pytest.mark.parametrize("where", ['currency is "USD"', 'currency is not "USD"'])
def test_the_currency_of_balances_is_not_known(where: str) -> None:
    assert outcomes(f"where {where}") == {Outcome.UNKNOWN}


def test_an_exception_that_does_not_describe_cash_does_not_exempt_it() -> None:
    demand = 'limit each asset class to at most 50% of net assets\n    except where sector is "Energy"'
    assert {found.outcome for found in findings(rule(demand), ALL_CASH)} == {Outcome.BLOCK}
