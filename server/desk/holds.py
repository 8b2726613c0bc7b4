"""Holds: a household, or one account of it, in which nothing is to be traded for a time, and why.

| state     | when                                  | allows |
| --------- | ------------------------------------- | ------ |
| scheduled | its first instant has not come        | ending |
| standing  | it has, and its last has not          | ending |
| ended     | its last instant came, or it was ended |        |

Where a household is held nothing is proposed for it and nothing approved. Where an account is held, proposals leave it
alone, and those that trade in it are not approved. What was approved before stays so. All follows from the clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from sqlmodel import Session, and_, col, or_, select

from policy.canonical import Json, encode
from server import clock
from server.desk import intent
from server.desk.measures import KEPT
from server.desk.proposals import Wanted
from server.log.events import Event
from server.log.feed import Which
from server.store.tables import Hold, Proposal
from solver.intent import Intent


class State(StrEnum):
    SCHEDULED = "scheduled"
    STANDING = "standing"
    ENDED = "ended"


def state(row: Hold, now: str) -> State:
    if row.until is not None and row.until <= now:
        return State.ENDED
    return State.STANDING if row.since <= now else State.SCHEDULED


def placed(
    session: Session, household: str, account: str | None, reason: str, since: str, until: str | None, by: str, now: str
) -> tuple[Hold, Event]:
    row = Hold(
        id=clock.fresh("hold"),
        household=household,
        account=account,
        reason=reason,
        since=since,
        until=until,
        author=by,
        made=now,
    )
    session.add(row)
    return row, _told(row, "hold.placed", by)


def ended(session: Session, row: Hold, by: str, now: str) -> Event:
    """`row` is locked, and has not ended. What it said before stands in the journal."""
    row.until, row.ender, row.version = now, by, row.version + 1
    session.add(row)
    return _told(row, "hold.ended", by)


def standing(session: Session, households: Iterable[str], now: str) -> Sequence[Hold]:
    """Those that stand now, of these households and their accounts, the first of them first."""
    open_ = or_(col(Hold.until).is_(None), col(Hold.until) > now)
    wanted = select(Hold).where(col(Hold.household).in_(sorted(households)), Hold.since <= now, open_)
    return session.exec(wanted.order_by(col(Hold.since), col(Hold.id))).all()


def kept_to(session: Session, wanted: Wanted, now: str) -> Wanted | Hold:
    """What is wanted, with the accounts left alone that are held; or a hold, where all are that would be traded."""
    book = wanted.loaded.facts.index.book
    held = standing(session, filter(None, {account.household for account in book.accounts.values()}), now)
    stopped = {
        account.id for account in book.accounts.values() for hold in held if _stops(hold, account.household, account.id)
    }
    if not stopped:
        return wanted
    asked = intent.read(wanted.intent, "intent", book)
    assert isinstance(asked, Intent), "it was read before"
    traded = book.accounts.keys() - asked.leave_alone
    if traded and traded <= stopped:
        homes = {(book.accounts[name].household, name) for name in traded}
        return next(hold for hold in held for home, name in homes if _stops(hold, home, name))
    return replace(wanted, intent=intent.written(replace(asked, leave_alone=asked.leave_alone | stopped)))


def stops(account: str, home: str | None) -> Which:
    """Which rows hold the account, which is of the household `home` now."""
    of_all = and_(col(Hold.account).is_(None), col(Hold.household) == home)
    return or_(col(Hold.account) == account, of_all)


def _stops(hold: Hold, household: str | None, account: str) -> bool:
    return hold.household == household and hold.account in (None, account)


def against(session: Session, row: Proposal, now: str) -> Hold | None:
    """A hold because of which the proposal is not approved now. Where nothing is known of its orders, any does."""
    found = standing(session, (row.households or "").split(","), now)
    traded = None if row.measures is None else KEPT.validate_json(row.measures).accounts
    return next((hold for hold in found if hold.account is None or traded is None or hold.account in traded), None)


def said(row: Hold) -> str:
    what = f"household `{row.household}`" if row.account is None else f"account `{row.account}`"
    until = "until somebody ends it" if row.until is None else f"until {row.until}"
    return f"{what} is held {until} (`{row.id}`)"


def _told(row: Hold, type: str, by: str) -> Event:
    """The reason is the client's business, and so only in what the entry commits to."""
    data: dict[str, Json] = {"id": row.id, "household": row.household, "account": row.account}
    data |= {"from": row.since, "until": row.until}
    body = encode({**data, "reason": row.reason, "person": by})
    return Event(type, row.id, "a hold", by, data, body, household=row.household)
