"""A derivative of which nobody knows on what may be one on anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from policy.book.facts import Book, ListEntry
from policy.ir.bound import Outcome
from tests.policy.ir.little import book, findings, outcome, security

COVERS = """list L-1 "Restricted"
  kind restricted
  source "policy"
  applies to each account
  {covers}
  effective from 2026-01-01 until lifted
  forbid holding
  on breach block
end
"""
STOCK = security("ACME", {"security type": "common stock"})
OPTION = replace(security("OPT", {"derivative": True}), underlying="ACME")


def of(underlying: str | None, *entries: ListEntry) -> Book:
    found = book({("A", "OPT"): 1}, STOCK, replace(OPTION, underlying=underlying))
    return replace(found, entries=entries, complete={"list L-1": date(2026, 1, 1)})


@pytest.mark.parametrize(
    ("covers", "entries"),
    [('covers security "ACME", derivatives', ()), ("", (ListEntry("L-1", "security", "ACME", date(2026, 1, 1)),))],
)
def test_hiding_the_underlying_is_no_pass(covers: str, entries: tuple[ListEntry, ...]) -> None:
    text = COVERS.format(covers=covers)
    assert outcome(text, of("ACME", *entries)) is Outcome.BLOCK
    assert outcome(text, of(None, *entries)) is Outcome.UNKNOWN


def test_a_list_that_leaves_derivatives_alone_knows() -> None:
    text = COVERS.format(covers='covers security "ACME"')
    assert findings(text, of(None)) == ()
