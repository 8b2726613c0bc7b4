"""What observed rules say of orders: judged as checks are, beside the rules that are enforced and apart from them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session, col, select

from policy.book.facts import Order
from policy.ir.bound import Outcome
from policy.ir.observed import observing
from policy.judge.eval import worst
from server import clock
from server.answer.orders import Nearest, nearest_of
from server.desk import check
from server.desk.check import Checked, Reader
from server.desk.loaded import Loaded
from server.running import Service
from server.store import observations
from server.store.tables import Observation, Rulebook


@dataclass(frozen=True, slots=True)
class Counted:
    """Of one rule that is or was observed, over all states of a rule book. `since`, `until`: the first and the last day
    on which it was judged; `judged`: by how many checks and proposals, and how many of these it would have warned of
    (or let pass by a waiver), stopped (consent, unknown) and blocked."""

    rule: str
    since: str
    until: str
    judged: int
    warned: int
    stopped: int
    blocked: int


def judged(service: Service, known: Loaded, orders: tuple[Order, ...], as_of: date, known_at: date) -> Checked | None:
    """None where no rule is observed. The orders can be filled."""
    library = known.rules.library
    if not library.observed:
        return None
    rules = replace(known.rules, manifest=f"{known.rules.manifest}/observed", library=observing(library))
    found = check.checked(service.memory, replace(known, rules=rules), orders, as_of, known_at)
    assert isinstance(found, Checked), "the enforced rules were judged on the same"
    return found


def lines(
    service: Service, known: Loaded, orders: tuple[Order, ...], days: tuple[date, date], reader: Reader
) -> tuple[Nearest, ...]:
    """One for each observed rule, as its reader may see it; counted for everybody. `days`: as of, known at."""
    found = judged(service, known, orders, *days)
    if found is None:
        return ()
    _counted(service, known, found)
    return nearest_of(found, reader)


def proposed(service: Service, known: Loaded, orders: tuple[Order, ...]) -> None:
    """Orders that were found are counted, too: again where a worker died over them."""
    book = known.facts.index.book
    found = judged(service, known, orders, book.as_of, book.known_at)
    if found is not None:
        _counted(service, known, found)


def _counted(service: Service, known: Loaded, found: Checked) -> None:
    observations.counted(
        service.memory.tally, service.store, known.rules.id, clock.now()[:10], _outcomes(found)
    )  # fmt: skip


def _outcomes(found: Checked) -> Mapping[str, Outcome]:
    rules = found.ready.tables.rules
    return {rule.rule: worst({found.outcomes[place] for place in rule.places}) for rule in rules}


def counts(session: Session, base: str) -> list[Counted]:
    """Of the published rule book and every state of it, by rule."""
    states = select(Rulebook.id).where((col(Rulebook.id) == base) | (col(Rulebook.base) == base))
    rows: dict[str, list[Observation]] = {}
    for row in session.exec(select(Observation).where(col(Observation.rulebook).in_(states))):
        rows.setdefault(row.rule, []).append(row)
    return [_sum(rule, rows[rule]) for rule in sorted(rows)]


def _sum(rule: str, rows: list[Observation]) -> Counted:
    days = sorted(row.day for row in rows)
    judged, warned = sum(row.judged for row in rows), sum(row.warned for row in rows)
    stopped, blocked = sum(row.stopped for row in rows), sum(row.blocked for row in rows)
    return Counted(rule, days[0], days[-1], judged, warned, stopped, blocked)
