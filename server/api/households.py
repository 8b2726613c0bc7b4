"""Households, as a snapshot has them."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlmodel import Session

from server.api import chosen
from server.api.at import PLACES, At, Limit, Place, paged, reads
from server.api.listing import USUAL
from server.api.problem import ProblemError
from server.api.reads import about
from server.auth.credentials import Principal
from server.desk import holdings
from server.desk.holdings import Row
from server.running import Service


@dataclass(frozen=True, slots=True)
class HouseholdSaid:
    """`external_ids`: what other systems call it, by system; `facts`: by their words in the vocabulary; `accounts`:
    their ids."""

    id: str
    name: str
    external_ids: Mapping[str, str]
    facts: Mapping[str, Any]
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HouseholdAnswer(At):
    data: HouseholdSaid


@dataclass(frozen=True, slots=True)
class HouseholdsAnswer(At):
    """By id. `next`: the cursor of the next page, of the same snapshot; null after the last."""

    data: tuple[HouseholdSaid, ...]
    next: str | None


External = Annotated[str | None, QueryParameter(description="what another system calls it, such as `orion:84213`")]


@get("/households", opt=reads(HouseholdsAnswer, "bad-cursor"), sync_to_thread=True)
def listed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    page: NamedDependency[Place],
    external: External = None,
    limit: Limit = USUAL,
) -> HouseholdsAnswer:
    """List households.

    Those that the reader may see, as the newest snapshot has them, or the one that is asked for; without those of which
    it was erased."""
    mine = chosen.homes(page.known, request.user)
    with service.store.reading() as session:
        named = mine if external is None else called(session, page, mine, "households", external)
        names, following = paged(page, holdings.there(session, page.known, named), limit)
        found = holdings.rows(session, page.known, names)
    about(request, *names)
    return HouseholdsAnswer(*page.at, tuple(_said(name, found[name]) for name in names), following)


@get("/households/{household:str}", opt=reads(HouseholdAnswer, "erased"), sync_to_thread=True)
def one(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    place: NamedDependency[Place],
    household: FromPath[str],
) -> HouseholdAnswer:
    """Read a household."""
    chosen.there("household", household, chosen.homes(place.known, request.user))
    with service.store.reading() as session:
        found = holdings.rows(session, place.known, [household])
    about(request, household)
    return HouseholdAnswer(*place.at, _said(household, found[household]))


def called(session: Session, at: Place, homes: Iterable[str], table: str, external: str) -> Set[str]:
    """The ids of what another system calls so."""
    system, colon, its = external.partition(":")
    if not colon:
        raise ProblemError("bad-parameter", f"`external` is `{external[:80]}`; write one such as orion:84213")
    return holdings.called(session, at.known, homes, table, system.strip(), its.strip())


def _said(name: str, tables: Mapping[str, list[Row]]) -> HouseholdSaid:
    (row,) = tables["households"]
    held = tuple(sorted(each["id"] for each in tables.get("accounts", ())))
    return HouseholdSaid(name, row["name"], row.get("external_ids", {}), row.get("facts", {}), held)


ROUTES = Router("/", route_handlers=[listed, one], dependencies=PLACES, tags=["data"])
