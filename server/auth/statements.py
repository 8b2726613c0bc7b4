"""What people sign with keys of their own: it is theirs, as what they may say it, and they said it lately."""

from datetime import timedelta
from typing import Protocol

from sqlmodel import Session

from policy.proof.envelope import sealed_by
from server import clock
from server.auth import people
from server.auth.credentials import Principal
from server.auth.roles import ALLOWED, Act

GOOD_FOR = timedelta(days=1)
"""How long what was given to sign can be handed in."""


class Statement(Protocol):
    @property
    def person(self) -> str: ...

    @property
    def role(self) -> str: ...

    @property
    def time(self) -> str: ...


def doubt(
    session: Session, who: Principal, envelope: bytes, kind: str, said: Statement, act: Act, now: str
) -> str | None:
    """Why the envelope, of the type `kind`, is no statement of theirs that does the act; None where it is one.
    ShapeError where its signature cannot be read."""
    if said.person != who.name:
        return f"it is {said.person}'s, and you are {who.name}"
    if not any(sealed_by(envelope, kind, people.named_key(key).key) for key in people.active(session, who.name)):
        return "no key of yours signed it"
    if said.role not in {role.value for role in who.roles & ALLOWED[act]}:
        return f"you may not say it as {said.role}"
    if not clock.before(now, GOOD_FOR) <= said.time <= now:
        return f"it was made out at {said.time}, and is good for a day"
    return None
