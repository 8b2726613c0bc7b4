"""Accounts, and what they hold, as a snapshot has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from server.api import chosen
from server.api.at import PLACES, At, Limit, Place, paged, reads
from server.api.households import External, called
from server.api.listing import USUAL
from server.api.reads import about
from server.auth.credentials import Principal
from server.desk import holdings
from server.desk.holdings import Row
from server.running import Service


@dataclass(frozen=True, slots=True)
class AccountSaid:
    """As a book has it; null is not known."""

    id: str
    name: str
    household: str | None
    external_ids: Mapping[str, str]
    owner: str | None
    tags: tuple[str, ...]
    tax: str
    held_away: bool
    short_sales: bool
    relief: str
    model: str | None
    benchmark: str | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CashSaid:
    """Exact numbers. `unsettled`: still to be paid (below zero) or to come."""

    currency: str
    settled: str
    unsettled: str


@dataclass(frozen=True, slots=True)
class LotSaid:
    """Exact numbers. `basis`: money per unit, in the instrument's currency; null where it is not known, as `acquired`,
    the day from which the holding period runs."""

    id: str
    instrument: str
    side: str
    quantity: str
    basis: str | None
    acquired: str | None


@dataclass(frozen=True, slots=True)
class AccountAnswer(At):
    data: AccountSaid


@dataclass(frozen=True, slots=True)
class AccountsAnswer(At):
    """By id. `next`: the cursor of the next page, of the same snapshot; null after the last."""

    data: tuple[AccountSaid, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class LotsAnswer(At):
    """Lots by id, and all `cash` with every page. `next`: the cursor of the next page, of the same snapshot; null after
    the last."""

    cash: tuple[CashSaid, ...]
    data: tuple[LotSaid, ...]
    next: str | None


@get("/accounts", opt=reads(AccountsAnswer, "bad-cursor"), sync_to_thread=True)
def listed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    page: NamedDependency[Place],
    household: FromQuery[str | None] = None,
    external: External = None,
    limit: Limit = USUAL,
) -> AccountsAnswer:
    """List accounts.

    Those that the reader may see, or those of a household; accounts that state none are for who sees all."""
    known, homes = page.known, chosen.homes(page.known, request.user)
    if household is not None:
        chosen.there("household", household, homes)
        homes = {household}
    elif request.user.households is None:
        homes = known.parts.keys()
    with service.store.reading() as session:
        there = holdings.there(session, known, homes)
        every = {name for home in there for name in known.parts[home].accounts}
        named = every if external is None else called(session, page, there, "accounts", external)
        names, following = paged(page, sorted(named), limit)
        found = holdings.rows(session, known, {known.home[name] for name in names})
    about(request, *(known.home[name] for name in names))
    rows = {row["id"]: row for tables in found.values() for row in tables.get("accounts", ())}
    return AccountsAnswer(*page.at, tuple(_said(rows[name]) for name in names), following)


@get("/accounts/{account:str}", opt=reads(AccountAnswer, "erased"), sync_to_thread=True)
def one(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    place: NamedDependency[Place],
    account: FromPath[str],
) -> AccountAnswer:
    """Read an account."""
    row, _ = _held(request, service, place, account)
    return AccountAnswer(*place.at, _said(row))


@get("/accounts/{account:str}/lots", opt=reads(LotsAnswer, "erased", "bad-cursor"), sync_to_thread=True)
def lots(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    page: NamedDependency[Place],
    account: FromPath[str],
    limit: Limit = USUAL,
) -> LotsAnswer:
    """List what an account holds: lots and cash."""
    row, held = _held(request, service, page, account)
    names, following = paged(page, sorted(held), limit)
    cash = tuple(CashSaid(code, **amount) for code, amount in sorted(row["cash"].items()))
    return LotsAnswer(*page.at, cash, tuple(_lot(held[name]) for name in names), following)


def _held(
    request: Request[Principal, None, Any], service: Service, place: Place, account: str
) -> tuple[Row, dict[str, Row]]:
    """The row of an account, and its lots by id."""
    chosen.there("account", account, chosen.accounts(place.known, request.user))
    home = place.known.home[account]
    with service.store.reading() as session:
        found = holdings.rows(session, place.known, [home])[home]
    about(request, home)
    row = next(row for row in found["accounts"] if row["id"] == account)
    return row, {lot["id"]: lot for lot in found.get("lots", ()) if lot["account"] == account}


def _said(row: Row) -> AccountSaid:
    return AccountSaid(
        id=row["id"],
        name=row["name"],
        household=row.get("household"),
        external_ids=row.get("external_ids", {}),
        owner=row.get("owner"),
        tags=tuple(row["tags"]),
        tax=row["tax"],
        held_away=row["held_away"],
        short_sales=row.get("short_sales", False),
        relief=row["relief"],
        model=row.get("model"),
        benchmark=row.get("benchmark"),
        facts=row.get("facts", {}),
    )


def _lot(row: Row) -> LotSaid:
    return LotSaid(row["id"], row["instrument"], row["side"], row["quantity"], row.get("basis"), row.get("acquired"))


ROUTES = Router("/", route_handlers=[listed, one, lots], dependencies=PLACES, tags=["data"])
