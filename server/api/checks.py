"""Checks: what the rules would say of orders. A breach is an answer as good as any; nothing is written.

That is why a check needs no Idempotency-Key: asked twice, it is answered twice.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency
from litestar.params import RawBody
from pydantic import BeforeValidator, Field

from policy.book import orders as order_rows
from policy.book.facts import Order, Side
from policy.book.problem import Problem, is_problems
from policy.ir.beyond import offered, reaches_beyond
from policy.ir.bind import bind_to
from policy.ir.stated import Statement
from policy.judge.redact import UNSEEN
from server import clock
from server.answer.orders import OrdersAnswer, Wanted, answer_of
from server.api import chosen, freshness, probed
from server.api.freshness import MaxAge
from server.api.once import SAFE
from server.api.problem import LOOKED_FOR, Flaw, ProblemError, several
from server.api.reads import ALL, about
from server.api.wire import Asked, asked, flaws, written
from server.api.writing import writing_for
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import check, headroom, kept, loaded, observing, probing
from server.desk.check import ALONE, Beyond, Checked, Reader
from server.desk.loaded import Loaded
from server.desk.manifest import Manifest
from server.log import journal
from server.ops.instruments import measured
from server.running import Service
from server.store.tables import Snapshot

MOST = 1_000  # orders


def _day(text: object) -> date:
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise ValueError("a day is year-month-day, such as 2026-11-22")
    return date.fromisoformat(text)


Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=str)]


class CheckAsked(Asked):
    orders: Annotated[tuple[Any, ...], Field(max_length=MOST)] = ()
    """rows as in docs/orders.schema.json; none to judge the book as it stands"""
    snapshot: str | None = None
    """the one that was sealed last, without it"""
    household: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """whose accounts; without it whose the orders are, and where there are none, all"""
    rulebook: str | None = None
    """the one in force now, without it"""
    as_of: Day | None = None
    """the day of judgement; the book's own without it"""
    known_at: Day | None = None
    """what was known on this day; the day of judgement, or the book's own if that is later, without it"""
    max_age: MaxAge | None = None
    """how old the data may be, such as `PT30M`; as old as it is, without it"""
    everything: bool = False
    """findings that pass, too"""
    instead: bool = False
    """for orders that are refused, how much of each would pass"""

    @classmethod
    def within(cls, said: object) -> Sequence[Flaw]:
        rows = said.get("orders") if isinstance(said, dict) else None
        found = order_rows.from_rows(rows, most=LOOKED_FOR) if isinstance(rows, list) and len(rows) <= MOST else ()
        return flaws(found) if is_problems(found) else ()


ASKED = {
    "act": Act.CHECK,
    SAFE: True,
    "asks": CheckAsked,
    "says": OrdersAnswer,
    "problems": (
        *("malformed-json", "invalid", "rule-book-not-active", "no-snapshot"),
        *("data-too-old", "probing-limited", "erased"),
    ),
}


@post("/checks", opt=ASKED, sync_to_thread=True, status_code=200)
def add(request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody) -> Response[bytes]:
    """Check orders.

    What the rules say of orders that nobody decided yet, or, without any, of the book as it stands. A breach is an
    answer, not an error; nothing is written."""
    said, whose = answered(service, request.user, body)
    about(request, *whose)
    return Response(said, media_type="application/json")


def answered(service: Service, who: Principal, body: bytes) -> tuple[bytes, frozenset[str]]:
    """The answer to a check, as JSON, and whose data it holds."""
    said, homes = _answered(service, who, asked(CheckAsked, body))
    return written(said), frozenset({ALL}) if homes is None else homes


