"""What an export is about: a household, an account or all, between two days, as somebody may see it.

A proposal belongs to the day (UTC) on which it was asked for, and to no other, so that periods that meet without a gap
have every proposal once and their totals add up.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from server.answer.proposal import Ordered
from server.auth.credentials import Principal
from server.desk import loaded, manifest, proposals
from server.desk.manifest import Manifest
from server.desk.measures import DISCRETION
from server.running import Service
from server.store import blobs
from server.store.tables import Hold, Proposal, Snapshot

AT_ONCE = 200  # rows


class NotThereError(LookupError):
    """There is no such household or account, or it is not the reader's to see."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`household`: whose records, None for all that `who` may see. `account`: of these the orders in it alone.
    `first`, `last`: days (UTC), both included."""

    who: Principal
    household: str | None
    account: str | None
    first: date
    last: date

    @property
    def begin(self) -> str:
        return f"{self.first.isoformat()}T00:00:00.000000Z"

    @property
    def end(self) -> str:
        """The last instant, this one included."""
        return f"{self.last.isoformat()}T23:59:59.999999Z"


def scope(
    session: Session, who: Principal, household: str | None, account: str | None, first: date, last: date
) -> Scope:
    """Of an account: that of its household, as the newest snapshot has it that was sealed by the last day, or else the
    newest after that. NotThereError."""
    end = Scope(who, None, None, first, last).end
    if account is not None:
        home = _home(session, account, end)
        if home is None or household not in (None, home) or not proposals.may_see(home or None, who.households):
            raise NotThereError(f"there is no account `{account[:80]}`")
        return Scope(who, home, account, first, last)
    if household is not None and not (
        proposals.may_see(household, who.households) and _is_known(session, household, end)
    ):
        raise NotThereError(f"there is no household `{household[:80]}`")
    return Scope(who, household, None, first, last)


def population(service: Service, session: Session, of: Scope) -> Iterator[Proposal]:
    """The proposals that were asked for in the period, oldest first."""
    last = ""
    while True:
        within = select(Proposal).where(col(Proposal.made).between(of.begin, of.end), col(Proposal.id) > last)
        rows = session.exec(within.order_by(col(Proposal.id)).limit(AT_ONCE)).all()
        yield from (row for row in rows if is_about(service, session, of, row))
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].id


def is_about(service: Service, session: Session, of: Scope, row: Proposal) -> bool:
    if not proposals.seen_by(row, of.who.households):
        return False
    if of.account is not None and row.account not in (None, of.account):
        return False
    if of.household is None or row.household is not None:
        return of.household in (None, row.household)
    return of.household in _consists(service, session, row).parts


def within(service: Service, session: Session, of: Scope, row: Proposal, orders: Iterable[Ordered]) -> list[Ordered]:
    """Of the orders of a proposal those that the export is about."""
    if of.account is not None:
        return [order for order in orders if order.account == of.account]
    if of.household is None or row.household is not None:
        return list(orders)
    mine = _consists(service, session, row).parts[of.household].accounts
    return [order for order in orders if order.account in mine]


def discretionary(
    service: Service, session: Session, row: Proposal, orders: Iterable[Ordered]
) -> Mapping[str, bool | None]:
    """By account with an order: whether the firm decides for it, as the proposal's data says; None where that does not
    say, or was erased."""
    accounts, known = {order.account for order in orders}, _consists(service, session, row)
    parts = {name: known.parts[name] for name in map(known.home.__getitem__, accounts)}
    there = set(blobs.kept(session, [part.hash for part in parts.values()]))
    rows = manifest.rows_of(session, {name: part for name, part in parts.items() if part.hash in there})
    facts = {each["id"]: each.get("facts", {}) for _, found in rows for each in found["accounts"]}
    return {account: facts.get(account, {}).get(DISCRETION) for account in accounts}


def _consists(service: Service, session: Session, row: Proposal) -> Manifest:
    return loaded.manifest_in(service, session.get_one(Snapshot, row.snapshot))


def _newest(session: Session, end: str) -> Iterator[Manifest]:
    """What snapshots consist of: those sealed by the end, newest first, then the others."""
    wanted = select(Snapshot.manifest).order_by(col(Snapshot.made) > end, col(Snapshot.made).desc())
    for name in session.exec(wanted).all():
        yield manifest.read(session, name)


def _home(session: Session, account: str, end: str) -> str | None:
    """The household of an account."""
    return next((found.home[account] for found in _newest(session, end) if account in found.home), None)


def _is_known(session: Session, household: str, end: str) -> bool:
    for wanted in (select(Proposal.id).where(Proposal.household == household), select(Hold.id).where(
        Hold.household == household)):  # fmt: skip
        if session.exec(wanted.limit(1)).first() is not None:
            return True
    return any(household in found.parts for found in _newest(session, end))
