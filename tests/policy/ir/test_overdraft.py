"""An overdraft may stand: what is sold can be spent in full, and the box of a purchase must not say otherwise."""

from __future__ import annotations

from dataclasses import replace

from policy.book.facts import Lot, Side
from policy.book.read import index
from policy.ir import core, meaning
from policy.ir.bind import bind_to
from tests.policy.ir.shorting import DAY, F, order, shorting


def test_everything_can_be_changed_for_something_else_beside_an_overdraft() -> None:
    book = shorting()
    poor = replace(book.accounts["plain"], cash={"USD": (F(-100), F(0))})
    lots = {**book.lots, "P1": Lot("P1", "plain", "UP", F(100), F(10), DAY)}
    book = replace(book, accounts={**book.accounts, "plain": poor}, lots=lots)
    bound = bind_to(core.Library((), (), ()), index(book), (order(Side.BUY, "FLAT", 1, account="plain"),))
    (domain,) = (domain for domain in bound.domains if domain.account == "plain")
    swapped = meaning.values(bound.forms, {"sell/P1": F(100), "buy/plain/FLAT": F(100)})
    assert swapped[domain.cash] == domain.cash_floor == -100
    assert bound.quantities["buy/plain/FLAT"].high == 100
