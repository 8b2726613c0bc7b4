"""The proof of a proposal, and beside which proposals of others it was made."""

from typing import Any

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from server.api.problem import ProblemError
from server.api.proposals import answer_of, known
from server.auth.credentials import Principal
from server.auth.roles import Act
from server.desk import erasure, proving
from server.log.signer import SignerError
from server.running import Service
from server.store.tables import Proposal

BUNDLE = {"act": Act.READ_PROPOSAL, "says": "application/zip", "problems": ("signer-down", "erased")}
BESIDE = {"act": Act.READ_PROPOSAL, "says": "application/x-ndjson", "problems": ("erased",)}


@get("/proposals/{proposal:str}/bundle", opt=BUNDLE, media_type="application/zip", sync_to_thread=True)
def bundle(
    request: Request[Principal, None, Any],
    service: NamedDependency[Service],
    proposal: FromPath[str],
    seen: FromQuery[int | None] = None,
) -> Response[bytes]:
    """Read the proof of a proposal.

    Whole for whoever may see every rule; for others one in which what is kept from them is committed to,
    by the same log entry, and none of a refusal. `seen`: the size of a state of the log that the reader kept."""
    with service.store.reading() as session:
        row = _proven(session, request, proposal)
    try:
        content = proving.bundle(service, row, request.user.roles, () if seen is None else (seen,))
    except SignerError:
        detail = "the log cannot be signed now, and a bundle is proven by it"
        raise ProblemError("signer-down", detail, headers={"Retry-After": "60"}) from None
    name = {"Content-Disposition": f'attachment; filename="{row.id}.proof.zip"'}
    return Response(content, media_type="application/zip", headers=name)


@get("/proposals/{proposal:str}/beside", opt=BESIDE, media_type="application/x-ndjson", sync_to_thread=True)
def beside(
    request: Request[Principal, None, Any], service: NamedDependency[Service], proposal: FromPath[str]
) -> Response[bytes]:
    """Read beside which proposals it was proven.

    Those that held something when the firm stated of others what it rests on: the parts of a roll, a line each
    (docs/proofs.md). For who may see all households, and all of its bundle."""
    with service.store.reading() as session:
        row = _proven(session, request, proposal)
    content = b""
    if request.user.households is None and proving.whole_to(service, row, request.user.roles):
        with service.store.reading() as session:
            content = b"".join(proving.beside(session, [row]))
    if not content:
        raise ProblemError("not-found", f"nothing was stated of others for `{row.id}`, or it is not yours to see")
    return Response(content, media_type="application/x-ndjson")


def _proven(session: Session, request: Request[Principal, None, Any], name: str) -> Proposal:
    """One of which there is a bundle."""
    row = known(session, request, name)
    if erasure.is_erased(session, row.id):
        raise ProblemError("erased", f"what the log's entries of `{row.id}` commit to was erased")
    said = answer_of(session, request, row)
    if said is None or said.bundle is None:
        raise ProblemError("not-found", f"there is no bundle of `{name}`, or it is not yours to see")
    return row


ROUTES = Router("/", route_handlers=[bundle, beside], tags=["proposals"])
