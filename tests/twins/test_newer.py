"""Newer data judged twice: what is not looked at again, of all rules, says on them what it said before."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

from policy.book.changes import changed
from policy.book.facts import Book, Order
from policy.ir.bind import bind_to
from policy.ir.core import Library
from policy.ir.point import point_of
from server import clock
from server.desk import ingest, newer
from server.desk.loaded import Facts, Rules, facts_in, manifest_in
from server.desk.placed import placed
from server.log import journal
from server.running import Service, opened
from server.settings import Settings
from server.store.tables import Proposal, Snapshot
from tests.laws.test_current import KINDS, prices, world
from tests.worlds import firms

WORLDS, STEPS = 40, 4


def test_what_newer_data_do_not_concern_is_what_it_was(tmp_path: Path) -> None:
    service = opened(Settings(tmp_path / "data", f"sqlite:///{tmp_path / 'x.sqlite'}", workers=0))
    met = Counter[tuple[str, str, bool]]()
    for seed in range(WORLDS):
        _follow(service, Random(seed), met)
    service.store.engine.dispose()
    assert {how for _, how, differs in met if differs} == {"all"}
    for kind in (each.__name__ for each in KINDS if each is not prices):
        assert met[kind, "all", True], kind
        assert met[kind, "some", False] + met[kind, "none", False] or kind == "days", kind
    assert {how for _, how, _ in met} == {"all", "some", "none"}


def _follow(service: Service, rng: Random, met: Counter[tuple[str, str, bool]]) -> None:
    """Of whom only the rules that add up the firm are looked at, the others are compared."""
    book, rules = world(rng)
    before = _sealed(service, book)
    library = Rules("rb", f"{rng.random()}", {}, rules)
    orders = firms.orders(rng, book)
    for _ in range(STEPS):
        kind = rng.choice([each for each in KINDS if each is not prices])
        book = changed(book, kind(rng, book))
        after = _sealed(service, book)
        found = newer.newer(service, before, after, library)
        for home in manifest_in(service, before).homes:
            if home not in manifest_in(service, after).homes:
                continue
            old, new = (facts_in(service, each, home) for each in (before, after))
            mine = tuple(order for order in orders if order.account in old.index.book.accounts)
            point = point_of(old.index, mine)
            if isinstance(point, tuple):
                continue
            row = Proposal(id="p", state="proposed", rulebook="rb", snapshot=before.id, household=home, intent="")
            names = newer.concerning(service, found, row, point)
            but = names or newer.NOTHING
            differs = _verdict(rules, old, mine, but) != _verdict(rules, new, mine, but)
            met[kind.__name__, "all" if names is None else "some" if names else "none", differs] += 1
        before = after


def _sealed(service: Service, book: Book) -> Snapshot:
    with service.store.writing() as session:
        now = clock.now()
        row, event = ingest.sealed(session, ingest.Received(book, {}), "test", "olga", now)
        journal.append(session, [event], now)
    return row


def _verdict(rules: Library, facts: Facts, orders: tuple[Order, ...], but: frozenset[str]) -> object:
    """Of all rules but these, with all numbers; why there is none."""
    point = point_of(facts.index, orders)
    if isinstance(point, tuple):
        return point
    bound = bind_to(rules, facts.index, orders, snapshot="")
    found = placed(facts.index, bound, orders, point).findings
    return [
        (each.obligation.id, each.outcome, each.reason, each.deciding)
        for each in found
        if each.obligation.origin.rule not in but
    ]