def _answered(service: Service, who: Principal, wanted: CheckAsked) -> tuple[OrdersAnswer, frozenset[str] | None]:
    rows = order_rows.from_rows(wanted.orders, most=LOOKED_FOR)
    orders = tuple(row for row in rows if isinstance(row, Order))
    if len(orders) < len(rows):
        raise _cannot(tuple(row for row in rows if isinstance(row, Problem)))
    known, beyond = _known(service, who, wanted, orders)
    reader = Reader(frozenset(who.roles), who.households)
    book = known.facts.index.book
    day = wanted.as_of or book.as_of
    days = day, wanted.known_at or max(day, book.known_at)
    with measured(service.instruments.judged):
        found = check.checked(service.memory, known, orders, *days, beyond)
    if not isinstance(found, Checked):
        raise _cannot(found)
    kinds = Wanted(wanted.everything, wanted.instead)
    said = answer_of(found, reader, kinds, known.facts.id, known.rules.id)
    said = replace(said, observed=observing.lines(service, known, orders, days, reader))
    if orders and any(finding.id == UNSEEN.id for finding in said.verdict.findings):
        _stopped(service, who, probing.names(book, (order.instrument for order in orders)))
    return said, known.facts.homes


def _stopped(service: Service, who: Principal, names: frozenset[str]) -> None:
    """That somebody was stopped by what they may not see is counted, and not told where it is one too many."""
    with writing_for(service.store, who) as session:
        now = datetime.now(UTC)
        told = probing.stopped(session, service.settings.probing, who.name, names, now, who.credential)
        journal.append(session, told or [], clock.text(now))
    if told is None:
        probed.required(service, who)


def _cannot(problems: tuple[Problem, ...]) -> ProblemError:
    return several("the orders", flaws(problems))


def _known(service: Service, who: Principal, wanted: CheckAsked, orders: Sequence[Order]) -> tuple[Loaded, Beyond]:
    now = datetime.now(UTC)
    with service.store.reading() as session:
        probed.required(service, who)
        rules = chosen.rules(session, wanted.rulebook, clock.text(now))
        row = chosen.data(session, wanted.snapshot)
    facts = loaded.facts_among(service, row, _homes(loaded.manifest_in(service, row), who, wanted, orders))
    known = Loaded(loaded.rules_in(service, rules), facts)
    freshness.required(service, wanted.max_age, known, who.roles, (order.instrument for order in orders))
    return known, _beyond(service, known, wanted, orders, row, clock.text(now))


def _homes(known: Manifest, who: Principal, wanted: CheckAsked, orders: Sequence[Order]) -> frozenset[str] | None:
    """Whose book is enough: that of who is named, of those whose accounts the orders are in, or of all that the caller
    may see; None for the whole book. What is not theirs to see is not there."""
    mine = frozenset(known.parts).intersection(known.parts if who.households is None else who.households)
    if wanted.household is not None:
        named = chosen.household(known, wanted.household, who, snapshot=wanted.snapshot)
        return None if named is None else frozenset({named})
    if not mine:
        raise chosen.nothing(wanted.snapshot)
    found = mine & {known.home.get(order.account) for order in orders} if orders else mine
    chosen.together(found, "/orders" if orders else "/household", "send a batch, with a line for each household")
    return None if known.homes <= found else found


def _beyond(
    service: Service, known: Loaded, wanted: CheckAsked, orders: Sequence[Order], row: Snapshot, now: str
) -> Beyond:
    """On another day than the snapshot's nothing is said of the firm, and its rules are unknown."""
    book = known.facts.index.book
    other = wanted.as_of not in (None, book.as_of) or wanted.known_at not in (None, book.known_at)
    if known.facts.homes is None or other or not reaches_beyond(known.rules.library):
        return ALONE
    with service.store.reading() as session:
        found = headroom.held(session, row, now)
    firm = headroom.firm_wide(service, known, row, ())
    bought = {(order.account, order.instrument) for order in orders if order.side in (Side.BUY, Side.SHORT)}
    opened = frozenset(each for each in bought if not offered(firm, *each))
    beside = frozenset(each.proposal for each in headroom.others(found, known.facts.homes))

    def stated() -> Statement | None:
        own = bind_to(known.rules.library, known.facts.index, snapshot=known.facts.document)
        return headroom.stated(service, known, own, row, found, buys=opened)

    key = "stated", known.rules.manifest, known.facts.document, row.manifest, beside, opened
    return Beyond(kept.of(service.memory.ready, key, stated), beside, opened)


ROUTES = Router("/", route_handlers=[add], tags=["checks"])
