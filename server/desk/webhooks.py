"""Endpoints of the firm's own software, to which events are posted as they happen (Standard Webhooks 1.0).

| state   | when                                                       | allows                      |
| ------- | ---------------------------------------------------------- | --------------------------- |
| active  | it was added                                               | secret, redelivery          |
| stopped | it was gone (410), or did not take an event for three days | secret, redelivery, resumption |
| ended   | somebody ended it                                          |                             |

An endpoint reads the feed as whoever added it: it is a place in the journal (`reached`), and the next event is posted
when it has taken the one before. So what it gets is gapless and in order, and what it did not take is not lost: it
goes on from there. It may get an event twice, with one id both times.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from os import urandom
from urllib.parse import urlsplit

from sqlmodel import Session

from server import clock
from server.auth.credentials import Principal
from server.auth.roles import Role
from server.log import journal
from server.log.events import Event
from server.store.tables import Delivery, Webhook

STREAM = "webhooks"
PREFIX = "whsec_"
SECRET = 32  # bytes
OVERLAP = timedelta(hours=24)  # for which an old secret signs beside the new one
HERE = ("localhost", "127.0.0.1", "::1")  # where an endpoint may be without TLS
RETRIES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)  # fmt: skip
"""After which each further try is made: about three days, as the specification proposes."""
GONE = 410


class State(StrEnum):
    ACTIVE = "active"
    STOPPED = "stopped"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of posting one event: the receiver's status, or None where there was no answer, and why."""

    index: int
    time: str
    status: int | None
    error: str | None
    milliseconds: int

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def state(row: Webhook) -> State:
    if row.ended is not None:
        return State.ENDED
    return State.ACTIVE if row.stopped is None else State.STOPPED


def wrong(url: str) -> str | None:
    """Why nothing could be posted there."""
    try:
        at = urlsplit(url)
        host = at.hostname
        _ = at.port
    except ValueError:
        return "this is no URL"
    if not host or (at.scheme != "https" and not (at.scheme == "http" and host in HERE)):
        return "this is no https:// URL"
    if at.username is not None or at.fragment or any(letter <= " " or letter > "~" for letter in url):
        return "a user, a fragment or a space in it is never sent"
    return None


def added(
    session: Session, url: str, who: Principal, types: Collection[str], households: Collection[str] | None, now: str
) -> tuple[Webhook, Event]:
    """`households`: None for all that are the caller's. It hears of what happens from now on."""
    mine = who.households if households is None else frozenset(households)
    row = Webhook(
        id=clock.fresh("hook"),
        url=url,
        secret=PREFIX + b64encode(urandom(SECRET)).decode(),
        principal=who.name,
        roles=",".join(sorted(role.value for role in who.roles)),
        households=None if mine is None else ",".join(sorted(mine)),
        types=",".join(sorted(types)),
        made=now,
        due=now,
        reached=journal.size(session) - 1,
    )
    session.add(row)
    return row, _told(row, "webhook.added", who.name, {"id": row.id})


def reader(row: Webhook) -> Principal:
    households = None if row.households is None else frozenset(filter(None, row.households.split(",")))
    return Principal(row.id, row.principal, frozenset(map(Role, filter(None, row.roles.split(",")))), households)


def rotated(session: Session, row: Webhook, by: str, now: str) -> Event:
    """A new secret; the old one signs beside it for a day."""
    row.former, row.until = row.secret, clock.text(datetime.now(UTC) + OVERLAP)
    row.secret = PREFIX + b64encode(urandom(SECRET)).decode()
    return _changed(session, row, "webhook.rotated", by)


def ended(session: Session, row: Webhook, by: str, now: str) -> Event:
    row.ended, row.former = now, None
    return _changed(session, row, "webhook.ended", by)


def resumed(session: Session, row: Webhook, by: str, now: str) -> Event:
    """It goes on from the first event that it did not take."""
    row.stopped, row.tries, row.due = None, 0, now
    return _changed(session, row, "webhook.resumed", by)


def again(session: Session, row: Webhook, first: int, last: int, by: str, now: str) -> Event:
    """The events of these numbers, both included, are posted once more, before what comes next."""
    row.again, row.again_last, row.due = first - 1, last, now
    return _changed(session, row, "webhook.redelivered", by, {"from": first, "to": last})


def tried(session: Session, row: Webhook, reached: int, found: Collection[Tried]) -> Event | None:
    """What came of posting events up to number `reached`, of which the last may not have been taken."""
    session.add_all(
        Delivery(
            webhook=row.id,
            index=each.index,
            time=each.time,
            status=each.status,
            error=each.error,
            milliseconds=each.milliseconds,
        )
        for each in found
    )
    _reached(row, reached)
    failed = next((each for each in found if not each.taken), None)
    session.add(row)
    if any(each.taken for each in found):  # tries are of one event: who takes some, and then not, is not gone
        row.tries = 0
    if failed is None:
        row.tries, row.due = 0, clock.now()
        return None
    if failed.status == GONE or row.tries >= len(RETRIES):
        row.stopped = failed.time
        return _changed(session, row, "webhook.stopped", "the service", {"index": failed.index})
    row.due, row.tries = clock.text(datetime.now(UTC) + RETRIES[row.tries]), row.tries + 1
    return None


def _reached(row: Webhook, reached: int) -> None:
    if row.again is None:
        row.reached = max(row.reached, reached)
    elif row.again_last is not None and reached < row.again_last:
        row.again = reached
    else:
        row.again = row.again_last = None


def signatures(row: Webhook, message: str, seconds: int, body: bytes, now: str) -> str:
    """By the secret, and by the former one for as long as that is good."""
    former = [row.former] if row.former is not None and row.until is not None and now < row.until else []
    return " ".join(signature(secret, message, seconds, body) for secret in (row.secret, *former))


def signature(secret: str, message: str, seconds: int, body: bytes) -> str:
    """Of the symmetric scheme `v1`: HMAC-SHA256 of id, Unix time and body."""
    key = b64decode(secret.removeprefix(PREFIX))
    said = hmac.digest(key, b".".join((message.encode(), str(seconds).encode(), body)), "sha256")
    return f"v1,{b64encode(said).decode()}"


def _changed(session: Session, row: Webhook, type: str, by: str, more: dict[str, int] | None = None) -> Event:
    row.version += 1
    session.add(row)
    return _told(row, type, by, {"id": row.id, **(more or {})})


def _told(row: Webhook, type: str, by: str, data: dict[str, str | int]) -> Event:
    return Event(type, STREAM, row.id, by, dict(data), household=row.households or "", role=Role.OPERATIONS.value)
