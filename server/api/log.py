"""The transparency log: its signed state, its tree, its entries and the proofs about them.

Anybody may read what holds commitments alone: checkpoints, tiles of hashes, proofs, the trust card. An entry names its
stream and who acted, so it is read by whoever may see its event; and the bundles, which hold everybody's entries, by
those who examine the log as a whole.
"""

import re
from typing import Annotated, Any

from litestar import MediaType, Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from server.api.caller import PUBLIC
from server.api.problem import ProblemError
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.log import feed, journal, signer, tiles, witnessed
from server.log.sealed import sealed
from server.log.signer import SignerError
from server.running import Service

BYTES = "application/octet-stream"
FOR_EVER = "public, max-age=31536000, immutable"
MINE = "private, max-age=31536000, immutable"

_LEAF = re.compile(r"[0-9a-f]{64}")
_GONE = {PUBLIC: True, "problems": ("not-found",)}
_SIGNED = {PUBLIC: True, "problems": ("not-found", "bad-parameter", "signer-down")}


@get("/checkpoint", opt=_SIGNED, media_type=MediaType.TEXT, sync_to_thread=True)
def checkpoint(service: NamedDependency[Service]) -> Response[bytes]:
    """Read the log's checkpoint.

    The log as it stands, signed (C2SP tlog-checkpoint)."""
    return _text(_sealed(service))


@get("/trust-card", opt=_SIGNED, media_type=MediaType.TEXT, sync_to_thread=True)
def trust_card(service: NamedDependency[Service]) -> Response[bytes]:
    """Read the log's trust card.

    The log's key and its state, for whoever will check bundles; compare it with one that came another way. It names
    no people, as anybody may read it: `/v1/people/trust-card` does."""
    _sealed(service)
    return _text(signer.card(service.store, service.signer, whose=()))


@get("/tile/{level:str}/{place:path}", opt=_GONE, media_type=BYTES, sync_to_thread=True)
def tile(service: NamedDependency[Service], level: FromPath[str], place: FromPath[str]) -> Response[bytes]:
    """Read a tile of the log's hashes.

    Hashes of the tree (C2SP tlog-tiles), such as `/tile/0/x001/067` or `/tile/1/000.p/17`."""
    height, where = tiles.level(level), tiles.place(place.removeprefix("/"))
    with service.store.reading() as session:
        data = None if height is None or where is None else tiles.tile(session, height, where)
    return Response(_there(data, "tile"), media_type=BYTES, headers={"Cache-Control": FOR_EVER})


@get(
    "/tile/entries/{place:path}",
    opt={"act": Act.AUDIT_LOG, "problems": ("not-found",)},
    media_type=BYTES,
    sync_to_thread=True,
)
def bundle(
    request: Request[Principal, None, Any], service: NamedDependency[Service], place: FromPath[str]
) -> Response[bytes]:
    """Read a tile of the log's entries.

    Entries (C2SP tlog-tiles): each with its length before it, two bytes, the high one first."""
    if request.user.households is not None:
        raise ProblemError("role-not-allowed", "this key sees some households only, and a bundle holds entries of all")
    where = tiles.place(place.removeprefix("/"))
    with service.store.reading() as session:
        data = None if where is None else tiles.bundle(session, where)
    return Response(_there(data, "bundle"), media_type=BYTES, headers={"Cache-Control": MINE})


@get("/entries/{leaf:str}", opt={"act": Act.READ_LOG}, sync_to_thread=True)
def entry(
    request: Request[Principal, None, Any], service: NamedDependency[Service], leaf: FromPath[str]
) -> Response[bytes]:
    """Read an entry of the log.

    The entry of this leaf hash: canonical JSON, byte for byte as it was hashed."""
    with service.store.reading() as session:
        data = feed.entry(session, request.user, _hash(leaf))
    return Response(_there(data, "entry"), media_type=MediaType.JSON, headers={"Cache-Control": MINE})


@get("/entries/{leaf:str}/proof", opt=_SIGNED, media_type=MediaType.TEXT, sync_to_thread=True)
def proof(service: NamedDependency[Service], leaf: FromPath[str]) -> Response[bytes]:
    """Prove that an entry is in the log.

    That this leaf is in the log as it stands (C2SP tlog-proof)."""
    wanted, note = _hash(leaf), _sealed(service)
    with service.store.reading() as session:
        log, number = sealed(session, note), journal.place(session, wanted)
        if number is None or number >= log.state.size:
            raise ProblemError("not-found", "the log has no such entry")
        return _text(log.included(number))


@get("/proofs/consistency", opt=_SIGNED, media_type=MediaType.TEXT, sync_to_thread=True)
def consistency(
    service: NamedDependency[Service],
    old: Annotated[int, QueryParameter(name="from", ge=0, lt=journal.MOST, description="the size that one has seen")],
    new: Annotated[int | None, QueryParameter(name="to", ge=0, lt=journal.MOST, description="a size, or now")] = None,
) -> Response[bytes]:
    """Prove that the log only grew.

    That the log only grew from one size to another, as a witness is asked (C2SP tlog-witness): `old SIZE`, hashes,
    the checkpoint. `to` is a size that was signed."""
    note = _sealed(service)
    with service.store.reading() as session:
        if new is not None:
            kept = signer.note(session, new)
            if kept is None:
                raise ProblemError("not-found", f"no checkpoint of {new} entries was signed; leave `to` away")
            note = kept
        log = sealed(session, note)
        if old > log.state.size:
            raise ProblemError("bad-parameter", f"`from` is {old}, and that checkpoint has {log.state.size} entries")
        return _text(log.grown(old))


def _text(said: bytes) -> Response[bytes]:
    return Response(said, media_type=MediaType.TEXT, headers={"Cache-Control": "no-cache"})


def _sealed(service: Service) -> bytes:
    try:
        return witnessed.cosigned(service.store, service.signer, service.witnesses)
    except (SignerError, OSError) as error:  # anybody may read this: no word of where files lie
        said = str(error.strerror if isinstance(error, OSError) else error)
        raise ProblemError("signer-down", said, headers={"Retry-After": "60"}) from None


def _hash(leaf: str) -> bytes:
    if not _LEAF.fullmatch(leaf):
        raise ProblemError("not-found", "a leaf is 64 lower-case hexadecimal digits")
    return bytes.fromhex(leaf)


def _there(data: bytes | None, what: str) -> bytes:
    if data is None:
        raise ProblemError("not-found", f"the log has no such {what}, or it is not yours to see")
    return data


ROUTES = Router("/log", route_handlers=[checkpoint, trust_card, tile, bundle, entry, proof, consistency], tags=["log"])
