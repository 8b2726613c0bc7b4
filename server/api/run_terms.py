"""What a run is asked for: which households, by what of them, and what is wanted for each."""

from typing import Annotated, Any

from litestar import Request
from pydantic import Field, SkipValidation

from policy.book.facts import Book
from policy.book.parts import NOBODY
from policy.book.problem import SUGGESTED, did_you_mean
from policy.ir.bound import Outcome
from server import clock
from server.api import chosen
from server.api.instants import expiry
from server.api.intended import Intended
from server.api.problem import LOOKED_FOR, Flaw, ProblemError, several
from server.api.wire import flaws
from server.auth.credentials import Principal
from server.desk import intent, loaded
from server.desk.intent import IntentDocument
from server.desk.runs import Planned
from server.desk.selection import Selection
from server.running import Service
from solver.intent import Intent

MOST = 100_000  # households of a run


class RunAsked(Intended):
    snapshot: str | None = None
    """the data; the newest snapshot without it"""
    rulebook: str | None = None
    """the rules that are expected to be in force; another one is refused"""
    households: Annotated[list[str], Field(min_length=1, max_length=MOST)] | None = None
    """whose accounts, in this order; those of all households of the snapshot without it"""
    outcomes: Annotated[list[Outcome], Field(min_length=1, max_length=len(Outcome))] | None = None
    """of these only the ones whose verdict, before any order and by the rules that you may see, is one of them"""
    drift_over: Annotated[str, Field(pattern=r"^(0(\.[0-9]{1,12})?|1)$")] | None = None
    """of these only the ones of which an account is further from a target of its model than this share of its net
    assets, such as `0.05`, and those of which that is not known; a target for a security, or the `level` of `intent`"""
    cash_over: Annotated[str, Field(pattern=r"^[0-9]{1,15}(\.[0-9]{1,6})?$")] | None = None
    """of these only the ones whose accounts have more cash together than this, such as `25000`, in the base currency,
    and those of which that is not known"""
    intent: SkipValidation[IntentDocument | None] = None
    """what is wanted for each of them (docs/intent.schema.json); it names no account"""
    expires: Annotated[str, Field(max_length=40)] | None = None
    """nobody approves any of them from this instant on, such as `2026-11-23T16:00:00-05:00`"""


def terms(request: Request[Principal, None, Any], service: Service, asks: RunAsked) -> Planned:
    now = clock.now()
    expires = expiry(asks.expires, now)
    with service.store.reading() as session:
        ruling = chosen.rules_in_force(session, asks.rulebook, now)
        row = chosen.data(session, asks.snapshot)
    found = loaded.manifest_in(service, row)
    mine, there = request.user.households, found.parts.keys() - {NOBODY}
    known = sorted(there if mine is None else there & mine)
    if not known:
        raise ProblemError("no-snapshot", "the snapshot has no household that you may see; send or name another one")
    households = known if asks.households is None else _chosen(asks.households, set(known))
    loaded.required(service, row, households)
    wish = _intent(asks, loaded.shared_in(service, found).book)
    by = Selection(
        outcomes=tuple(asks.outcomes or ()),
        drift_over=asks.drift_over,
        cash_over=asks.cash_over,
        level=wish.level,
        model=wish.model,
        roles=tuple(sorted(role.value for role in request.user.roles)),
    )
    return Planned(ruling.id, row.id, intent.written(wish), households, expires, by)


def _chosen(said: list[str], known: set[str]) -> list[str]:
    seen: set[str] = set()
    wrong: list[Flaw] = []
    for place, name in enumerate(said):
        if name not in known:
            what = f"the snapshot has no household `{name[:80]}`"
            do = did_you_mean(name, known if len(wrong) < SUGGESTED else (), "leave it out, or name another snapshot")
            wrong.append(Flaw(f"/households/{place}", what, do))
        elif name in seen:
            wrong.append(Flaw(f"/households/{place}", f"`{name[:80]}` is there twice", "name each once"))
        seen.add(name)
    if wrong:
        raise ProblemError("invalid", f"{len(wrong)} households cannot be meant", wrong[:100])
    return said


def _intent(asks: RunAsked, shared: Book) -> Intent:
    """It is read beside what is shared alone: what it names must be there for each of the households."""
    found = intent.of({} if asks.intent is None else asks.intent, "intent", shared, LOOKED_FOR)
    if not isinstance(found, Intent):
        raise several("the intent", flaws(found, "/intent"))
    return found
