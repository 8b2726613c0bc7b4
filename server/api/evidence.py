"""Evidence: any bytes, kept under their SHA-256, which the entries of waivers and overrides name."""

import re
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, RawBody
from sqlmodel import Session, select

from policy.canonical import digest
from policy.judge.redact import eyes
from server import clock
from server.api import chosen
from server.api.once import Answer, Write, once
from server.api.problem import ProblemError
from server.api.wire import answer
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import evidence
from server.log import journal
from server.log.journal import Receipt
from server.running import Service
from server.store import blobs
from server.store.tables import Evidence

BYTES = "application/octet-stream"
LARGEST = 16 * 1024 * 1024
_MEDIA = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class EvidenceAnswer:
    """`id`: SHA-256 of the bytes. `media`: what whoever filed it calls it; nobody looked."""

    id: str
    size: int
    media: str
    principal: str
    made: str
    log: Receipt | None = None


ADD = {"act": Act.FILE_EVIDENCE, "asks": BYTES, "says": EvidenceAnswer}


@post("/evidence", opt=ADD, sync_to_thread=True, status_code=201, request_max_body_size=LARGEST)
def add(request: Request[Principal, None, Any], service: NamedDependency[Service], body: RawBody) -> Response[bytes]:
    """File evidence.

    Up to 16 MB. It has no name: its hash is its name."""
    if not body:
        raise ProblemError("invalid", "evidence has 1 byte or more")
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    media = said if _MEDIA.fullmatch(said) else BYTES

    def work() -> Write:
        name = digest(body)

        def write(session: Session) -> Answer:
            now, who = clock.now(), request.user
            role = _eyes(service, session, who, now)
            row, event = evidence.filed(session, body, name, media, who.name, role, now)
            (receipt,) = journal.append(session, [event], now)
            shown = EvidenceAnswer(row.hash, row.size, row.media, row.principal, row.made, receipt)
            return answer(201, shown, location=f"/v1/evidence/{row.hash}")

        return write

    return once(service.store, request, body, work)


def _eyes(service: Service, session: Session, who: Principal, now: str) -> str | None:
    """What somebody files who sees what others do not may be for that."""
    library = chosen.library_in_force(service, session, now)
    return ",".join(sorted(() if library is None else eyes(library) & who.roles)) or None


@get(
    "/evidence/{name:str}",
    opt={"act": Act.READ_WAIVERS, "says": BYTES},
    media_type=BYTES,
    sync_to_thread=True,
)
def one(
    request: Request[Principal, None, Any], service: NamedDependency[Service], name: FromPath[str]
) -> Response[bytes]:
    """Read evidence.

    Byte for byte, for who filed it and for whoever may see a waiver, an override or an approval that names it."""
    with service.store.reading() as session:
        rows = session.exec(select(Evidence).where(Evidence.hash == name)).all()
        if not rows or not evidence.may_see(session, name, request.user):
            raise ProblemError("not-found", "there is no such evidence, or it is not yours to see")
        content = blobs.get(session, [name])[name]
    return Response(content, media_type=BYTES, headers={"Content-Disposition": "attachment", "ETag": f'"{name}"'})


ROUTES = Router("/", route_handlers=[add, one], tags=["waivers"])
