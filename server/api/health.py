"""Whether the service lives, and whether it can do its work; and the pages that problems point at."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from litestar import MediaType, Response, Router, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath
from sqlmodel import col, select

from server import clock
from server.api.caller import PUBLIC
from server.api.problem import SLUGS, ProblemError, page
from server.log import signer
from server.log.signer import SignerError
from server.running import Service
from server.store.migrate import pending
from server.store.tables import Journal

AHEAD = timedelta(seconds=10)  # that the clock of another machine may be before ours


@dataclass(frozen=True, slots=True)
class Health:
    """`answer`: "ready", or "degraded" where `says` names what does not work."""

    answer: str
    says: tuple[str, ...] = ()


@get("/v1/health/live", opt={PUBLIC: True}, sync_to_thread=False)
def live() -> Health:
    return Health("ready")


DEGRADED = {503: ResponseSpec(Health, description="something does not work", generate_examples=False)}


@get("/v1/health/ready", opt={PUBLIC: True}, sync_to_thread=True, responses=DEGRADED)
def ready(service: NamedDependency[Service]) -> Response[Health]:
    have, want = pending(service.store)
    if have == want:
        says = [*_clock(service), *_log(service)]
    else:
        says = [f"the database is at revision {have}, the code expects {want}"]
    found = Health("degraded" if says else "ready", tuple(says))
    return Response(found, status_code=503 if says else 200)


def _clock(service: Service) -> list[str]:
    """A clock that is behind the log would write a history that runs backwards."""
    now = datetime.now(UTC)
    with service.store.reading() as session:
        newest = session.exec(select(Journal.time).order_by(col(Journal.index).desc()).limit(1)).first()
    if newest is None or newest <= clock.text(now + AHEAD):
        return []
    return [f"the clock says {clock.text(now)}, and the log's last entry is of {newest}: set the clock"]


def _log(service: Service) -> list[str]:
    """Whether the journal is what the signer remembers, and more."""
    try:
        signer.sealed(service.store, service.signer)
    except SignerError as error:
        return [f"the log cannot be signed: {error}"]
    except OSError as error:
        return [f"the signer's memory cannot be written: {error.strerror}"]
    return []


@get("/problems/{slug:str}", opt={PUBLIC: True}, media_type=MediaType.TEXT, sync_to_thread=False)
def problem(slug: FromPath[str]) -> str:
    if slug not in SLUGS:
        raise ProblemError("not-found", f"there is no problem `{slug}`")
    return page(slug)


ROUTES = Router("/", route_handlers=[live, ready, problem], tags=["operations"])
