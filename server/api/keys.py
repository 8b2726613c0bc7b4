"""Keys: who may call the service, as what, until when."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, RawBody
from pydantic import Field
from sqlmodel import Session

from server import clock
from server.api.caller import CHALLENGE
from server.api.listing import USUAL, page
from server.api.once import Answer, once
from server.api.problem import Flaw, ProblemError
from server.api.wire import Asked, answer, asked
from server.api.writing import writing_for
from server.auth import credentials
from server.auth.credentials import Principal
from server.auth.roles import Act, Role
from server.log import journal
from server.log.events import Event
from server.log.journal import Receipt
from server.running import Service, first_key
from server.store.tables import Credential

LONGEST = timedelta(days=366)
OVERLAP, MOST_OVERLAP = 24 * 60, 7 * 24 * 60  # minutes


class KeyAsked(Asked):
    principal: Annotated[str, Field(min_length=1, max_length=200)]
    """whose key it is: a person or a program"""
    roles: Annotated[list[Role], Field(min_length=1)]
    households: list[Annotated[str, Field(pattern=r"^[^,\s]+$")]] | None = None
    """ids of those that it may see; null for all"""
    days: Annotated[int, Field(ge=1, le=LONGEST.days)] = 90
    """until it expires"""


class RotationAsked(Asked):
    overlap_minutes: Annotated[int, Field(ge=0, le=MOST_OVERLAP)] = OVERLAP
    """for how long the old secret is good beside the new one, unless it expires sooner"""
    days: Annotated[int, Field(ge=1, le=LONGEST.days)] | None = None
    """until the new one expires, for an administrator to say; when the old one would have, without it"""


@dataclass(frozen=True, slots=True)
class Key:
    """`key` is shown once, to whoever asked for it first. Instants are UTC. `rotated`: the key that took its place."""

    id: str
    principal: str
    roles: tuple[str, ...]
    households: tuple[str, ...] | None
    made: str
    expires: str
    ended: str | None
    rotated: str | None
    key: str | None = None
    log: Receipt | None = None


@dataclass(frozen=True, slots=True)
class KeysAnswer:
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[Key, ...]
    next: str | None


ROTATE = {
    "act": Act.READ_SELF,
    "asks": RotationAsked,
    "says": Key,
    "problems": ("not-found", "state-conflict"),
}
LIST = {"act": Act.MANAGE_KEYS, "says": KeysAnswer, "problems": ("bad-cursor",)}


@dataclass(frozen=True, slots=True)
class Me:
    """`id`: of the key, or `openid:` and the subject of the token. `households`: null for all."""

    id: str
    principal: str
    roles: tuple[str, ...]
    households: tuple[str, ...] | None


@post("/keys", opt={"act": Act.MANAGE_KEYS, "asks": KeyAsked, "says": Key}, sync_to_thread=True, status_code=201)
def add(request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody) -> Response[bytes]:
    """Make an API key.

    For no more households than the caller may see."""
    wanted = asked(KeyAsked, body)
    beyond = _beyond(request.user, wanted)
    if beyond is not None:
        raise ProblemError("invalid", beyond.detail, [beyond])

    def write(session: Session) -> Answer:
        now = datetime.now(UTC)
        households = None if wanted.households is None else frozenset(wanted.households)
        ends = clock.text(now + timedelta(days=wanted.days))
        row, key = credentials.made(
            session, wanted.principal, frozenset(wanted.roles), households, clock.text(now), ends
        )
        events = [_added(row, request.user.name)]
        if request.user.name == credentials.FIRST:
            events.append(_used(session, request.user))
        return _told(row, key, journal.append(session, events, clock.text(now))[0])

    found = once(service.store, request, body, lambda: write)
    if request.user.name == credentials.FIRST:
        first_key(service.settings).unlink(missing_ok=True)
    return found


@get("/keys", opt=LIST, sync_to_thread=True)
def listed(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = USUAL,
) -> KeysAnswer:
    """List API keys.

    Those that see no more than the caller may; a page may be shorter than its limit."""
    with service.store.reading() as session:
        rows, following = page(session, Credential, cursor, limit)
    return KeysAnswer(tuple(_shown(row) for row in rows if _theirs(request.user, row)), following)


@delete("/keys/{key:str}", opt={"act": Act.MANAGE_KEYS}, sync_to_thread=True, status_code=200)
def end(request: Request[Principal, None, Any], service: NamedDependency[Service], key: FromPath[str]) -> Key:
    """Revoke an API key.

    From now on the key is dead; ending it again changes nothing."""
    with writing_for(service.store, request.user, ends=key) as session:
        row = session.get(Credential, key, with_for_update=True)
        if row is None or not _theirs(request.user, row):
            raise ProblemError("not-found", f"there is no key `{key[:80]}`")
        if row.ended is not None:
            return _shown(row)
        event = _ended(session, row, request.user.name)
        return _shown(row, receipt=journal.append(session, [event], clock.now())[0])


@post("/keys/{key:str}/rotation", opt=ROTATE, sync_to_thread=True, status_code=201)
def rotate(
    request: Request[Principal, None, Any], service: NamedDependency[Service], key: FromPath[str], body: RawBody
) -> Response[bytes]:
    """Rotate an API key.

    A new secret for the same person, roles and households, by whoever holds the key (whose term it keeps) or by an
    administrator. The old one goes on for a while, and can be revoked before."""
    wanted, who = asked(RotationAsked, body), request.user
    manages = who.may(Act.MANAGE_KEYS)
    if wanted.days is not None and not manages:
        what = "a key keeps its term where its holder rotates it"
        raise ProblemError("invalid", what, [Flaw("/days", what, "leave it out, or ask an administrator")])

    def write(session: Session) -> Answer:
        now = datetime.now(UTC)
        old = session.get(Credential, key)
        if old is None or not (key == who.credential or (manages and _theirs(who, old))):
            raise ProblemError("not-found", f"there is no key `{key[:80]}`")
        _rotatable(old, clock.text(now))
        ends = old.expires if wanted.days is None else clock.text(now + timedelta(days=wanted.days))
        mine = credentials.principal(old)
        row, secret = credentials.made(session, mine.name, mine.roles, mine.households, clock.text(now), ends)
        until = min(old.expires, clock.text(now + timedelta(minutes=wanted.overlap_minutes)))
        old.rotated, old.expires = row.id, until
        session.add(old)
        says = {"id": key, "by": row.id, "principal": row.principal, "roles": row.roles, "expires": ends}
        event = Event("key.rotated", "keys", key, who.name, {**says, "until": until}, role=Role.ADMIN.value)
        return _told(row, secret, journal.append(session, [event], clock.text(now))[0])

    return once(service.store, request, body, lambda: write, ends=key)


def _rotatable(row: Credential, now: str) -> None:
    if row.principal == credentials.FIRST:
        raise ProblemError("state-conflict", "the first key is good for making one other; make that")
    if row.rotated is not None:
        raise ProblemError("state-conflict", f"`{row.rotated}` took its place already; rotate that one")
    if row.ended is not None or row.expires <= now:
        raise ProblemError("state-conflict", "this key has ended; make another one")


def _told(row: Credential, key: str, receipt: Receipt) -> Answer:
    """The secret is told once, and not to who asks again."""
    made = answer(201, _shown(row, key, receipt), location=f"/v1/keys/{row.id}")
    return Answer(made.status, made.body, made.headers, answer(201, _shown(row, None, receipt)).body)


@get("/me", opt={"act": Act.READ_SELF}, sync_to_thread=False)
def me(request: Request[Principal, None, Any]) -> Me:
    """Read who one is.

    Name, roles and households of the key or token of this request."""
    found = request.user
    households = None if found.households is None else tuple(sorted(found.households))
    return Me(found.credential, found.name, tuple(sorted(found.roles)), households)


def _beyond(who: Principal, wanted: KeyAsked) -> Flaw | None:
    if who.households is None or (wanted.households is not None and who.households.issuperset(wanted.households)):
        return None
    return Flaw("/households", "a key may not see what whoever makes it may not", "name households that you may see")


def _theirs(who: Principal, row: Credential) -> bool:
    seen = credentials.principal(row).households
    return who.households is None or (seen is not None and seen <= who.households)


def _added(row: Credential, actor: str) -> Event:
    data = {"id": row.id, "principal": row.principal, "roles": row.roles, "expires": row.expires}
    return Event("key.added", "keys", row.id, actor, dict(data), role=Role.ADMIN.value)


def _used(session: Session, who: Principal) -> Event:
    """The first key, which was good for one other, also where somebody uses it twice at once."""
    row = session.get_one(Credential, who.credential, with_for_update=True)
    if row.ended is not None:
        raise ProblemError("credentials-missing", "the first key made another one, and is dead", headers=CHALLENGE)
    return _ended(session, row, who.name)


def _ended(session: Session, row: Credential, actor: str) -> Event:
    row.ended = clock.now()
    session.add(row)
    return Event("key.revoked", "keys", row.id, actor, {"id": row.id}, role=Role.ADMIN.value)


def _shown(row: Credential, key: str | None = None, receipt: Receipt | None = None) -> Key:
    found = credentials.principal(row)
    households = None if found.households is None else tuple(sorted(found.households))
    roles = tuple(sorted(found.roles))
    return Key(row.id, row.principal, roles, households, row.made, row.expires, row.ended, row.rotated, key, receipt)


ROUTES = Router("/", route_handlers=[add, listed, end, rotate, me], tags=["identity"])
