"""People's own keys, with which they sign what the service cannot sign for them.

A key is registered once its owner has signed a challenge with it: who owns it, in which service, and a number that is
good once and for ten minutes. It is a point of prime order in its one encoding (`policy.proof.keys`), and belongs to
one person for ever: not even its owner registers it again. A key that ended is good for what the log has from before.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from policy.canonical import CanonicalError, Json, decode
from policy.proof.envelope import payload, sealed_by
from policy.proof.keys import public_key
from policy.proof.note import ED25519, NoteError, Verifier, verifier
from policy.proof.reading import ShapeError, members, text, version
from server import clock
from server.log.events import Event
from server.store import blobs
from server.store.tables import Challenge, PersonKey
from server.store.unique import added

POSSESSION = "application/vnd.proofolio.possession.v1+json"
LASTS = timedelta(minutes=10)
STREAM = "people"


@dataclass(frozen=True, slots=True)
class Refused:
    """`slug`: of the API's problems; `pointer`: where in the request."""

    slug: str
    pointer: str
    what: str
    do: str


def challenged(
    session: Session, person: str, key: str, origin: str, log: Verifier, now: datetime
) -> dict[str, Json] | Refused:
    """What the person is to sign with the key, which is given as `NAME+ID+KEY`."""
    try:
        found = verifier(key)
    except NoteError as error:
        return Refused("invalid", "/key", str(error), "make one with `proofolio sign --new`")
    if found.name != person or found.kind != ED25519:
        return Refused(
            "invalid", "/key", f"the key is named `{found.name}`", f"name it `{person}`, which is who you are"
        )
    raw = found.key.raw.hex()
    if found.key == log.key or _registered(session, raw):
        return Refused("same-key-twice", "/key", "this key was registered before", "make a new one")
    session.exec(delete(Challenge).where(col(Challenge.person) == person, col(Challenge.expires) <= clock.text(now)))
    row = Challenge(nonce=os.urandom(32).hex(), person=person, key=raw, expires=clock.text(now + LASTS))
    session.add(row)
    return _asked(row, origin)


def registered(
    session: Session, person: str, envelope: bytes, origin: str, now: str
) -> tuple[PersonKey, Event] | Refused:
    """The key whose possession the envelope shows."""
    do = "sign what /v1/me/keys/challenges gives, and send the envelope as it is"
    try:
        said = decode(payload(envelope, POSSESSION))
        top = members(said, "v", "origin", "person", "key", "challenge", "expires")
        version(top["v"])
        row = session.get(Challenge, text(top["challenge"]), with_for_update=True)
    except (ShapeError, CanonicalError) as error:
        return Refused("invalid", "/envelope", str(error), do)
    if row is None or row.person != person or row.used is not None or row.expires <= now:
        return Refused("challenge-used", "/envelope", "this challenge is not yours, was used, or has expired", do)
    if said != _asked(row, origin):
        return Refused("invalid", "/envelope", "it says something else than the challenge", do)
    if not _signed(envelope, row.key):
        return Refused("invalid", "/envelope", "the signature is not that of the key", do)
    row.used = now
    session.add(row)
    (proof,) = blobs.put(session, [envelope])
    key = PersonKey(id=clock.fresh("pkey"), person=person, key=row.key, proof=proof, made=now)
    if not added(session, key):
        return Refused("same-key-twice", "/envelope", "this key was registered before", "make a new one")
    named = named_key(key).text
    data: dict[str, Json] = {"id": key.id, "person": person, "key": named}
    return key, Event(
        "person-key.added", STREAM, named, person, data, envelope, "application/vnd.dsse.envelope.v1+json"
    )


def ended(session: Session, row: PersonKey, by: str, now: str) -> Event:
    """`row` is locked and has not ended. Its `until` is the number of the entry that this event becomes."""
    row.ended = now
    session.add(row)
    named = named_key(row).text
    return Event("person-key.revoked", STREAM, named, by, {"id": row.id, "person": row.person, "key": named})


def named_key(row: PersonKey) -> Verifier:
    return Verifier(row.person, ED25519, public_key(bytes.fromhex(row.key)))


def active(session: Session, person: str) -> list[PersonKey]:
    """Those keys of the person that have not ended."""
    found = select(PersonKey).where(col(PersonKey.person) == person, col(PersonKey.ended).is_(None))
    return list(session.exec(found.order_by(col(PersonKey.id))))


def on_cards(session: Session, whose: Collection[str] | None) -> tuple[tuple[Verifier, ...], dict[bytes, int]]:
    """The keys of these people, None for everybody, and where in the log those ended that did
    (`policy.proof.trust`)."""
    wanted = select(PersonKey).order_by(col(PersonKey.id))
    rows = session.exec(wanted if whose is None else wanted.where(col(PersonKey.person).in_(whose))).all()
    ends = {bytes.fromhex(row.key): row.until for row in rows if row.until is not None}
    return tuple(map(named_key, rows)), ends


def _asked(row: Challenge, origin: str) -> dict[str, Json]:
    return {
        "v": 1,
        "origin": origin,
        "person": row.person,
        "key": row.key,
        "challenge": row.nonce,
        "expires": row.expires,
    }


def _signed(envelope: bytes, key: str) -> bool:
    try:
        return sealed_by(envelope, POSSESSION, public_key(bytes.fromhex(key)))
    except ShapeError:
        return False


def _registered(session: Session, key: str) -> bool:
    return session.exec(select(PersonKey).where(col(PersonKey.key) == key)).first() is not None
