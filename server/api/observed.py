"""What rules that are only observed would have said: of a proposal, and counted over time."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from policy.book.facts import Order, Side
from policy.judge.redact import may_see
from server.answer.orders import Nearest, nearest_of
from server.api.problem import ProblemError
from server.api.proposals import known
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import loaded, observing
from server.desk.check import Reader
from server.desk.observing import Counted
from server.desk.rules import find
from server.flow import proposing
from server.running import Service
from server.store import blobs, observations
from server.store.tables import Rulebook


@dataclass(frozen=True, slots=True)
class ObservationsAnswer:
    """Of a published rule book in all its states. Checks and proposals are counted within seconds; those of the last
    ones before a process was killed may be missing."""

    rulebook: str
    data: tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class ObservedAnswer:
    """Of a proposal's orders: one line for each rule that was only observed by the rules that it was made by."""

    proposal: str
    data: tuple[Nearest, ...]


OF_PROPOSAL = {"act": Act.READ_PROPOSAL, "says": ObservedAnswer, "problems": ("erased",)}


@get(
    "/rulebooks/{rulebook:str}/observations",
    opt={"act": Act.READ_RULES, "says": ObservationsAnswer},
    sync_to_thread=True,
)
def counted(
    request: Request[Principal, None, Any], service: NamedDependency[Service], rulebook: FromPath[str]
) -> ObservationsAnswer:
    """Count what observed rules would have said.

    For keys that may see every household: the counts are of all."""
    rules = loaded.rules_of(service, rulebook)
    if rules is None or request.user.households is not None:
        raise ProblemError("not-found", f"there is no rule book `{rulebook[:80]}`, or its counts are not yours to see")
    observations.written(service.memory.tally, service.store)
    with service.store.reading() as session:
        row = session.get_one(Rulebook, rulebook)
        base = row.base or row.id
        found = observing.counts(session, base)
    mine = [each for each in found if (rule := find(rules.library, each.rule)) and may_see(rule, request.user.roles)]
    return ObservationsAnswer(base, tuple(mine))


@get("/proposals/{proposal:str}/observed", opt=OF_PROPOSAL, sync_to_thread=True)
def of_proposal(
    request: Request[Principal, None, Any], service: NamedDependency[Service], proposal: FromPath[str]
) -> ObservedAnswer:
    """Read what observed rules say of a proposal.

    They block nothing: this is what they would have said of its orders."""
    with service.store.reading() as session:
        row = known(session, request, proposal)
        kept = None if row.answer is None else blobs.get(session, [row.answer])[row.answer]
    said = None if kept is None else proposing.read_by(kept, request.user.roles, request.user.households)
    if said is None or not said.orders:
        return ObservedAnswer(row.id, ())
    orders = tuple(
        Order(each.account, each.instrument, Side(each.side), each.quantity, _lots(each.lots), each.batch)
        for each in said.orders
    )
    facts = loaded.loaded(service, row.rulebook, row.snapshot, row.household)
    book = facts.facts.index.book
    found = observing.judged(service, facts, orders, book.as_of, book.known_at)
    reader = Reader(frozenset(request.user.roles), request.user.households)
    return ObservedAnswer(row.id, () if found is None else nearest_of(found, reader))


def _lots(used: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((each.lot, each.quantity) for each in used)


ROUTES = Router("/", route_handlers=[counted, of_proposal], tags=["rules"])
