"""The same orders checked twice: bound for them and judged by the reference, and read from tables that are kept.

One memory serves all orders on a book, as it does in a service, so that what is kept for some is used for others.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from policy.book.facts import Book, Order
from policy.book.read import index
from policy.ir.bind import bind_to
from policy.ir.bound import Moment, Outcome
from policy.ir.core import Library
from server.answer.number import number, told
from server.answer.orders import Wanted, answer_of
from server.answer.verdict import JudgeAnswer
from server.answer.verdict import answer_of as reference
from server.desk import check, judge
from server.desk.check import Checked, Reader
from server.desk.judge import Judgement
from server.desk.loaded import Facts, Loaded, Rules
from server.running import Memory
from tests.depth import chunks
from tests.worlds import firms, mandates

CHUNKS = 8
PER_CHUNK = 15  # books
SETS = 4  # of orders for each, and none
MOMENTS = ((Moment.TRADE,), (Moment.PROPOSAL,), (Moment.TRADE, Moment.PURCHASE))
ROLES = (frozenset[str](), frozenset({"control room"}))


@pytest.mark.parametrize("chunk", chunks(CHUNKS, quick=1))
def test_a_check_says_what_the_reference_says(chunk: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(chunk * PER_CHUNK, (chunk + 1) * PER_CHUNK):
        rng = Random(seed)
        book, library = firms.firm(rng), _library(rng)
        known = Loaded(Rules("rb", f"{seed}", {}, library), Facts("snap", f"{seed}", None, f"{seed}", b"", index(book)))
        memory = Memory()
        for orders in [(), *(firms.orders(rng, book) for _ in range(SETS))]:
            _compared(memory, known, orders, met)
    assert met["judged"] >= PER_CHUNK * SETS * 3 / 4
    assert met["kept"] >= PER_CHUNK
    assert met["with a claim"] >= 20
    assert met["not always"] >= 1
    assert min(met["on the way"], met["steady"]) >= 100
    assert min(met[outcome] for outcome in (Outcome.PASS, Outcome.BLOCK, Outcome.UNKNOWN)) >= 10
    assert met["not shown"] >= 5


def _library(rng: Random) -> Library:
    made = mandates.library(rng, rules=6)
    rules = (
        replace(rule, moments=rng.choice(MOMENTS), visible_to=rng.choice((None, None, "control room")))
        for rule in made.rules
    )
    return replace(made, rules=tuple(rules))


def _compared(memory: Memory, known: Loaded, orders: tuple[Order, ...], met: Counter[str]) -> None:
    book: Book = known.facts.index.book
    found = check.checked(memory, known, orders, book.as_of, book.known_at)
    wanted = judge.judgement(known.rules.library, known.facts.index, orders)
    if not isinstance(wanted, Judgement):
        assert found == wanted
        return
    assert isinstance(found, Checked)
    anew = bind_to(known.rules.library, known.facts.index, orders, snapshot=known.facts.document)
    assert found.ready.bound == anew
    for roles in ROLES:
        said = reference(wanted, known.rules.library, roles)
        whole = answer_of(found, Reader(roles, None), Wanted(everything=True, instead=True), "snap", "rb")
        assert _same(whole.verdict) == replace(said, book="")
        brief = answer_of(found, Reader(roles, None), Wanted(), "snap", "rb")
        others = tuple(each for each in said.findings if each.outcome != Outcome.PASS)
        assert brief.verdict.findings == others
        assert brief.verdict.answer == said.answer
        assert brief.judged == sum(each.id != "not shown" for each in said.findings)
        for line in brief.nearest:
            own = [each for each in said.findings if each.rule == line.rule]
            assert line.judged == len(own)
            assert line.outcome == max((Outcome(each.outcome) for each in own), key=lambda o: o.rank)
            one = next(each for each in own if each.id == line.id)
            if one.measured is not None and not one.reason.startswith("while orders"):
                amounts = one.measured.value, one.measured.limit, one.measured.headroom
                numbers = tuple(told(number(amount)) for amount in amounts)
                assert (line.value, line.limit, line.headroom, line.unit) == (*numbers, one.measured.unit)
        met.update(Outcome(each.outcome) for each in said.findings)
        met["with a claim"] += sum(each.fills is not None for each in said.findings)
        met["not always"] += sum(each.fills not in (None, "passes always") for each in said.findings)
        met["not shown"] += any(each.id == "not shown" for each in said.findings)
    met["judged"] += 1
    if orders:
        met["on the way"] += len(found.way)
        met["steady"] += sum(map(len, found.ready.trade.values())) - len(found.way)
    met["kept"] += bool(orders) and check.holds(
        known.facts.index, bind_to(known.rules.library, known.facts.index), orders, found.point
    )


def _same(said: JudgeAnswer) -> JudgeAnswer:
    return replace(said, book="")
