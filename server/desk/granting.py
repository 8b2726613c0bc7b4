"""Somebody's yes to a waiver or an override, as it is kept: signed by them (`person-key`), or by the service, which saw
their session say it (`attested`). The entry of the grant names the envelope's SHA-256: the log shows when it was there.
"""

from dataclasses import dataclass, replace

from sqlmodel import Session

from policy.canonical import CanonicalError
from policy.proof import grant
from policy.proof.grant import Grant
from policy.proof.reading import ShapeError
from server.auth import statements
from server.auth.credentials import Principal
from server.auth.people import Refused
from server.auth.roles import ALLOWED, Act
from server.desk.demand import Kind
from server.store import blobs


@dataclass(frozen=True, slots=True)
class Given:
    """`envelope`: SHA-256 of it, which is kept."""

    kind: Kind
    envelope: str

    @property
    def words(self) -> str:
        """As the subject of the entry has it."""
        return f"{self.kind.value} {self.envelope}"


def to_sign(who: Principal, act: Act, of: str, statement: str, now: str) -> Grant:
    """What the person would sign. `statement`: SHA-256 of what `of` says."""
    role = min(role.value for role in who.roles & ALLOWED[act])
    return Grant(of, statement, who.name, role, now)


def given(
    session: Session, who: Principal, act: Act, of: str, statement: str, envelope: bytes | None, seed: bytes, now: str
) -> Given | Refused:
    """`envelope`: signed with a key of theirs; without it the service attests, by the log's key of this `seed`."""
    wanted = to_sign(who, act, of, statement, now)
    if envelope is None:
        attested = grant.granted(wanted, grant.ATTESTED, seed)
        return Given(Kind.ATTESTED, blobs.put(session, [attested])[0])
    try:
        said = grant.read(envelope, grant.GRANT)
        why = statements.doubt(session, who, envelope, grant.GRANT, said, act, now)
    except (ShapeError, CanonicalError) as error:
        return _wrong(str(error))
    if why is None and said != replace(wanted, role=said.role, time=said.time):
        why = "it grants something else, or in other words"
    return Given(Kind.PERSON_KEY, blobs.put(session, [envelope])[0]) if why is None else _wrong(why)


def _wrong(what: str) -> Refused:
    return Refused("invalid", "/envelope", what, "get `grant-payload` anew, sign it with your key, and send that")
