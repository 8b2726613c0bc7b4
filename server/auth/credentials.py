"""API keys: 256 random bits of which only the SHA-256 is kept, for one principal, with roles, households and an end."""

import os
from dataclasses import dataclass
from hashlib import sha256

from sqlmodel import Session, bindparam, select

from server.auth.roles import ALLOWED, Act, Role
from server.clock import fresh
from server.store import statement
from server.store.tables import Credential

PREFIX = "pk_live_"
OPENID = "openid:"
"""What the name of a credential that is a provider's token begins with."""
FIRST = "first administrator"
"""Principal of the key that a new installation begins with: good for making one key, then it is dead."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `households`: None for all. `shown`: when they last showed who they are, as the provider of their token
    says; None where nobody knows, as of a key."""

    credential: str
    name: str
    roles: frozenset[Role]
    households: frozenset[str] | None
    shown: str | None = None

    def may(self, act: Act) -> bool:
        return bool(self.roles & ALLOWED[act])

    def rules(self, role: str | None) -> bool:
        """Whether a rule that is for this role, or for everybody, is theirs to see and to decide on."""
        return role in self.roles or (role is None and Role.COMPLIANCE in self.roles)


def made(
    session: Session, name: str, roles: frozenset[Role], households: frozenset[str] | None, now: str, expires: str
) -> tuple[Credential, str]:
    """The credential's row, and the key itself, which nobody can read again."""
    key = PREFIX + os.urandom(32).hex()
    row = Credential(
        id=fresh("key"),
        secret=_digest(key),
        principal=name,
        roles=",".join(sorted(roles)),
        households=None if households is None else ",".join(sorted(households)),
        made=now,
        expires=expires,
    )
    session.add(row)
    return row, key


_SECRET = select(Credential).where(Credential.secret == bindparam("secret"))


def known(session: Session, key: str, now: str) -> Credential | None:
    """The credential of a key that is not revoked, expired or not."""
    row = statement.first(session, _SECRET, {"secret": _digest(key)})
    return None if row is None or (row.ended is not None and row.ended <= now) else row


def is_good(session: Session, who: Principal, now: str) -> bool:
    """Whether a key that was good still is. A token of a provider (`server.auth.openid`), which only says how long it
    is good when it is shown, counts as good."""
    if who.credential.startswith(OPENID):
        return True
    row = session.get(Credential, who.credential)
    return row is not None and now < row.expires and (row.ended is None or now < row.ended)


def principal(row: Credential) -> Principal:
    households = None if row.households is None else frozenset(filter(None, row.households.split(",")))
    return Principal(row.id, row.principal, frozenset(map(Role, filter(None, row.roles.split(",")))), households)


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()
