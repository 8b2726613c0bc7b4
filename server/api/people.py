"""People's own signing keys: registered by their owners, who show that they hold them, and ended by them or by an
administrator. `proofolio sign` makes a key and signs what these routes give."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import MediaType, Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, RawBody
from pydantic import Field
from sqlmodel import Session

from policy.canonical import CanonicalError, Json, decode, encode
from server import clock
from server.api.listing import USUAL, page
from server.api.once import Answer, once
from server.api.problem import Flaw, ProblemError
from server.api.wire import Asked, answer, asked
from server.api.writing import writing_for
from server.auth import people
from server.auth.credentials import Principal
from server.auth.people import Refused
from server.auth.roles import Act, Role
from server.log import journal, signer
from server.log.journal import Receipt
from server.log.signer import SignerError
from server.running import Service
from server.store.tables import PersonKey


class Signature(Asked):
    keyid: Annotated[str, Field(max_length=400)]
    sig: Annotated[str, Field(max_length=200)]
    """base64"""


class Envelope(Asked):
    """A DSSE envelope with one signature, as `proofolio sign` writes it."""

    payload: Annotated[str, Field(max_length=8_000)]
    """base64 of the canonical JSON that was signed"""
    payloadType: Annotated[str, Field(max_length=200)]  # noqa: N815  # as DSSE spells it
    signatures: Annotated[list[Signature], Field(min_length=1, max_length=1)]


class ChallengeAsked(Asked):
    key: Annotated[str, Field(max_length=400)]
    """the public key as `NAME+ID+KEY`, NAME being who you are; `proofolio sign --new` prints it"""


class OwnKeyAsked(Asked):
    envelope: Envelope
    """over the challenge, with the key"""


@dataclass(frozen=True, slots=True)
class Signable:
    """What is to be signed: the DSSE envelope is over the canonical JSON of `payload`."""

    payloadType: str  # noqa: N815  # as DSSE spells it
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OwnKey:
    """`key`: `NAME+ID+KEY`, as trust cards name it. `ended`: from when it signs nothing any more."""

    id: str
    person: str
    key: str
    made: str
    ended: str | None
    log: Receipt | None = None


@dataclass(frozen=True, slots=True)
class OwnKeysAnswer:
    """Newest first. `next`: the cursor of the next page, null after the last."""

    data: tuple[OwnKey, ...]
    next: str | None


LIST = {"act": Act.READ_APPROVALS, "says": OwnKeysAnswer, "problems": ("bad-cursor",)}
CHALLENGE = {
    "act": Act.HOLD_KEY,
    "asks": ChallengeAsked,
    "says": Signable,
    "problems": ("same-key-twice",),
}
ADD = {"act": Act.HOLD_KEY, "asks": OwnKeyAsked, "says": OwnKey, "problems": ("same-key-twice", "challenge-used")}
CARD = {"act": Act.READ_APPROVALS, "problems": ("signer-down",)}
END = {"act": Act.HOLD_KEY, "says": OwnKey}


@post("/me/keys/challenges", opt=CHALLENGE, sync_to_thread=True, status_code=201)
def challenge(
    request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody
) -> Response[bytes]:
    """Ask for a challenge to sign.

    What to sign, once and within ten minutes, to register the key."""
    wanted = asked(ChallengeAsked, body)

    def write(session: Session) -> Answer:
        by, now = service.signer, datetime.now(UTC)
        found = people.challenged(session, request.user.name, wanted.key, by.origin, by.verifier, now)
        if isinstance(found, Refused):
            raise refused(found)
        return answer(201, Signable(people.POSSESSION, dict(found)))

    return once(service.store, request, body, lambda: write)


@post("/me/keys", opt=ADD, sync_to_thread=True, status_code=201)
def add(request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody) -> Response[bytes]:
    """Register a signing key of one's own.

    With the challenge, signed by the key: that one has it is shown before anybody trusts it."""
    wanted = asked(OwnKeyAsked, body)

    def write(session: Session) -> Answer:
        now, envelope = clock.now(), sealed(wanted.envelope)
        found = people.registered(session, request.user.name, envelope, service.signer.origin, now)
        if isinstance(found, Refused):
            raise refused(found)
        row, event = found
        (receipt,) = journal.append(session, [event], now)
        return answer(201, _shown(row, receipt), location=f"/v1/people/keys/{row.id}")

    return once(service.store, request, body, lambda: write)


@get("/people/keys", opt=LIST, sync_to_thread=True)
def listed(
    service: NamedDependency[Service],
    cursor: FromQuery[str | None] = None,
    limit: FromQuery[int] = USUAL,
) -> OwnKeysAnswer:
    """List people's signing keys.

    Everybody's, also those that ended."""
    with service.store.reading() as session:
        rows, following = page(session, PersonKey, cursor, limit)
    return OwnKeysAnswer(tuple(map(_shown, rows)), following)


@get("/people/trust-card", opt=CARD, media_type=MediaType.TEXT, sync_to_thread=True)
def trust_card(service: NamedDependency[Service]) -> Response[bytes]:
    """Read the trust card with people's keys.

    The card of `/v1/log/trust-card` with everybody's keys on it: for whoever will check who approved."""
    try:
        return Response(signer.card(service.store, service.signer), media_type=MediaType.TEXT)
    except SignerError:
        raise ProblemError("signer-down", "the log cannot be signed now, and a card says its state") from None


@delete("/people/keys/{key:str}", opt=END, sync_to_thread=True, status_code=200)
def end(request: Request[Principal, None, Any], service: NamedDependency[Service], key: FromPath[str]) -> OwnKey:
    """End a person's signing key.

    One's own, or anybody's by an administrator. Ending it again changes nothing."""
    with writing_for(service.store, request.user) as session:
        row = session.get(PersonKey, key, with_for_update=True)
        if row is None or (row.person != request.user.name and Role.ADMIN not in request.user.roles):
            raise ProblemError("not-found", f"there is no key `{key[:80]}` of yours")
        if row.ended is not None:
            return _shown(row)
        now = clock.now()
        (receipt,) = journal.append(session, [people.ended(session, row, request.user.name, now)], now)
        row.until = receipt.index
        session.add(row)
        return _shown(row, receipt)


def sealed(envelope: Envelope) -> bytes:
    """In canonical JSON, as it is kept."""
    value: Json = envelope.model_dump()
    try:
        return encode(value)
    except CanonicalError as error:
        raise refused(Refused("invalid", "/envelope", str(error), "send it as `proofolio sign` wrote it")) from None


def to_sign(kind: str, payload: bytes) -> Signable:
    value = decode(payload)
    assert isinstance(value, dict), "a payload is an object"
    return Signable(kind, dict(value))


def refused(found: Refused) -> ProblemError:
    return ProblemError(found.slug, found.what, [Flaw(found.pointer, found.what, found.do)])


def _shown(row: PersonKey, log: Receipt | None = None) -> OwnKey:
    return OwnKey(row.id, row.person, people.named_key(row).text, row.made, row.ended, log)


ROUTES = Router("/", route_handlers=[challenge, add, listed, trust_card, end], tags=["identity"])
